"""`awscc_cloudwatch_alarm`: `aws_cloudwatch_metric_alarm` by Cloud Control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.cloud_control_alarm import Translated
from imdsguard.aws.flaws.alarms import watches_of

if TYPE_CHECKING:
    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.aws.watch import Watch
    from imdsguard.model.resource import Resource


def watch(resource: Resource, root: Surroundings) -> tuple[Watch, ...]:
    """Return what the alarm watches of the token metrics."""
    return watches_of(resource, Translated(resource.body), root)
