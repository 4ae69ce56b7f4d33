"""Detailed monitoring: whether EC2 reports an instance's metrics every minute, or every five.

`monitoring` of an instance, a spot request or a launch specification, `monitoring { enabled }` of a launch template,
`enable_monitoring` of a launch configuration (`instance_monitoring` in Cloud Control), where it is the default.
(EC2 User Guide, "Manage detailed monitoring for your EC2 instances")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.saying import perhaps, shown, wrong
from imdsguard.aws.alarms.selector import SINGLE
from imdsguard.aws.templates.launch_path import names_template, templates_on_paths
from imdsguard.aws.templates.monitoring_switch import block_is_on, is_on
from imdsguard.aws.types.registry import record_of
from imdsguard.model.instead import Instead
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Absent, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource

REST = ", or detailed monitoring: {}"
BY_INSTANCE = "monitoring = true in {}"
BY_TEMPLATE = "monitoring {{ enabled = true }} in the launch template of {}"
SPECIFICATIONS = ("launch_specification", "launch_specifications")


def too_fast(period: Known, launch: Launch, detailed: bool | None) -> list[AlarmFault]:
    """Say what is wrong with a period below five minutes for a launch that an alarm takes in (see `detailed_of`)."""
    if detailed:
        return []
    single = launch.kind in SINGLE and not launch.via
    rest = REST.format((BY_INSTANCE if single else BY_TEMPLATE).format(launch.address))
    remedy = Instead((("period", 300),), rest=rest)
    reported = f"{launch.address} reports every 300 seconds"
    if detailed is None:
        reason = f"may miss data: its period is {shown(period)} seconds, and whether {reported} cannot be told"
        return [perhaps(period, reason, remedy)]
    reason = f"has no data most of the time: its period is {shown(period)} seconds, and {reported} (basic monitoring)"
    return [wrong(period, reason, remedy, confidence=Confidence.MEDIUM)]


def worst_first(faults: Sequence[AlarmFault]) -> tuple[AlarmFault, ...]:
    """Return the worst of several faults of this kind: one finding names one launch."""
    return tuple(sorted(faults, key=lambda fault: not fault.certain)[:1])


def detailed_of(launch: Launch, root: RootIndex) -> bool | None:
    """Whether all that a launch starts has detailed monitoring; None if it cannot be told."""
    resource = launch.resource
    if launch.kind in SINGLE:
        own = resource.body.attribute("monitoring")
        record = record_of(resource.kind)
        if not isinstance(own, Absent) or (record is not None and record.template_paths == ()):
            return is_on(own)
        templates = templates_on_paths(resource, root, paths=launch.paths)
        return _all(map(_template, templates)) if templates else False
    specified = list(_specified(resource))
    others = [
        _template(found)
        for found in templates_on_paths(resource, root, paths=launch.paths)
        if found is not None or not specified
    ]
    if specified and not others and names_template(resource.body):
        others = [None]  # a template that is not in the code
    return _all([*specified, *others]) if specified or others else None


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return False if False in found else None if None in found else True


def _specified(resource: Resource) -> Iterable[bool | None]:
    """Yield what each launch specification of a spot fleet says."""
    bodies: list[Body] = [resource.body, *resource.body.blocks("spot_fleet_request_config_data").items]
    for body in bodies:
        for name in SPECIFICATIONS:
            found = body.blocks(name)
            yield from map(block_is_on, found.items)
            if found.unknown is not None:
                yield None


def _template(resource: Resource | None) -> bool | None:
    """Whether what launches through a template or a configuration is monitored in detail."""
    record = record_of(resource.kind) if resource is not None else None
    if resource is None or record is None or record.shared is None or record.shared.monitoring is None:
        return None
    return record.shared.monitoring(resource)
