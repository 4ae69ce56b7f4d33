"""`aws_cloudwatch_metric_alarm`: on one metric, on metric math, on a Metrics Insights query, or by PromQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.alarm_faults import watches_of

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def watch(resource: Resource, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return what the alarm watches of the token metrics: nothing for an alarm on something else."""
    return watches_of(resource, resource.body, root)
