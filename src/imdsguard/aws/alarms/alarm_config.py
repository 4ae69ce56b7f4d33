"""What an alarm says, read once: the same record for the `aws` and the `awscc` spelling.

Every setting is a `Value`, with the place where it is written; one that is not set is absent.
(CloudWatch API, PutMetricAlarm, PutCompositeAlarm, PutAlarmMuteRule)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.insights import is_select
from imdsguard.aws.alarms.metric_math import adds_up
from imdsguard.aws.alarms.token_metric import METRICS, REJECTED, TOKENLESS
from imdsguard.model.record import record
from imdsguard.model.value import Absent, text_of

if TYPE_CHECKING:
    from imdsguard.aws.alarms.insights import Query
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Unknown, Value


BAND = re.compile(r"\s*ANOMALY_DETECTION_BAND\s*\(")


@record(frozen=True, slots=True)
class Dimensions:
    """The dimensions of a metric, and whom they name.

    `names` are their keys; None where they are unknown as a whole. `key` is the one that selects (`InstanceId`,
    `AutoScalingGroupName`), empty where there are none or several; `given` is its value, `found` the resource in the
    code that this value is an attribute of. `among` are the addresses of the resources that it may name (one without
    its key stands for all instances); None where it may name any.
    """

    value: Value
    names: tuple[str, ...] | None
    key: str
    given: Value
    found: Resource | None = None
    among: frozenset[str] | None = None


@record(frozen=True, slots=True)
class MetricStat:
    """One metric with its statistic, from an alarm's own arguments or from a `metric` block.

    `statistic` is the plain one, else the extended one.
    """

    name: Value
    namespace: Value
    dimensions: Dimensions
    statistic: Value
    period: Value
    unit: Value


@record(frozen=True, slots=True)
class AlarmQuery:
    """A `metric_query`. `text` is its expression as far as that is known, `select` that text as Metrics Insights."""

    id: Value
    expression: Value
    text: str
    select: Query | None
    period: Value
    return_data: Value
    account_id: Value
    metrics: tuple[MetricStat, ...]

    @property
    def is_select(self) -> bool:
        """Whether the expression is Metrics Insights, also where it cannot be read."""
        return is_select(self.text)


@record(frozen=True, slots=True)
class TokenMetric:
    """A metric of an alarm that is a token metric, or whose name surely means one (`meant`).

    `dimensions` is None and `select` set for one that a Metrics Insights query selects; `name_at` and `namespace_at`
    are then the query's expression.
    """

    meant: str
    name: str
    namespace: str
    name_at: Value
    namespace_at: Value
    statistic: Value
    period: Value
    unit: Value
    dimensions: Dimensions | None = None
    select: Query | None = None


@record(frozen=True, slots=True)
class Notification:
    """Whom an alarm tells, at which change of its state."""

    enabled: Value
    alarm_actions: Value
    ok_actions: Value
    insufficient_data_actions: Value


@record(frozen=True, slots=True)
class AlarmConfig:
    """An alarm on metrics that is, or may be, about calls without a token.

    `queries_unknown` is set where there may be other queries; `promql` are the texts of PromQL, and `by_promql` whether
    there are criteria of that kind at all. `token_metrics` are those it surely speaks of.
    """

    resource: Resource
    scope: Scope
    name: Value
    metric: MetricStat
    queries: tuple[AlarmQuery, ...]
    queries_unknown: Unknown | None
    by_promql: bool
    promql: tuple[Value, ...]
    comparison: Value
    threshold: Value
    threshold_metric_id: Value
    evaluation_periods: Value
    datapoints_to_alarm: Value
    treat_missing_data: Value
    notification: Notification
    token_metrics: tuple[TokenMetric, ...]
    speaks: bool
    """Whether it surely names a token metric: only then can anything be wrong with how it does."""

    @property
    def by_band(self) -> bool:
        """Whether it compares with an anomaly detection band in place of a threshold."""
        return not isinstance(self.threshold_metric_id, Absent)

    def is_band(self, query: AlarmQuery) -> bool:
        """Whether a query is the band that the alarm compares with."""
        if not self.by_band:
            return False
        wanted = text_of(self.threshold_metric_id)
        return BAND.match(query.text) is not None if wanted is None else text_of(query.id) == wanted

    @property
    def math(self) -> tuple[AlarmQuery, ...]:
        """Its queries that are metric math. A band is none: what it makes of the metric is only compared with."""
        return tuple(each for each in self.queries if each.text and not each.is_select and not self.is_band(each))

    @property
    def unread(self) -> tuple[AlarmQuery, ...]:
        """Its queries on a token metric that look like Metrics Insights and cannot be read."""
        return tuple(each for each in self.queries if each.is_select and each.select is None and TOKENLESS in each.text)

    @property
    def adds_up(self) -> bool:
        """Whether what it compares surely grows with every call."""
        return all(adds_up(query.text) is not None for query in self.math)

    @property
    def calls(self) -> str:
        """What it counts, in the singular."""
        rejected = not self.token_metrics or any(metric.meant == REJECTED for metric in self.token_metrics)
        return "refused call" if rejected else "token-less call"

    @property
    def metric_name(self) -> str:
        """The metric's name as it is written, or as an expression has it."""
        if self.token_metrics:
            return self.token_metrics[0].name
        text = " ".join(query.text for query in self.math)
        return REJECTED if REJECTED in text or not text else METRICS[1]


@record(frozen=True, slots=True)
class CompositeConfig:
    """An alarm on the states of other alarms. `suppressed`: another alarm may hold its actions back."""

    resource: Resource
    scope: Scope
    name: Value
    rule: Value
    notification: Notification
    suppressed: bool


@record(frozen=True, slots=True)
class MuteRule:
    """A rule that holds the actions of alarms back at set times; `targets` are lists of alarm names."""

    resource: Resource
    scope: Scope
    targets: tuple[Value, ...]
