"""From resources to the estate: what will be launched, and what stands behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.coverage import Lookout
from imdsguard.aws.images import image_of
from imdsguard.aws.surroundings import Surroundings
from imdsguard.aws.types import ability
from imdsguard.model.launch import Estate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.watch import Watch
    from imdsguard.model.image import Image
    from imdsguard.model.launch import Alarm, Launch, RegionDefault
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.resource import Resource


def build(roots: Sequence[tuple[str, Sequence[Resource]]]) -> Estate:
    """Build the estate of these root modules: (name, resources) each. References resolve within one root only.

    Launches keep the order of the roots and of their resources. Pure: reads nothing but the resources.
    """
    launches: list[Launch] = []
    defaults: list[RegionDefault] = []
    alarms: list[Alarm] = []
    images: list[Image] = []
    policies: list[OrganizationPolicy] = []
    for _, resources in roots:
        root = Surroundings(resources)
        lookout = Lookout(_watches(root))
        for resource in root.able("launches"):
            launch = _launch(resource, root)
            if launch is not None:
                launches.append(replace(launch, coverage=lookout.coverage_of(launch)))
        defaults += [default for default, _ in root.defaults()]
        alarms += lookout.alarms()
        images += [image_of(resource, root) for resource in root.able("image")]
        policies += _policies(root)
    return Estate(tuple(launches), tuple(defaults), tuple(alarms), tuple(images), tuple(policies))


def _launch(resource: Resource, root: Surroundings) -> Launch | None:
    read = ability(resource.type, "launches")
    assert read is not None
    launch: Launch | None = read(resource, root)
    return launch


def _policies(root: Surroundings) -> list[OrganizationPolicy]:
    policies: list[OrganizationPolicy] = []
    for resource in root.able("organization_policy"):
        read = ability(resource.type, "organization_policy")
        assert read is not None
        policy: OrganizationPolicy | None = read(resource, root)
        if policy is not None:
            policies.append(policy)
    return policies


def _watches(root: Surroundings) -> list[Watch]:
    watches: list[Watch] = []
    for resource in root.able("watch"):
        read = ability(resource.type, "watch")
        assert read is not None
        watches += read(resource, root)
    return watches
