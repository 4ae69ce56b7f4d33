"""What the alarm looks at: namespace, name, dimensions, statistic, period, unit.

(EC2 User Guide, "CloudWatch metrics that are available for your instances"; CloudWatch API, PutMetricAlarm)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.condition import ABOVE
from imdsguard.aws.alarms.faults.table import BY_QUERY, AlarmConfig, Metric, number_of, perhaps, shown, unsettled, wrong
from imdsguard.aws.alarms.metric import METRICS, NAMESPACE, identity_of
from imdsguard.model.severity import Confidence, Severity
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.value import Value

INSTANCE_ID = re.compile(r"i-[0-9a-z]+")
BY_ID = "dimensions = { InstanceId = aws_instance.NAME.id }"
BY_OTHER = ("AutoScalingGroupName", "ImageId", "InstanceType")
PERCENTILE = re.compile(r"(p|tm|wm|tc|ts|pr|iqm)", re.IGNORECASE)
UNPUBLISHED = "may never have data: whether AWS publishes {} by {} is not documented"
NO_ID = "never has data: InstanceId is {}, which is no instance's id"
SUM = 'statistic = "Sum"'


def names(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Namespace and name are compared exactly, case included."""
    for metric in alarm.metrics:
        where = metric.body.attribute("metric_name") if metric.query is None else metric.body.attribute("expression")
        if metric.name not in METRICS:
            message = f'never has data: there is no metric "{metric.name}"; its name is {metric.meant}, case included'
            yield wrong(where, message, f'metric_name = "{metric.meant}"', never=True)
        if metric.namespace != NAMESPACE:
            place = metric.body.attribute("namespace") if metric.query is None else where
            ours = metric.namespace.casefold().startswith("aws/") or not metric.namespace
            given = f'namespace is "{metric.namespace}"' if metric.namespace else "no namespace is given"
            message = f"never has data: {given}, but AWS publishes {metric.meant} in {NAMESPACE}, case included"
            sure = Confidence.HIGH if ours else Confidence.MEDIUM
            yield wrong(place, message, f'namespace = "{NAMESPACE}"', confidence=sure, never=ours)


def dimensions(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """The metric is published by InstanceId; whether by anything else is not documented."""
    for metric in alarm.metrics:
        if metric.query is not None:
            yield from _keys(metric)
            continue
        value = metric.body.attribute("dimensions")
        entries = value.value if isinstance(value, Known) and isinstance(value.value, Mapping) else None
        if isinstance(value, Absent) or (entries is not None and not entries):
            message = f"has no dimensions, so it has no data: EC2 publishes {metric.meant} for each InstanceId"
            yield wrong(value, message, f"{BY_ID}, or in place of the metric\n{BY_QUERY}", confidence=Confidence.MEDIUM)
        elif entries is not None:
            yield from _entries(metric, value, entries, alarm)
        elif isinstance(value, Unknown):  # as a plan shows a map that holds one attribute known after apply
            yield from _whole(metric, value, alarm)


def _entries(metric: Metric, value: Value, entries: Mapping[str, Value], alarm: AlarmConfig) -> Iterator[AlarmFault]:
    if "InstanceId" in entries and len(entries) == 1:
        yield from _identifier(entries["InstanceId"], alarm)
        return
    for name in entries:
        if name in BY_OTHER:
            yield perhaps(value, UNPUBLISHED.format(metric.meant, name), BY_QUERY)
            return
    given = ", ".join(sorted(str(name)[:40] for name in entries))
    message = f"never has data: EC2 publishes {metric.meant} by InstanceId alone, and the dimensions are {given}"
    yield wrong(value, message, BY_ID, never=True)


def _whole(metric: Metric, value: Unknown, alarm: AlarmConfig) -> Iterator[AlarmFault]:
    found = alarm.root.find(value.reference) if value.reference is not None else None
    identity = identity_of(found) if found is not None else None
    if identity is not None and identity.group_name:
        yield perhaps(value, UNPUBLISHED.format(metric.meant, "AutoScalingGroupName"), BY_QUERY)
    elif identity is not None and identity.instance_ids:
        yield from _identifier(value, alarm)


def _identifier(value: Value, alarm: AlarmConfig) -> Iterator[AlarmFault]:
    text = text_of(value)
    if text is not None and not INSTANCE_ID.fullmatch(text):
        yield wrong(
            value, f"never has data: InstanceId is {shown(value)}, which is no instance's id", BY_ID, never=True
        )
    reference = value.reference if isinstance(value, Unknown) else None
    if reference is None or not reference.attribute:
        return
    found = alarm.root.find(reference)
    identity = identity_of(found) if found is not None else None
    if identity is not None and reference.attribute not in identity.instance_ids:
        yield wrong(value, NO_ID.format(reference), BY_ID, never=True)


def _keys(metric: Metric) -> Iterator[AlarmFault]:
    """The keys in SCHEMA of a Metrics Insights query."""
    assert metric.query is not None
    keys = metric.query.keys
    where = metric.body.attribute("expression")
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
    for metric in alarm.metrics:
        yield from unsettled(metric.statistic, "statistic", SUM)
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
    body = alarm.body
    return text_of(body.attribute("comparison_operator")) == ABOVE and number_of(body.attribute("threshold")) == 0


def period(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """EC2 reports every five minutes, or every minute."""
    for metric in alarm.metrics:
        yield from unsettled(metric.period, "period", "period = 300")
        seconds = number_of(metric.period)
        if isinstance(metric.period, Absent):
            message = "is refused by AWS when it is applied: its metric has no period"
            yield wrong(metric.period, message, "period = 300")
        if seconds is None or (seconds >= 60 and seconds % 60 == 0):
            continue
        if seconds in (10, 20, 30):
            message = f"has no data: a period of {seconds} seconds suits custom metrics; EC2 reports every 60 or 300"
        else:
            message = f"is refused by AWS: a period of {seconds} seconds is neither 10, 20, 30 nor a multiple of 60"
        yield wrong(metric.period, message, "period = 300", never=True)


def unit(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """The metric's unit is Count; another one selects nothing."""
    for metric in alarm.metrics:
        yield from unsettled(metric.unit, "unit", 'unit = "Count", or none')
        text = text_of(metric.unit)
        if text and text != "Count":
            message = f"never has data: its unit is {shown(metric.unit)}, and {metric.meant} is published in Count"
            yield wrong(metric.unit, message, 'unit = "Count", or none', never=True)


ROWS = (names, dimensions, statistic, period, unit)
