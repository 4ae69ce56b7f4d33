"""`awscc_cloudwatch_alarm`: `aws_cloudwatch_metric_alarm` by Cloud Control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.alarm_faults import watches_of
from imdsguard.aws.cloud_control_alarm import Translated

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def watch(resource: Resource, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return what the alarm watches of the token metrics."""
    return watches_of(resource, Translated(resource.body), root)
