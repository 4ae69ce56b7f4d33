"""Detailed monitoring: whether EC2 reports an instance's metrics every minute, or every five.

`monitoring` of an instance, `monitoring { enabled }` of a launch template, `enable_monitoring` of a launch
configuration (there it is the default). (EC2 User Guide, "Manage detailed monitoring for your EC2 instances")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.flaws.row import perhaps, shown, wrong
from imdsguard.model.finding import Confidence
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Known, Reference, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.model.flaw import Flaw
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

REMEDY = "period = 300, or monitoring = true in the instance"


def too_fast(period: Known, launch: Launch, root: Surroundings) -> list[Flaw]:
    """Say what is wrong with a period below five minutes for a launch that an alarm takes in."""
    detailed = detailed_of(launch, root)
    reported = f"{launch.address} reports every 300 seconds"
    if detailed is None:
        reason = f"may miss data: its period is {shown(period)} seconds, and whether {reported} cannot be told"
        return [perhaps(period, reason, REMEDY)]
    if detailed:
        return []
    reason = f"has no data most of the time: its period is {shown(period)} seconds, and {reported} (basic monitoring)"
    return [wrong(period, reason, REMEDY, confidence=Confidence.MEDIUM)]


def worst_first(flaws: Sequence[Flaw]) -> tuple[Flaw, ...]:
    """Return the worst of several flaws of this kind: one finding names one launch."""
    return tuple(sorted(flaws, key=lambda flaw: not flaw.certain)[:1])


def detailed_of(launch: Launch, root: Surroundings) -> bool | None:
    """Whether all that a launch starts has detailed monitoring; None if it cannot be told."""
    if launch.kind is Kind.INSTANCE:
        own = launch.resource.body.attribute("monitoring")
        if not isinstance(own, Absent):
            return _on(own)
        if not launch.through:
            return False if not launch.resource.body.blocks("launch_template").items else None
    found = [root.find(Reference(address)) for address in launch.through]
    answers = [_template(resource) if resource is not None else None for resource in found] or [None]
    return False if False in answers else None if None in answers else True


def _template(resource: Resource) -> bool | None:
    if resource.type == "aws_launch_configuration":
        own = resource.body.attribute("enable_monitoring")
        return isinstance(own, Absent) or _on(own)
    if resource.type != "aws_launch_template":
        return None
    blocks = resource.body.blocks("monitoring")
    if blocks.unknown is not None:
        return None
    return _on(blocks.items[0].attribute("enabled")) if blocks.items else False


def _on(value: Value) -> bool | None:
    """Whether a switch is on; one that is not set is off."""
    if isinstance(value, Unknown):
        return None
    return isinstance(value, Known) and value.value in (True, "true")
