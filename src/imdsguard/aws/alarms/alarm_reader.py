"""From a resource to what the alarm says: the one place that reads the arguments of alarms.

Bodies are spelled as the `aws` provider spells them; `cloud_control_alarm` respells those of `awscc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.alarm_config import (
    AlarmConfig,
    AlarmQuery,
    CompositeConfig,
    MetricStat,
    MuteRule,
    Notification,
    TokenMetric,
)
from imdsguard.aws.alarms.dimensions import dimensions_of
from imdsguard.aws.alarms.filled_select import filled_select
from imdsguard.aws.alarms.insights import QueryError, is_select, parse
from imdsguard.aws.alarms.token_metric import METRICS, TOKENLESS, meant_by
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.aws.alarms.insights import Query
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Blocks, Body, Resource
    from imdsguard.model.value import Value


def alarm_config(resource: Resource, body: Body, root: RootIndex) -> AlarmConfig | None:
    """Read an alarm on metrics; None if it surely is about something else, of which no more is then read.

    `body` is the resource's in the words of the `aws` provider. `root` finds what its dimensions refer to.
    """
    blocks = body.blocks("metric_query")
    criteria = body.blocks("evaluation_criteria").items
    if not _may_concern(body, blocks, criteria):
        return None
    metric = _metric_stat(body, _statistic(body), root)
    queries = tuple(_query(each, root) for each in blocks.items)
    promql = tuple(block.attribute("query") for each in criteria for block in each.blocks("promql_criteria").items)
    token_metrics = tuple(_token_metrics(metric, queries))
    return AlarmConfig(
        resource,
        scope_of(resource),
        body.attribute("alarm_name"),
        metric,
        queries,
        blocks.unknown,
        bool(criteria),
        promql,
        body.attribute("comparison_operator"),
        body.attribute("threshold"),
        body.attribute("threshold_metric_id"),
        body.attribute("evaluation_periods"),
        body.attribute("datapoints_to_alarm"),
        body.attribute("treat_missing_data"),
        _notification(body),
        token_metrics,
        bool(token_metrics) or _speaks(queries, promql),
    )


def composite_config(resource: Resource, body: Body) -> CompositeConfig:
    """Read an alarm on the states of others."""
    suppressor, named = body.blocks("actions_suppressor"), body.attribute("actions_suppressor")
    suppressed = bool(suppressor.items or suppressor.unknown is not None or text_of(named))
    return CompositeConfig(
        resource,
        scope_of(resource),
        body.attribute("alarm_name"),
        body.attribute("alarm_rule"),
        _notification(body),
        suppressed or isinstance(named, Unknown),
    )


def mute_rule(resource: Resource, body: Body) -> MuteRule:
    """Read a rule that mutes alarms."""
    targets = tuple(each.attribute("alarm_names") for each in body.blocks("mute_targets").items)
    return MuteRule(resource, scope_of(resource), targets)


def _may_concern(body: Body, queries: Blocks, criteria: Sequence[Body]) -> bool:
    """Whether an alarm is, or may be, about a token metric."""
    if queries.unknown is not None or criteria or _may_mean(body.attribute("metric_name")):
        return True
    for query in queries.items:
        text = query.attribute("expression")
        if isinstance(text, Unknown) or TOKENLESS in (text_of(text) or "") or is_select(text_of(text) or ""):
            return True
        if any(_may_mean(block.attribute("metric_name")) for block in query.blocks("metric").items):
            return True
    return len(queries.items) > 1 and any(isinstance(q.attribute("return_data"), Unknown) for q in queries.items)


def _may_mean(name: Value) -> bool:
    return isinstance(name, Unknown) or meant_by(text_of(name) or "") is not None


def _metric_stat(body: Body, statistic: Value, root: RootIndex) -> MetricStat:
    return MetricStat(
        body.attribute("metric_name"),
        body.attribute("namespace"),
        dimensions_of(body.attribute("dimensions"), root),
        statistic,
        body.attribute("period"),
        body.attribute("unit"),
    )


def _query(body: Body, root: RootIndex) -> AlarmQuery:
    expression = body.attribute("expression")
    text = text_of(expression) or ""
    select = _select(text) if text else None
    if isinstance(expression, Unknown):
        text, select = filled_select(expression, root)
    return AlarmQuery(
        body.attribute("id"),
        expression,
        text,
        select,
        body.attribute("period"),
        body.attribute("return_data"),
        body.attribute("account_id"),
        tuple(_metric_stat(block, block.attribute("stat"), root) for block in body.blocks("metric").items),
    )


def _select(text: str) -> Query | None:
    if not is_select(text):
        return None
    try:
        return parse(text)
    except QueryError:
        return None


def _statistic(body: Body) -> Value:
    plain = body.attribute("statistic")
    return body.attribute("extended_statistic") if isinstance(plain, Absent) else plain


def _notification(body: Body) -> Notification:
    return Notification(
        body.attribute("actions_enabled"),
        body.attribute("alarm_actions"),
        body.attribute("ok_actions"),
        body.attribute("insufficient_data_actions"),
    )


def _token_metrics(own: MetricStat, queries: Sequence[AlarmQuery]) -> Iterator[TokenMetric]:
    """Yield what surely means a token metric, in whatever namespace."""
    yield from _token_metric(own, own.period)
    for query in queries:
        for metric in query.metrics:
            yield from _token_metric(metric, query.period if isinstance(metric.period, Absent) else metric.period)
        select = query.select
        meant = meant_by(select.metric) if select is not None else None
        if select is not None and meant is not None:
            at = query.expression
            function = Known(select.function, at.place)
            yield TokenMetric(
                meant, select.metric, select.namespace, at, at, function, query.period, Absent(), select=select
            )


def _token_metric(metric: MetricStat, period: Value) -> Iterator[TokenMetric]:
    name, namespace = text_of(metric.name), metric.namespace
    meant = meant_by(name) if name else None
    given = "" if isinstance(namespace, Absent) else text_of(namespace)
    if name is not None and meant is not None and given is not None:
        at = (metric.name, namespace, metric.statistic, period, metric.unit)
        yield TokenMetric(meant, name, given, *at, dimensions=metric.dimensions)


def _speaks(queries: Sequence[AlarmQuery], promql: Sequence[Value]) -> bool:
    """Whether an expression names a token metric, though not one that could be read."""
    if any(query.is_select and query.select is None and TOKENLESS in query.text for query in queries):
        return True
    texts = [query.text for query in queries if not query.is_select] + [text_of(value) or "" for value in promql]
    return any(metric in text for text in texts for metric in METRICS)
