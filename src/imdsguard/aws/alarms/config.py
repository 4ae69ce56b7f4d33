"""Reading an alarm for its flaws: which token metrics it speaks of, misspelt ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.table import AlarmConfig, Metric
from imdsguard.aws.alarms.insights import QueryError, is_select, parse
from imdsguard.aws.alarms.metric import METRICS
from imdsguard.aws.alarms.metric_math import adds_up
from imdsguard.model.value import Absent, Known, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

REJECTED, TOKENLESS = METRICS


def meant_by(name: str) -> str | None:
    """Return the token metric that a metric's name means: there are no others that begin like these two."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    if not plain.startswith(TOKENLESS.casefold()):
        return None
    return REJECTED if "rej" in plain else TOKENLESS


def written(resource: Resource, body: Body, root: RootIndex) -> AlarmConfig | None:
    """Read an alarm; None if it does not surely speak of a token metric."""
    queries = body.blocks("metric_query").items
    texts = tuple((text, value) for text, value in _texts(queries) if not is_select(text))
    metrics = tuple(_metrics(body, queries))
    unread = tuple(
        value for text, value in _texts(queries) if is_select(text) and TOKENLESS in text and not _reads(text)
    )
    speaks = metrics or unread or any(metric in text for text, _ in (*texts, *_promql(body)) for metric in METRICS)
    if not speaks:
        return None
    adds = all(adds_up(text) is not None for text, _ in texts)
    return AlarmConfig(resource, body, queries, metrics, texts, adds, root, unread)


def flaws_of(alarm: AlarmConfig) -> tuple[AlarmFault, ...]:
    """Ask every row."""
    from imdsguard.aws.alarms.faults import actions, condition
    from imdsguard.aws.alarms.faults import metric_faults as metric
    from imdsguard.aws.alarms.faults import query_faults as queries

    rows = (*metric.ROWS, *condition.ROWS, *queries.ROWS, *actions.ROWS)
    return tuple(dict.fromkeys(flaw for row in rows for flaw in row(alarm)))


def _metrics(body: Body, queries: tuple[Body, ...]) -> Iterator[Metric]:
    own = _metric(body, _statistic(body), body.attribute("period"))
    if own is not None:
        yield own
    for query in queries:
        for block in query.blocks("metric").items:
            found = _metric(block, block.attribute("stat"), _either(block, query))
            if found is not None:
                yield found
        text = text_of(query.attribute("expression"))
        selected = _selected(query, text) if text and is_select(text) else None
        if selected is not None:
            yield selected


def _metric(body: Body, statistic: Value, period: Value) -> Metric | None:
    """Read a metric by name: one that means a token metric, in whatever namespace."""
    name, namespace = text_of(body.attribute("metric_name")), body.attribute("namespace")
    meant = meant_by(name) if name else None
    given = "" if isinstance(namespace, Absent) else text_of(namespace)
    if name is None or meant is None or given is None:
        return None
    return Metric(meant, name, given, body, statistic, period, body.attribute("unit"))


def _selected(query: Body, text: str) -> Metric | None:
    try:
        read = parse(text)
    except QueryError:
        return None
    meant = meant_by(read.metric)
    if meant is None:
        return None
    where = query.attribute("expression")
    function = Known(read.function, where.place)
    return Metric(meant, read.metric, read.namespace, query, function, query.attribute("period"), Absent(), read)


def _reads(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


def _statistic(body: Body) -> Value:
    plain = body.attribute("statistic")
    return body.attribute("extended_statistic") if isinstance(plain, Absent) else plain


def _either(block: Body, query: Body) -> Value:
    own = block.attribute("period")
    return query.attribute("period") if isinstance(own, Absent) else own


def _texts(queries: tuple[Body, ...]) -> Iterator[tuple[str, Value]]:
    for query in queries:
        value = query.attribute("expression")
        text = text_of(value)
        if text:
            yield text, value


def _promql(body: Body) -> Iterator[tuple[str, Value]]:
    for criteria in body.blocks("evaluation_criteria").items:
        for block in criteria.blocks("promql_criteria").items:
            value = block.attribute("query")
            text = text_of(value)
            if text:
                yield text, value
