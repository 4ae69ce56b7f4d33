"""`aws_cloudwatch_metric_alarm`: on one metric, on metric math, or on a Metrics Insights query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarm_metric import METRICS, sights_of, unsure_of
from imdsguard.aws.alarm_queries import query_watches
from imdsguard.aws.scope import scope_of
from imdsguard.aws.watch import Watch

if TYPE_CHECKING:
    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.model.resource import Resource


def watch(resource: Resource, root: Surroundings) -> tuple[Watch, ...]:
    """Return what the alarm watches of the token metrics: nothing for an alarm on something else."""
    queries = resource.body.blocks("metric_query")
    if queries.items or queries.unknown is not None:
        return query_watches(resource, queries, root)
    scope = scope_of(resource)
    body = resource.body
    found = []
    for metric in METRICS:
        unsure = unsure_of(body, metric)
        if unsure is not False:
            reason = unsure if isinstance(unsure, str) else None
            found.append(Watch(resource, scope, metric, sights_of(body, root), reason))
    return tuple(found)
