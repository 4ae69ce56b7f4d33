"""How the alarm asks: metric queries, SEARCH, Metrics Insights, PromQL.

(CloudWatch API, PutMetricAlarm; CloudWatch User Guide, "Create a CloudWatch alarm based on a Metrics Insights query")
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.saying import BY_QUERY, not_computed, number_of, perhaps, shown, wrong
from imdsguard.aws.alarms.token_metric import METRICS
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.alarms.alarm_config import AlarmConfig
    from imdsguard.model.alarm_fault import AlarmFault

SEARCH = re.compile(r"\bSEARCH\s*\(", re.IGNORECASE)
LIMIT = re.compile(r"(>=?)\s*(\d+(?:\.\d+)?)\s*\)*\s*$")
MOST_QUERIES, MOST_METRICS = 20, 10


def search(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """No alarm may use SEARCH, not even inside SUM; a plan does not show that."""
    for query in alarm.math:
        if SEARCH.search(query.text):
            message = "is refused by AWS when it is applied: an alarm's expression must not use SEARCH"
            yield wrong(query.expression, message, BY_QUERY, never=True)


def returned(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Exactly one query is what the alarm compares; two are it with an anomaly detection band, the band among them.

    (AWS's answer to PutMetricAlarm: "Exactly two elements of the metrics list should return data", "Metrics list must
    contain exactly one metric matching the ThresholdMetricId parameter")
    """
    if alarm.by_band:
        yield from _returned_by_band(alarm)
        return
    values = [query.return_data for query in alarm.queries]
    if not values:
        return
    remedy = "return_data = true in the one metric_query to compare, and in no other"
    for value in values:
        yield from not_computed(value, "return_data", remedy)
    count = sum(isinstance(value, Known) and value.value is True for value in values)
    if count > 1 or (count == 0 and not any(isinstance(value, Unknown) for value in values)):
        which = "none of its queries has" if not count else f"{count} of its queries have"
        message = f"is refused by AWS: {which} return_data = true, and exactly one must have it"
        yield wrong(values[0], message, remedy, never=len(values) > 1)


def _returned_by_band(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    remedy = "return_data = true in the metric_query of the band and in that of the metric, and in no other"
    values = [query.return_data for query in alarm.queries]
    for value in values:
        yield from not_computed(value, "return_data", remedy)
    if not values or any(isinstance(value, Unknown) for value in values):
        return
    returning = [
        each for each in alarm.queries if isinstance(each.return_data, Known) and each.return_data.value is True
    ]
    if len(returning) != 2:
        which = {0: "none of its queries has", 1: "only one of its queries has"}.get(
            len(returning), f"{len(returning)} of its queries have"
        )
        message = f"is refused by AWS: {which} return_data = true, and the band and the metric must both have it"
        yield wrong(values[0], message, remedy, never=True)
    elif text_of(alarm.threshold_metric_id) is not None and not any(alarm.is_band(query) for query in returning):
        wanted = shown(alarm.threshold_metric_id)
        message = f"is refused by AWS: threshold_metric_id is {wanted}, and no query with that id returns data"
        yield wrong(alarm.threshold_metric_id, message, remedy, never=True)


def mixed(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """A metric of its own, metric queries and PromQL exclude one another."""
    forms = []
    own = alarm.metric
    top_level = (own.name, own.namespace, own.period, own.statistic, own.dimensions.value, own.unit)
    value = next((each for each in top_level if not isinstance(each, Absent)), None)
    if value is not None:
        forms.append("a metric's arguments")
    if alarm.queries:
        forms.append("metric_query")
    if alarm.by_promql:
        forms.append("evaluation_criteria")
    if len(forms) > 1:
        message = f"is refused: {' and '.join(forms)} exclude one another in an alarm"
        yield wrong(value or Absent(alarm.resource.place), message, f"only\n{BY_QUERY}", never=True)


def limits(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """How many queries and metrics one alarm may have, and their periods."""
    metrics = [metric for query in alarm.queries for metric in query.metrics]
    place = Absent(alarm.resource.place)
    if len(alarm.queries) > MOST_QUERIES:
        message = f"is refused by AWS: it has {len(alarm.queries)} metric_query blocks, and {MOST_QUERIES} are allowed"
        yield wrong(place, message, BY_QUERY, never=True)
    elif len(metrics) > MOST_METRICS:
        message = f"is refused by AWS: it reads {len(metrics)} metrics, and {MOST_METRICS} are allowed in metric math"
        yield wrong(place, message, BY_QUERY, never=True)
    periods = [number for metric in metrics if (number := number_of(metric.period)) is not None]
    if len(set(periods)) > 1:
        given = " and ".join(str(number) for number in sorted(set(periods)))
        message = f"is refused by AWS: its metrics have periods of {given} seconds, and all must have the same"
        yield wrong(place, message, "period = 300 in every metric", never=True)


def math(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Metric math that does more than to add up may hide a call."""
    if not alarm.adds_up and not any(SEARCH.search(query.text) for query in alarm.math):
        message = f"may not fire at a single {alarm.calls}: what its expression makes of the metric cannot be told"
        yield perhaps(alarm.math[0].expression, message, 'expression = "SUM(METRICS())"')


def narrowed(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """A LIMIT leaves instances out of a Metrics Insights query; so does a WHERE, which is held against launches."""
    for metric in alarm.token_metrics:
        if metric.select is not None and metric.select.cut:
            message = "may leave the one instance out that counts: its query has a LIMIT without ORDER BY and DESC"
            yield wrong(metric.name_at, message, BY_QUERY)


def promql(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """A PromQL alarm has its threshold in the query, which is not read here but for a limit at its end."""
    for value in alarm.promql:
        text = text_of(value) or ""
        if not any(metric in text for metric in METRICS):
            continue
        limit = LIMIT.search(text)
        if limit is not None and float(limit[2]) >= 1 and (limit[1], float(limit[2])) != (">=", 1.0):
            message = f"does not fire at a single {alarm.calls}, but only at {limit[0].rstrip(' )')} of them"
            yield wrong(value, message, "> 0 at the end of the query")
        else:
            message = "may never fire: it asks in PromQL, and what that lets through is not read"
            yield perhaps(value, message, BY_QUERY)


def unread(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Metrics Insights that is not spelled as its documentation has it is refused."""
    for query in alarm.unread:
        yield perhaps(
            query.expression, "may be refused by AWS: its query is not Metrics Insights that can be read", BY_QUERY
        )
