"""From what an alarm says to what it watches: the token metrics it compares, and whose.

Of `metric_query` blocks, the one that is returned decides what is watched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.dimensions import selectors_of
from imdsguard.aws.alarms.faults.saying import number_of
from imdsguard.aws.alarms.faults.table import faults_of
from imdsguard.aws.alarms.insights import narrowing
from imdsguard.aws.alarms.metric_math import metrics_behind
from imdsguard.aws.alarms.selector import AlarmTarget, Everything, InDoubt
from imdsguard.aws.alarms.token_metric import METRICS, NAMESPACE, TOKENLESS
from imdsguard.aws.tags.where import Filtered
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, AlarmQuery, MetricStat
    from imdsguard.aws.alarms.faults.listeners import Listeners
    from imdsguard.aws.alarms.selector import MetricSelector
    from imdsguard.model.value import Value

ON_SELECT = Reason(ReasonKind.UNDOCUMENTED, "whether an alarm may do metric math on a Metrics Insights query")
MATH = Reason(ReasonKind.METRIC_MATH)
PROMQL = Reason(ReasonKind.PROMQL)
LIMITED = Reason(ReasonKind.QUERY_LIMIT)
OTHER_ACCOUNT = Reason(ReasonKind.OTHER_ACCOUNT)
FASTEST, SLOW = 60, 300


def alarm_targets(alarm: AlarmConfig, listeners: Listeners) -> tuple[AlarmTarget, ...]:
    """Return what an alarm watches of the token metrics, or means to, each with the alarm's faults.

    `listeners` are the composite alarms that may notify in its place, and the rules that may mute it.
    """
    found = _targets(alarm)
    if not alarm.speaks:
        return found
    faults = faults_of(alarm, listeners)
    fast = next((m.period for m in alarm.token_metrics if FASTEST <= (number_of(m.period) or 0) < SLOW), None)
    kept = tuple(replace(each, faults=faults, fast=fast if isinstance(fast, Known) else None) for each in found)
    if any(each.unsure is None for each in kept):
        return kept
    return (*kept, AlarmTarget(alarm.resource, alarm.scope, alarm.metric_name, (), None, faults))


def _targets(alarm: AlarmConfig) -> tuple[AlarmTarget, ...]:
    if alarm.queries or alarm.queries_unknown is not None:
        return _by_query(alarm)
    if alarm.by_promql and alarm.speaks:
        return _may_watch(alarm, PROMQL)
    return _by_metric(alarm, alarm.metric, None)


def _by_query(alarm: AlarmConfig) -> tuple[AlarmTarget, ...]:
    """Return a target for each token metric that the returned query looks at, or may look at."""
    if alarm.queries_unknown is not None:
        return _may_watch(
            alarm, Reason(ReasonKind.NOT_COMPUTED, "the alarm's queries", cause=alarm.queries_unknown.reason)
        )
    returned = _returned(alarm)
    if isinstance(returned, Reason):
        return _may_watch(alarm, returned)
    if returned is None:
        return ()
    if not isinstance(returned.account_id, Absent) and _concerns(alarm.queries):
        return _may_watch(alarm, OTHER_ACCOUNT)
    if isinstance(returned.expression, Unknown) and returned.select is None:
        return _may_watch(
            alarm, Reason(ReasonKind.NOT_COMPUTED, "the alarm's expression", cause=returned.expression.reason)
        )
    if returned.is_select:
        return _by_insights(alarm, returned, returned.expression)
    return _by_math(alarm, returned)


def _returned(alarm: AlarmConfig) -> AlarmQuery | Reason | None:
    """Return the query with `return_data = true`; a reason if that cannot be computed.

    Of an alarm on a band it is the one beside the band: the metric that is compared, whether AWS takes it or not.
    """
    queries = [query for query in alarm.queries if not alarm.is_band(query)] or alarm.queries
    if len(queries) == 1:
        return queries[0]
    for query in queries:
        value = query.return_data
        if isinstance(value, Unknown):
            return Reason(ReasonKind.NOT_COMPUTED, "which query the alarm looks at", cause=value.reason)
        if isinstance(value, Known) and value.value is True:
            return query
    return None


def _concerns(queries: Sequence[AlarmQuery]) -> bool:
    """Whether any query names a token metric, as far as can be seen."""
    for query in queries:
        if isinstance(query.expression, Unknown) or any(metric in query.text for metric in METRICS):
            return True
        if any(_unsure_of(each, metric) is not False for each in query.metrics for metric in METRICS):
            return True
    return False


def _by_insights(alarm: AlarmConfig, query: AlarmQuery, asks: Value) -> tuple[AlarmTarget, ...]:
    select = query.select
    if select is None:
        return _may_watch(alarm, Reason(ReasonKind.QUERY_UNREAD)) if TOKENLESS in query.text else ()
    if select.namespace != NAMESPACE or select.metric not in METRICS:
        return ()
    selector: MetricSelector = Everything()
    also = None
    if select.cut:
        also = LIMITED
    elif select.keys is not None and select.keys != ("InstanceId",):
        also = Reason(
            ReasonKind.UNDOCUMENTED, f"whether AWS publishes the metric by {', '.join(select.keys) or 'no key'}"
        )
    narrowed = narrowing(select.where)
    if narrowed is not None:
        selector = Filtered(narrowed, also)
    elif also is not None:
        selector = InDoubt(also)
    where = asks if narrowed is not None else None
    return (AlarmTarget(alarm.resource, alarm.scope, select.metric, (selector,), where=where),)


def _by_math(alarm: AlarmConfig, returned: AlarmQuery) -> tuple[AlarmTarget, ...]:
    """Watch the metrics that are returned, or that the returned metric math adds up."""
    by_id = {text_of(query.id) or f"({i})": query for i, query in enumerate(alarm.queries)}
    used: frozenset[str] | None = frozenset(key for key, query in by_id.items() if query is returned)
    if returned.text:
        metrics = frozenset(key for key, query in by_id.items() if query.is_select or query.metrics)
        (wanted,) = used or ("",)
        used = metrics_behind(wanted, {key: query.text for key, query in by_id.items() if query.text}, metrics)
    targets: list[AlarmTarget] = []
    for key, query in by_id.items():
        if used is not None and key not in used:
            continue
        if query.is_select and query is not returned:
            targets += [replace(t, selectors=(InDoubt(ON_SELECT),)) for t in _by_insights(alarm, query, Absent())]
        for metric in query.metrics:
            targets += _by_metric(alarm, metric, MATH if used is None else None)
    return tuple(targets)


def _by_metric(alarm: AlarmConfig, stat: MetricStat, doubt: Reason | None) -> tuple[AlarmTarget, ...]:
    """Watch one metric; `doubt` is set where it cannot be told what the alarm makes of it."""
    targets = []
    for metric in METRICS:
        unsure = _unsure_of(stat, metric)
        if unsure is not False:
            reason = unsure if isinstance(unsure, Reason) else doubt
            targets.append(AlarmTarget(alarm.resource, alarm.scope, metric, selectors_of(stat.dimensions), reason))
    return tuple(targets)


def _unsure_of(stat: MetricStat, metric: str) -> Reason | bool:
    """Compare namespace and metric name: False for another metric, True for this one, a reason if it cannot be told."""
    reason: Reason | None = None
    for name, value, wanted in (("metric_name", stat.name, metric), ("namespace", stat.namespace, NAMESPACE)):
        if isinstance(value, Unknown):
            reason = reason or Reason(ReasonKind.NOT_COMPUTED, f"the alarm's {name}", cause=value.reason)
        elif isinstance(value, Absent) or value.value != wanted:
            return False
    return reason or True


def _may_watch(alarm: AlarmConfig, reason: Reason) -> tuple[AlarmTarget, ...]:
    """Return targets of which nothing is sure."""
    return tuple(AlarmTarget(alarm.resource, alarm.scope, metric, (InDoubt(reason),), reason) for metric in METRICS)
