"""A good alarm on refused calls, to be spoilt one argument at a time."""

from __future__ import annotations

from imdsguard.model.severity import Confidence
from imdsguard.report.reasons import fault_in_words
from imdsguard.report.remedies import remedy_text
from tests.aws.memory import estate, ref, resource

TOPIC = "arn:aws:sns:eu-west-1:111122223333:security"
WEB = resource("aws_instance.web", metadata_options=[{"http_endpoint": "enabled", "http_tokens": "required"}])
GROUP = resource("aws_autoscaling_group.web", name="web")
METRIC = {
    "namespace": "AWS/EC2",
    "metric_name": "MetadataNoTokenRejected",
    "statistic": "Sum",
    "period": 300,
    "dimensions": {"InstanceId": ref("aws_instance.web.id")},
}
FIRES = {
    "alarm_name": "refused",
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 0,
    "evaluation_periods": 1,
    "treat_missing_data": "notBreaching",
    "alarm_actions": [TOPIC],
}
GOOD = {**METRIC, **FIRES}
ALL = 'SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", InstanceId)'
SURE, MEDIUM, UNTOLD = "sure", "medium", "?"


def alarm(**changes):
    return resource("aws_cloudwatch_metric_alarm.a", **{**GOOD, **changes})


def asking(*queries, **changes):
    return resource("aws_cloudwatch_metric_alarm.a", **{**FIRES, **changes}, metric_query=list(queries))


def insights(expression=ALL, **changes):
    return asking({"id": "q", "expression": expression, "period": 300, "return_data": True}, **changes)


def block(number=1, **changes):
    metric = {"stat": "Sum", **{key: value for key, value in METRIC.items() if key != "statistic"}}
    return {"id": f"m{number}", "metric": [{**metric, **changes}]}


def math(expression, *blocks):
    return asking(*blocks, {"id": "e", "expression": expression, "return_data": True})


def promql(query):
    changes = dict.fromkeys([*METRIC, "comparison_operator", "threshold", "evaluation_periods", "treat_missing_data"])
    criteria = [{"promql_criteria": [{"query": query, "pending_period": 0}]}]
    return alarm(**changes, evaluation_criteria=criteria, evaluation_interval=60)


def faults_of(given):
    """What is wrong with an alarm by what it says: how sure that is, and the message."""
    return [
        (
            UNTOLD if not fault.certain else MEDIUM if fault.confidence is Confidence.MEDIUM else SURE,
            fault_in_words(fault),
        )
        for fault in found_in(given)
    ]


def remedies_of(given):
    """What to write instead."""
    return {remedy_text(fault.remedy) for fault in found_in(given)}


def found_in(given):
    return list(dict.fromkeys(fault for each in estate(WEB, GROUP, given).alarms for fault in each.faults))
