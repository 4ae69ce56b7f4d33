"""From resources to the estate: what will be launched, and what stands behind it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.alarm_index import AlarmIndex
from imdsguard.aws.images import image_of
from imdsguard.aws.precedence.sharing import groups
from imdsguard.aws.root_index import RootIndex
from imdsguard.aws.tags.deferred import Tagging
from imdsguard.aws.tags.read import labels_of
from imdsguard.aws.templates.delivery import delivery_of
from imdsguard.aws.types import ability
from imdsguard.aws.user_data.of_launch import reader_of
from imdsguard.model.estate import NOTHING_KNOWN, Estate, History

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.assumption import AssumedDefault
    from imdsguard.model.image import Image
    from imdsguard.model.launch import Launch
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource


def build(
    roots: Sequence[tuple[str, Sequence[Resource]]],
    estates: Mapping[str, str] | None = None,
    assumed: Sequence[AssumedDefault] = (),
    history: History = NOTHING_KNOWN,
) -> Estate:
    """Build the estate of these root modules: (name, resources) each. References resolve within one root only.

    `estates` gives roots the name of a group that shares one AWS account: Region defaults, and alarms that name no
    instance, count for all launches of the group (`Scope.same` says how accounts compare). `assumed` counts as a Region
    default where the code has none. `history` is kept with the estate.
    Launches keep the order of the roots and of their resources. Pure: reads nothing but the resources.
    """
    joined = estates or {}
    surroundings = [RootIndex(resources, assumed) for _, resources in roots]
    lookouts: list[AlarmIndex] = [AlarmIndex(())] * len(roots)
    for group in groups([name for name, _ in roots], joined):
        together = [surroundings[number] for number in group]
        lookout = AlarmIndex([watch for root in together for watch in _watches(root)])
        for number in group:
            surroundings[number].join(together)
            lookouts[number] = lookout
    launches: list[Launch] = []
    defaults: list[RegionDefault] = []
    alarms: list[Alarm] = []
    images: list[Image] = []
    policies: list[OrganizationPolicy] = []
    for root, lookout in zip(surroundings, lookouts, strict=True):
        for resource in root.able("launches"):
            launch = _launch(resource, root)
            if launch is not None:
                launch = replace(launch, tagged=Tagging(resource, root), labelled=partial(labels_of, resource))
                delivery, observed = delivery_of(launch, root), lookout.observation_of(launch)
                coverage = lookout.coverage_of(launch, root)
                boot = reader_of(resource, root)
                launches.append(replace(launch, coverage=coverage, delivery=delivery, observed=observed, boot=boot))
        defaults += [default for default, _ in root.defaults()]
        images += [image_of(resource, root) for resource in root.able("image")]
        policies += _policies(root)
    for lookout in dict.fromkeys(lookouts):
        alarms += lookout.alarms()
    return Estate(
        tuple(launches), tuple(defaults), tuple(alarms), tuple(images), tuple(policies), joined, tuple(assumed), history
    )


def _launch(resource: Resource, root: RootIndex) -> Launch | None:
    read = ability(resource.type, "launches")
    assert read is not None
    launch: Launch | None = read(resource, root)
    return launch


def _policies(root: RootIndex) -> list[OrganizationPolicy]:
    policies: list[OrganizationPolicy] = []
    for resource in root.able("organization_policy"):
        read = ability(resource.type, "organization_policy")
        assert read is not None
        policy: OrganizationPolicy | None = read(resource, root)
        if policy is not None:
            policies.append(policy)
    return policies


def _watches(root: RootIndex) -> list[AlarmTarget]:
    watches: list[AlarmTarget] = []
    for resource in root.able("watch"):
        read = ability(resource.type, "watch")
        assert read is not None
        watches += read(resource, root)
    return watches
