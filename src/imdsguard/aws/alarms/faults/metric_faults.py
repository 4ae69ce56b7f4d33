"""What the alarm looks at: namespace, name, dimensions, statistic, period, unit.

(EC2 User Guide, "CloudWatch metrics that are available for your instances"; CloudWatch API, PutMetricAlarm)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.dimensions import BY_GROUP, BY_OTHER, names_no_instance
from imdsguard.aws.alarms.dimensions import BY_ID as INSTANCE
from imdsguard.aws.alarms.faults.condition_faults import ABOVE
from imdsguard.aws.alarms.faults.saying import BY_QUERY, not_computed, number_of, perhaps, shown, wrong
from imdsguard.aws.alarms.token_metric import METRICS, NAMESPACE
from imdsguard.model.instead import Instead
from imdsguard.model.severity import Confidence, Severity
from imdsguard.model.value import Absent, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, Dimensions, TokenMetric
    from imdsguard.model.alarm_fault import AlarmFault

INSTANCE_ID = re.compile(r"i-[0-9a-z]+")
BY_ID = "dimensions = { InstanceId = aws_instance.NAME.id }"
PERCENTILE = re.compile(r"(p|tm|wm|tc|ts|pr|iqm)", re.IGNORECASE)
UNPUBLISHED = "may never have data: whether AWS publishes {} by {} is not documented"
NO_ID = "never has data: InstanceId is {}, which is no instance's id"
COUNT = Instead((("unit", "Count"),), rest=", or none")
SUM = Instead.of(statistic="Sum")


def names(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Namespace and name are compared exactly, case included."""
    for metric in alarm.token_metrics:
        if metric.name not in METRICS:
            message = f'never has data: there is no metric "{metric.name}"; its name is {metric.meant}, case included'
            yield wrong(metric.name_at, message, Instead.of(metric_name=metric.meant), never=True)
        if metric.namespace != NAMESPACE:
            ours = metric.namespace.casefold().startswith("aws/") or not metric.namespace
            given = f'namespace is "{metric.namespace}"' if metric.namespace else "no namespace is given"
            message = f"never has data: {given}, but AWS publishes {metric.meant} in {NAMESPACE}, case included"
            sure = Confidence.HIGH if ours else Confidence.MEDIUM
            yield wrong(metric.namespace_at, message, Instead.of(namespace=NAMESPACE), confidence=sure, never=ours)


def dimensions(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """The metric is published by InstanceId; whether by anything else is not documented."""
    for metric in alarm.token_metrics:
        if metric.dimensions is None:
            yield from _keys(metric)
            continue
        given = metric.dimensions
        if given.names == ():
            message = f"has no dimensions, so it has no data: EC2 publishes {metric.meant} for each InstanceId"
            remedy = f"{BY_ID}, or in place of the metric\n{BY_QUERY}"
            yield wrong(given.value, message, remedy, confidence=Confidence.MEDIUM)
        elif given.key == INSTANCE:
            yield from _identifier(given)
        elif given.names is not None:
            yield _entries(metric, given, given.names)
        elif given.key == BY_GROUP:  # unknown as a whole
            yield perhaps(given.value, UNPUBLISHED.format(metric.meant, BY_GROUP), BY_QUERY)


def _entries(metric: TokenMetric, given: Dimensions, names: tuple[str, ...]) -> AlarmFault:
    other = next((name for name in names if name in BY_OTHER), None)
    if other is not None:
        return perhaps(given.value, UNPUBLISHED.format(metric.meant, other), BY_QUERY)
    shown_names = ", ".join(sorted(str(name)[:40] for name in names))
    message = f"never has data: EC2 publishes {metric.meant} by InstanceId alone, and the dimensions are {shown_names}"
    return wrong(given.value, message, BY_ID, never=True)


def _identifier(dimensions: Dimensions) -> Iterator[AlarmFault]:
    given = dimensions.given
    text = text_of(given)
    if text is not None and not INSTANCE_ID.fullmatch(text):
        yield wrong(given, NO_ID.format(shown(given)), BY_ID, never=True)
    if isinstance(given, Unknown) and names_no_instance(dimensions):
        yield wrong(given, NO_ID.format(given.reference), BY_ID, never=True)


def _keys(metric: TokenMetric) -> Iterator[AlarmFault]:
    """The keys in SCHEMA of a Metrics Insights query."""
    assert metric.select is not None
    keys, where = metric.select.keys, metric.name_at
    if keys is None or keys == ("InstanceId",):
        return
    if keys and all(key in BY_OTHER for key in keys):
        yield perhaps(where, UNPUBLISHED.format(metric.meant, ", ".join(keys)), BY_QUERY)
    else:
        given = ", ".join(keys) or "none"
        message = f"never has data: EC2 publishes {metric.meant} by InstanceId, and the keys in SCHEMA are {given}"
        yield wrong(where, message, BY_QUERY, never=True)


def statistic(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """What is made of the datapoints must grow with every call."""
    for metric in alarm.token_metrics:
        yield from not_computed(metric.statistic, "statistic", SUM)
        if isinstance(metric.statistic, Absent):
            yield wrong(metric.statistic, "is refused by AWS when it is applied: its metric has no statistic", SUM)
            continue
        text = (text_of(metric.statistic) or "").casefold()
        text = {"avg": "average", "min": "minimum", "count": "samplecount", "max": "maximum"}.get(text, text)
        said = f"its statistic is {shown(metric.statistic)}"
        if text == "samplecount":
            message = f"counts how often EC2 reported, not the {alarm.calls}s: {said}"
        elif text == "average":
            message = f"may miss a single {alarm.calls}: {said}, which thins it out over the samples of a period"
        elif text == "minimum":
            message = f"may miss a single {alarm.calls}: {said}, which is 0 if one sample of the period is"
        elif PERCENTILE.match(text) and text != "p100":
            message = f"may miss a single {alarm.calls}: {said}, which may leave out the one sample that has it"
        else:
            continue
        mild = Severity.NOTE if text == "average" and _above_zero(alarm) else None
        yield wrong(metric.statistic, message, SUM, confidence=Confidence.MEDIUM, severity=mild)


def _above_zero(alarm: AlarmConfig) -> bool:
    """Whether anything above nothing fires: then an average does as well as a sum."""
    return text_of(alarm.comparison) == ABOVE and number_of(alarm.threshold) == 0


def period(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """EC2 reports every five minutes, or every minute."""
    for metric in alarm.token_metrics:
        yield from not_computed(metric.period, "period", Instead.of(period=300))
        seconds = number_of(metric.period)
        if isinstance(metric.period, Absent):
            message = "is refused by AWS when it is applied: its metric has no period"
            yield wrong(metric.period, message, Instead.of(period=300))
        if seconds is None or (seconds >= 60 and seconds % 60 == 0):
            continue
        if seconds in (10, 20, 30):
            message = f"has no data: a period of {seconds} seconds suits custom metrics; EC2 reports every 60 or 300"
        else:
            message = f"is refused by AWS: a period of {seconds} seconds is neither 10, 20, 30 nor a multiple of 60"
        yield wrong(metric.period, message, Instead.of(period=300), never=True)


def unit(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """The metric's unit is Count; another one selects nothing."""
    for metric in alarm.token_metrics:
        yield from not_computed(metric.unit, "unit", COUNT)
        text = text_of(metric.unit)
        if text and text != "Count":
            message = f"never has data: its unit is {shown(metric.unit)}, and {metric.meant} is published in Count"
            yield wrong(metric.unit, message, COUNT, never=True)
