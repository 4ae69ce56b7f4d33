"""Every form of a query (4.3) that keeps an alarm from firing, each with its message; and alarms that are fine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.report.reasons import sentence
from tests.aws.alarms.rows import (
    ALL,
    MEDIUM,
    SURE,
    TOPIC,
    UNTOLD,
    WEB,
    alarm,
    asking,
    block,
    faults_of,
    insights,
    math,
    promql,
    remedies_of,
)
from tests.aws.memory import estate, ref, unknown


def band(*returning, metric_id="ad1", **changes):
    """An alarm on an anomaly detection band, of which these queries return data."""
    condition = {
        "comparison_operator": "GreaterThanUpperThreshold",
        "threshold": None,
        "threshold_metric_id": metric_id,
    }
    expression = {"id": "ad1", "expression": "ANOMALY_DETECTION_BAND(m1, 2)", "return_data": "ad1" in returning}
    return asking(expression, {**block(1), "return_data": "m1" in returning}, **{**condition, **changes})


USUAL = "compares with what is usual (GreaterThanUpperThreshold), so refused calls that are usual, or few, go unnoticed"
BOTH = "is refused by AWS: {} return_data = true, and the band and the metric must both have it"

BANDS = [
    (band("ad1", "m1"), None),
    (band("m1"), BOTH.format("only one of its queries has")),
    (band("ad1"), BOTH.format("only one of its queries has")),
    (band(), BOTH.format("none of its queries has")),
    (
        band("ad1", "m1", metric_id="other"),
        'is refused by AWS: threshold_metric_id is "other", and no query with that id returns data',
    ),
]


@pytest.mark.parametrize(("given", "refused"), BANDS)
def test_an_alarm_on_a_band_returns_the_band_and_the_metric(given, refused):
    found = [message for _, message in faults_of(given)]
    assert USUAL in found
    assert [message for message in found if "refused by AWS" in message] == ([refused] if refused else [])
    coverage = estate(WEB, given).launches[0].once_required
    assert coverage.covered is (refused is None)
    assert refused is None or sentence(coverage.reason) == f"aws_cloudwatch_metric_alarm.a {refused}"


ROWS = {
    # 4.3, what excludes what
    "a metric and queries": (
        replace(
            insights(),
            body=alarm(metric_query=[{"id": "q", "expression": ALL, "period": 300, "return_data": True}]).body,
        ),
        SURE,
        "is refused: a metric's arguments and metric_query exclude one another in an alarm",
    ),
    # 4.3, metric_query
    "no query is returned": (
        asking({**block(1)}, {**block(2)}),
        SURE,
        "is refused by AWS: none of its queries has return_data = true, and exactly one must have it",
    ),
    "two queries are returned": (
        asking({**block(1), "return_data": True}, {**block(2), "return_data": True}),
        SURE,
        "is refused by AWS: 2 of its queries have return_data = true, and exactly one must have it",
    ),
    "twenty-one queries": (
        math("SUM(METRICS())", *({"id": f"e{n}", "expression": "m1"} for n in range(19)), block(1)),
        SURE,
        "is refused by AWS: it has 21 metric_query blocks, and 20 are allowed",
    ),
    "eleven metrics": (
        math("SUM(METRICS())", *(block(n) for n in range(11))),
        SURE,
        "is refused by AWS: it reads 11 metrics, and 10 are allowed in metric math",
    ),
    "two periods": (
        math("SUM(METRICS())", block(1), block(2, period=600)),
        SURE,
        "is refused by AWS: its metrics have periods of 300 and 600 seconds, and all must have the same",
    ),
    "math that may hide a call": (
        math("IF(m1 > 5, m1, 0)", block(1)),
        UNTOLD,
        "may not fire at a single refused call: what its expression makes of the metric cannot be told",
    ),
    # 4.3, SEARCH
    "a search": (
        math("SUM(SEARCH('MetadataNoTokenRejected', 'Sum', 300))"),
        SURE,
        "is refused by AWS when it is applied: an alarm's expression must not use SEARCH",
    ),
    # 4.3, Metrics Insights
    "a limit that may drop the one": (
        insights(f"{ALL} GROUP BY InstanceId LIMIT 5"),
        SURE,
        "may leave the one instance out that counts: its query has a LIMIT without ORDER BY and DESC",
    ),
    "a key that is not published": (
        insights('SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", Instance)'),
        SURE,
        "never has data: EC2 publishes MetadataNoTokenRejected by InstanceId, and the keys in SCHEMA are Instance",
    ),
    "a key that may be published": (
        insights('SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", AutoScalingGroupName)'),
        UNTOLD,
        "may never have data: whether AWS publishes MetadataNoTokenRejected by AutoScalingGroupName is not documented",
    ),
    "a name without quotes": (
        insights("SELECT SUM(MetadataNoTokenRejected) FROM AWS/EC2"),
        UNTOLD,
        "may be refused by AWS: its query is not Metrics Insights that can be read",
    ),
    "another function": (
        insights('SELECT COUNT(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", InstanceId)'),
        MEDIUM,
        'counts how often EC2 reported, not the refused calls: its statistic is "COUNT"',
    ),
    "more than three hours": (
        insights(evaluation_periods=37, datapoints_to_alarm=1),
        SURE,
        (
            "never sees all of its 37 evaluation_periods of 300 seconds: a Metrics Insights alarm looks at the last "
            "three hours only"
        ),
    ),
    # 4.3, PromQL
    "a limit in PromQL": (
        promql("sum(MetadataNoTokenRejected) > 5"),
        SURE,
        "does not fire at a single refused call, but only at > 5 of them",
    ),
    "any PromQL": (
        promql("sum(MetadataNoTokenRejected) > 0"),
        UNTOLD,
        "may never fire: it asks in PromQL, and what that lets through is not read",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_a_message_of_its_own(row):
    given, sure, message = ROWS[row]
    assert faults_of(given) == [(sure, message)]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_a_remedy(row):
    remedies = remedies_of(ROWS[row][0])
    assert remedies
    assert all(remedies)


@pytest.mark.parametrize(
    "given",
    [
        alarm(),
        alarm(unit="Count"),
        alarm(period=900),
        alarm(threshold=0.5),
        alarm(comparison_operator="GreaterThanOrEqualToThreshold", threshold=1),
        alarm(comparison_operator="GreaterThanOrEqualToThreshold", threshold="0.1"),
        alarm(statistic="Maximum"),
        alarm(evaluation_periods=3, datapoints_to_alarm=1),
        alarm(treat_missing_data="missing"),
        alarm(treat_missing_data=None),
        alarm(alarm_actions=[TOPIC] * 5, ok_actions=[TOPIC]),
        alarm(alarm_actions=["arn:aws:automate:eu-west-1:ec2:reboot", TOPIC]),
        alarm(alarm_actions=["arn:aws:lambda:eu-west-1:111122223333:function:tell"]),
        alarm(alarm_actions=["arn:aws:ssm:eu-west-1:111122223333:opsitem:1"]),
        insights(f"{ALL} WHERE AWS.AccountId = CURRENT_ACCOUNT_ID()"),
        alarm(alarm_actions=[ref("aws_sns_topic.security.arn")]),
        alarm(alarm_actions=ref("aws_sns_topic.security.arn")),
        alarm(actions_enabled="true"),
        alarm(metric_name="MetadataNoToken"),
        insights(),
        insights(f"{ALL} GROUP BY InstanceId ORDER BY SUM() DESC LIMIT 10"),
        insights('SELECT SUM(MetadataNoTokenRejected) FROM "AWS/EC2"'),
        insights(evaluation_periods=36, datapoints_to_alarm=1),
        math("SUM(METRICS())", *(block(n) for n in range(10))),
        math("m1 + FILL(m2, 0)", block(1), block(2)),
        asking({**block(1), "return_data": True}),
    ],
)
def test_a_good_alarm_has_no_flaw(given):
    assert faults_of(given) == []


@pytest.mark.parametrize(
    "changes", [{"metric_name": "CPUUtilization"}, {"metric_name": None}, {"metric_name": unknown()}]
)
def test_an_alarm_on_something_else_is_none_of_ours(changes):
    assert faults_of(alarm(**changes, threshold=80, alarm_actions=[])) == []
