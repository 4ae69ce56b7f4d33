"""When the alarm fires: comparison, threshold, evaluation periods, missing data.

(CloudWatch API, PutMetricAlarm; CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data") Whether
`MetadataNoTokenRejected` is reported as 0 while nothing is refused is not documented: what rests on it is of medium
confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.saying import not_computed, number_of, shown, wrong
from imdsguard.model.instead import Instead
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Absent, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.alarms.alarm_config import AlarmConfig
    from imdsguard.model.alarm_fault import AlarmFault

ABOVE = "GreaterThanThreshold"
FROM = "GreaterThanOrEqualToThreshold"
FIRES_AT_ONE = Instead.of(comparison_operator=ABOVE, threshold=0)
BURST = "one burst, as at a boot, goes unnoticed"
SPARSE = "AWS may report the metric only when there is a call to count, and treat_missing_data hides that"
DAY, WEEK, HOUR, THREE_HOURS = 86_400, 604_800, 3_600, 10_800


def comparison(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Only "greater than" notices a call."""
    value = alarm.comparison
    yield from not_computed(value, "comparison_operator", FIRES_AT_ONE)
    text = text_of(value) or ""
    if (text.startswith("LessThan") and text.endswith(("UpperThreshold", "LowerThreshold"))) or "Upper" in text:
        message = f"compares with what is usual ({text}), so {alarm.calls}s that are usual, or few, go unnoticed"
        yield wrong(value, message, FIRES_AT_ONE, confidence=Confidence.MEDIUM)
    elif text.startswith("LessThan"):
        message = f"fires while there are few {alarm.calls}s, not when there are some: comparison_operator is {text}"
        yield wrong(value, message, FIRES_AT_ONE, never=True)


def threshold(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """One call must be enough, and none must not."""
    value = alarm.threshold
    yield from not_computed(value, "threshold", FIRES_AT_ONE)
    if isinstance(value, Absent) and isinstance(alarm.threshold_metric_id, Absent) and alarm.token_metrics:
        yield wrong(value, "is refused by AWS when it is applied: it has no threshold", FIRES_AT_ONE)
    limit = number_of(value)
    operator = text_of(alarm.comparison)
    if limit is None or operator not in (ABOVE, FROM) or not alarm.adds_up:
        return
    always = limit < 0 or (limit == 0 and operator == FROM)
    misses = limit >= 1 if operator == ABOVE else limit > 1
    sign = ">" if operator == ABOVE else ">="
    if always:
        message = (
            f"fires without a single {alarm.calls} if AWS reports the metric as 0, since no count is below "
            f"({sign} {shown(value)}): it then stays in alarm and says nothing new"
        )
        yield wrong(value, message, FIRES_AT_ONE, confidence=Confidence.MEDIUM)
    elif misses:
        message = f"does not fire at a single {alarm.calls} in a period, but only at {sign} {shown(value)} of them"
        yield wrong(value, message, FIRES_AT_ONE)


def periods(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """One period with a call must be enough."""
    evaluation = alarm.evaluation_periods
    datapoints = alarm.datapoints_to_alarm
    remedy = Instead.of(evaluation_periods=1, datapoints_to_alarm=1)
    yield from not_computed(evaluation, "evaluation_periods", remedy)
    yield from not_computed(datapoints, "datapoints_to_alarm", remedy)
    of, enough = number_of(evaluation), number_of(datapoints)
    if of is None:
        return
    if enough and enough > of:
        message = f"is refused by AWS: datapoints_to_alarm ({enough}) is more than evaluation_periods ({of})"
        yield wrong(datapoints, message, remedy, never=True)
    elif enough and enough > 1:
        message = (
            f"fires only if {enough} of {of} periods have a {alarm.calls}: one burst, as at a boot, goes unnoticed"
        )
        yield wrong(datapoints, message, Instead.of(datapoints_to_alarm=1))
    elif not enough and of > 1:
        message = (
            f"fires only if all of {of} periods in a row have a {alarm.calls}: one burst, as at a boot, goes unnoticed"
        )
        yield wrong(evaluation, message, Instead.of(evaluation_periods=1))


def window(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """How long an alarm may look back."""
    of = number_of(alarm.evaluation_periods)
    for metric in alarm.token_metrics:
        period = number_of(metric.period)
        if of is None or period is None or of < 1:
            continue
        longest = DAY if period < HOUR else WEEK
        span = f"{of} evaluation_periods of {period} seconds"
        if period * of > longest:
            limit = "one day for periods below an hour" if longest == DAY else "seven days"
            yield wrong(
                metric.period, f"is refused by AWS: {span} are more than {limit}", Instead.of(period=300), never=True
            )
        elif metric.select is not None and period * of > THREE_HOURS:
            message = f"never sees all of its {span}: a Metrics Insights alarm looks at the last three hours only"
            yield wrong(metric.period, message, Instead.of(period=300, evaluation_periods=1))


def missing_data(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """What a period without data counts as."""
    value = alarm.treat_missing_data
    remedy = Instead.of(treat_missing_data="notBreaching")
    yield from not_computed(value, "treat_missing_data", remedy)
    text = text_of(value)
    if text == "breaching":
        message = f"stays in alarm while all is well, so it says nothing new when it is not: {SPARSE} (breaching)"
        yield wrong(value, message, remedy, confidence=Confidence.MEDIUM)
    elif text == "ignore":
        message = f"never clears after its first {alarm.calls}, so it does not notify again: {SPARSE} (ignore)"
        yield wrong(value, message, remedy, confidence=Confidence.MEDIUM)
