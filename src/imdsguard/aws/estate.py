"""From resources to the estate: what will be launched, and what stands behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.coverage import Lookout
from imdsguard.aws.surroundings import Surroundings
from imdsguard.aws.types import ability
from imdsguard.model.launch import Estate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.watch import Watch
    from imdsguard.model.launch import Alarm, Launch, RegionDefault
    from imdsguard.model.resource import Resource


def build(roots: Sequence[tuple[str, Sequence[Resource]]]) -> Estate:
    """Build the estate of these root modules: (name, resources) each. References resolve within one root only.

    Launches keep the order of the roots and of their resources. Pure: reads nothing but the resources.
    """
    launches: list[Launch] = []
    defaults: list[RegionDefault] = []
    alarms: list[Alarm] = []
    for _, resources in roots:
        root = Surroundings(resources)
        lookout = Lookout(_watches(root))
        for resource in root.able("launches"):
            launch = _launch(resource, root)
            launches.append(replace(launch, coverage=lookout.coverage_of(launch)))
        defaults += [default for default, _ in root.defaults()]
        alarms += lookout.alarms()
    return Estate(tuple(launches), tuple(defaults), tuple(alarms))


def _launch(resource: Resource, root: Surroundings) -> Launch:
    read = ability(resource.type, "launches")
    assert read is not None
    launch: Launch = read(resource, root)
    return launch


def _watches(root: Surroundings) -> list[Watch]:
    watches: list[Watch] = []
    for resource in root.able("watch"):
        read = ability(resource.type, "watch")
        assert read is not None
        watches += read(resource, root)
    return watches
