"""From an alarm to its watches, each with the alarm's flaws: the same for every provider's alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.config import flaws_of, written
from imdsguard.aws.alarms.faults.table import number_of
from imdsguard.aws.alarms.metric import METRICS, sights_of, unsure_of
from imdsguard.aws.alarms.queries import query_watches
from imdsguard.aws.alarms.selector import AlarmTarget, InDoubt
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from imdsguard.aws.alarms.faults.table import AlarmConfig
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource

SLOW = 300


def watches_of(resource: Resource, body: Body, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return what an alarm watches of the token metrics, or means to; nothing for an alarm on something else."""
    found = _watches(resource, body, root)
    alarm = written(resource, body, root)
    if alarm is None:
        return found
    flaws = flaws_of(alarm)
    fast = next((m.period for m in alarm.metrics if 60 <= (number_of(m.period) or 0) < SLOW), None)
    kept = tuple(replace(w, flaws=flaws, fast=fast if isinstance(fast, Known) else None) for w in found)
    if any(watch.unsure is None for watch in kept):
        return kept
    return (*kept, AlarmTarget(resource, scope_of(resource), _name(alarm), (), None, flaws))


def _watches(resource: Resource, body: Body, root: RootIndex) -> tuple[AlarmTarget, ...]:
    queries = body.blocks("metric_query")
    if queries.items or queries.unknown is not None:
        return query_watches(resource, queries, root)
    if body.blocks("evaluation_criteria").items and written(resource, body, root) is not None:
        reason = "the alarm asks in PromQL, and what that lets through is not read"
        return tuple(
            AlarmTarget(resource, scope_of(resource), metric, (InDoubt(reason),), reason) for metric in METRICS
        )
    found: list[AlarmTarget] = []
    for metric in METRICS:
        unsure = unsure_of(body, metric)
        if unsure is not False:
            doubt = unsure if isinstance(unsure, str) else None
            found.append(AlarmTarget(resource, scope_of(resource), metric, sights_of(body, root), doubt))
    return tuple(found)


def _name(alarm: AlarmConfig) -> str:
    """The metric's name as it is written, or as the alarm's text has it."""
    if alarm.metrics:
        return alarm.metrics[0].name
    text = " ".join(text for text, _ in alarm.texts)
    return METRICS[0] if METRICS[0] in text or not text else METRICS[1]
