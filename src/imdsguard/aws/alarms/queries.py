"""Alarms on `metric_query` blocks: the one that is returned decides what is watched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.insights import NOT_READ, QueryError, is_select, parse
from imdsguard.aws.alarms.metric import METRICS, NAMESPACE, sights_of, unsure_of
from imdsguard.aws.alarms.metric_math import metrics_behind
from imdsguard.aws.alarms.selector import AlarmTarget, Everything, InDoubt, MetricSelector
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.tags.where import Filtered
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Blocks, Body, Resource
    from imdsguard.model.value import Value

EXPRESSION = "the alarm's expression cannot be computed: {}"
ON_SELECT = "whether an alarm may do metric math on a Metrics Insights query is not documented"
MATH = "what the alarm's metric math makes of the metric cannot be told"


def query_watches(resource: Resource, queries: Blocks, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return a watch for each token metric that the returned query looks at, or may look at."""
    if queries.unknown is not None:
        return _may_watch(resource, f"the alarm's queries cannot be computed: {queries.unknown.reason}")
    returned = _returned(queries.items)
    if isinstance(returned, str):
        return _may_watch(resource, returned)
    if returned is None:
        return ()
    if not isinstance(returned.attribute("account_id"), Absent) and _concerns(queries.items):
        return _may_watch(resource, "the alarm reads the metrics of an account named by its id")
    expression = returned.attribute("expression")
    if isinstance(expression, Unknown):
        return _may_watch(resource, EXPRESSION.format(expression.reason))
    text = text_of(expression)
    if text and is_select(text):
        return _insights(resource, text, expression)
    return _metrics(resource, queries.items, returned, text, root)


def _returned(queries: Sequence[Body]) -> Body | str | None:
    """Return the query with `return_data = true`; a reason if that cannot be computed."""
    if len(queries) == 1:
        return queries[0]
    for query in queries:
        value = query.attribute("return_data")
        if isinstance(value, Unknown):
            return f"which query the alarm looks at cannot be computed: {value.reason}"
        if isinstance(value, Known) and value.value is True:
            return query
    return None


def _concerns(queries: Sequence[Body]) -> bool:
    """Whether any query speaks of a token metric, as far as can be seen."""
    for query in queries:
        text = query.attribute("expression")
        if isinstance(text, Unknown) or any(metric in (text_of(text) or "") for metric in METRICS):
            return True
        if any(unsure_of(block, metric) is not False for block in query.blocks("metric").items for metric in METRICS):
            return True
    return False


def _insights(resource: Resource, text: str, asks: Value) -> tuple[AlarmTarget, ...]:
    try:
        query = parse(text)
    except QueryError:
        return _may_watch(resource, NOT_READ) if METRICS[1] in text else ()
    if query.namespace != NAMESPACE or query.metric not in METRICS:
        return ()
    sight: MetricSelector = Everything()
    also = None
    if query.cut:
        also = "the alarm's query has a LIMIT and no ORDER BY ... DESC: it may drop any instance"
    elif query.keys is not None and query.keys != ("InstanceId",):
        also = f"whether AWS publishes the metric by {', '.join(query.keys) or 'no key'} is not documented"
    if query.where is not None:
        sight = Filtered(query.where, also)
    elif also is not None:
        sight = InDoubt(also)
    where = asks if query.where is not None else None
    return (AlarmTarget(resource, scope_of(resource), query.metric, (sight,), asks=where),)


def _metrics(
    resource: Resource, queries: Sequence[Body], returned: Body, math: str | None, root: RootIndex
) -> tuple[AlarmTarget, ...]:
    """Watch the metrics that are returned, or that the returned metric math adds up."""
    by_id = {text_of(query.attribute("id")) or f"({i})": query for i, query in enumerate(queries)}
    used: frozenset[str] | None = frozenset(key for key, query in by_id.items() if query is returned)
    if math:
        expressions = {key: text_of(query.attribute("expression")) or "" for key, query in by_id.items()}
        selects = frozenset(key for key, each in expressions.items() if is_select(each))
        metrics = selects | {key for key, query in by_id.items() if query.blocks("metric").items}
        (wanted,) = used or ("",)
        used = metrics_behind(wanted, {key: text for key, text in expressions.items() if text}, metrics)
    watches = []
    for key, query in by_id.items():
        if used is not None and key not in used:
            continue
        text = text_of(query.attribute("expression")) or ""
        if is_select(text) and query is not returned:
            watches += [replace(each, sights=(InDoubt(ON_SELECT),)) for each in _insights(resource, text, Absent())]
        for block in query.blocks("metric").items:
            for metric in METRICS:
                unsure = unsure_of(block, metric)
                if unsure is False:
                    continue
                reason = unsure if isinstance(unsure, str) else (MATH if used is None else None)
                watches.append(AlarmTarget(resource, scope_of(resource), metric, sights_of(block, root), reason))
    return tuple(watches)


def _may_watch(resource: Resource, reason: str) -> tuple[AlarmTarget, ...]:
    """Return watches of which nothing is sure."""
    return tuple(AlarmTarget(resource, scope_of(resource), metric, (InDoubt(reason),), reason) for metric in METRICS)
