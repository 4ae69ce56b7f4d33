"""`awscc_cloudwatch_alarm_mute_rule`: holds the actions of alarms back at set times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.model.resource import Body, Resource


def mute(resource: Resource) -> Body:
    """Return what the mute rule says."""
    return resource.body
