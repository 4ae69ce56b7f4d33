"""Every row of the table of an effective alarm (4.2): the least that is wrong, and the one message it gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resource import Provider
from imdsguard.model.value import Known, Reference, Unknown
from tests.aws.alarms.rows import MEDIUM, SURE, TOPIC, UNTOLD, WEB, alarm, faults_of, remedies_of
from tests.aws.memory import account, estate, ref, unknown

ROWS = {
    # 4.2, namespace and metric_name
    "namespace in another case": (
        alarm(namespace="aws/ec2"),
        SURE,
        'never has data: namespace is "aws/ec2", but AWS publishes MetadataNoTokenRejected in AWS/EC2, case included',
    ),
    "namespace of somebody's own": (
        alarm(namespace="Custom"),
        MEDIUM,
        'never has data: namespace is "Custom", but AWS publishes MetadataNoTokenRejected in AWS/EC2, case included',
    ),
    "no namespace": (
        alarm(namespace=None),
        SURE,
        "never has data: no namespace is given, but AWS publishes MetadataNoTokenRejected in AWS/EC2, case included",
    ),
    "name in another case": (
        alarm(metric_name="MetadatanotokenRejected"),
        SURE,
        (
            'never has data: there is no metric "MetadatanotokenRejected"; its name is MetadataNoTokenRejected, case '
            "included"
        ),
    ),
    # 4.2, dimensions
    "no dimensions": (
        alarm(dimensions=None),
        MEDIUM,
        "has no dimensions, so it has no data: EC2 publishes MetadataNoTokenRejected for each InstanceId",
    ),
    "a misspelt dimension": (
        alarm(dimensions={"InstanceID": ref("aws_instance.web.id")}),
        SURE,
        "never has data: EC2 publishes MetadataNoTokenRejected by InstanceId alone, and the dimensions are InstanceID",
    ),
    "one dimension too many": (
        alarm(dimensions={"InstanceId": ref("aws_instance.web.id"), "Stage": "prod"}),
        SURE,
        (
            "never has data: EC2 publishes MetadataNoTokenRejected by InstanceId alone, and the dimensions are "
            "InstanceId, Stage"
        ),
    ),
    "the name of a group": (
        alarm(dimensions={"AutoScalingGroupName": ref("aws_autoscaling_group.web.name")}),
        UNTOLD,
        "may never have data: whether AWS publishes MetadataNoTokenRejected by AutoScalingGroupName is not documented",
    ),
    "an image": (
        alarm(dimensions={"ImageId": "ami-0123"}),
        UNTOLD,
        "may never have data: whether AWS publishes MetadataNoTokenRejected by ImageId is not documented",
    ),
    "text that is no id": (
        alarm(dimensions={"InstanceId": "web"}),
        SURE,
        'never has data: InstanceId is "web", which is no instance\'s id',
    ),
    "another attribute": (
        alarm(dimensions={"InstanceId": ref("aws_instance.web.arn")}),
        SURE,
        "never has data: InstanceId is aws_instance.web.arn, which is no instance's id",
    ),
    "the id of a group": (
        alarm(dimensions={"InstanceId": ref("aws_autoscaling_group.web.id")}),
        SURE,
        "never has data: InstanceId is aws_autoscaling_group.web.id, which is no instance's id",
    ),
    # 4.2, statistic
    "no statistic": (
        alarm(statistic=None),
        SURE,
        "is refused by AWS when it is applied: its metric has no statistic",
    ),
    "samples": (
        alarm(statistic="SampleCount"),
        MEDIUM,
        'counts how often EC2 reported, not the refused calls: its statistic is "SampleCount"',
    ),
    "an average": (
        alarm(statistic="Average", comparison_operator="GreaterThanOrEqualToThreshold", threshold=1),
        MEDIUM,
        'may miss a single refused call: its statistic is "Average", which thins it out over the samples of a period',
    ),
    "the least": (
        alarm(statistic="Minimum"),
        MEDIUM,
        'may miss a single refused call: its statistic is "Minimum", which is 0 if one sample of the period is',
    ),
    "a percentile": (
        alarm(statistic=None, extended_statistic="p99"),
        MEDIUM,
        'may miss a single refused call: its statistic is "p99", which may leave out the one sample that has it',
    ),
    # 4.2, comparison and threshold
    "fewer than": (
        alarm(comparison_operator="LessThanThreshold", threshold=1),
        SURE,
        "fires while there are few refused calls, not when there are some: comparison_operator is LessThanThreshold",
    ),
    "out of a band": (
        alarm(comparison_operator="GreaterThanUpperThreshold", threshold=None, threshold_metric_id="e"),
        MEDIUM,
        (
            "compares with what is usual (GreaterThanUpperThreshold), so refused calls that are usual, or few, go "
            "unnoticed"
        ),
    ),
    "more than one": (
        alarm(threshold=1),
        SURE,
        "does not fire at a single refused call in a period, but only at > 1 of them",
    ),
    "five at least": (
        alarm(comparison_operator="GreaterThanOrEqualToThreshold", threshold=5),
        SURE,
        "does not fire at a single refused call in a period, but only at >= 5 of them",
    ),
    "none at least": (
        alarm(comparison_operator="GreaterThanOrEqualToThreshold", threshold=0),
        MEDIUM,
        (
            "fires without a single refused call if AWS reports the metric as 0, since no count is below (>= 0): it "
            "then stays in alarm and says nothing new"
        ),
    ),
    "less than none": (
        alarm(threshold=-1),
        MEDIUM,
        (
            "fires without a single refused call if AWS reports the metric as 0, since no count is below (> -1): it "
            "then stays in alarm and says nothing new"
        ),
    ),
    "no threshold": (
        alarm(threshold=None),
        SURE,
        "is refused by AWS when it is applied: it has no threshold",
    ),
    "a threshold without a value": (
        alarm(threshold=unknown()),
        UNTOLD,
        "may never be heard: its threshold cannot be computed: var.x has no value",
    ),
    # 4.2, period
    "no period": (
        alarm(period=None),
        SURE,
        "is refused by AWS when it is applied: its metric has no period",
    ),
    "ten seconds": (
        alarm(period=10),
        SURE,
        "has no data: a period of 10 seconds suits custom metrics; EC2 reports every 60 or 300",
    ),
    "ninety seconds": (
        alarm(period=90),
        SURE,
        "is refused by AWS: a period of 90 seconds is neither 10, 20, 30 nor a multiple of 60",
    ),
    "more than a day of short periods": (
        alarm(evaluation_periods=289, datapoints_to_alarm=1),
        SURE,
        "is refused by AWS: 289 evaluation_periods of 300 seconds are more than one day for periods below an hour",
    ),
    "more than a week of long periods": (
        alarm(period=86_400, evaluation_periods=8, datapoints_to_alarm=1),
        SURE,
        "is refused by AWS: 8 evaluation_periods of 86400 seconds are more than seven days",
    ),
    # 4.2, evaluation_periods and datapoints_to_alarm
    "all of three periods": (
        alarm(evaluation_periods=3),
        SURE,
        "fires only if all of 3 periods in a row have a refused call: one burst, as at a boot, goes unnoticed",
    ),
    "two of three periods": (
        alarm(evaluation_periods=3, datapoints_to_alarm=2),
        SURE,
        "fires only if 2 of 3 periods have a refused call: one burst, as at a boot, goes unnoticed",
    ),
    "two of one period": (
        alarm(datapoints_to_alarm=2),
        SURE,
        "is refused by AWS: datapoints_to_alarm (2) is more than evaluation_periods (1)",
    ),
    # 4.2, treat_missing_data
    "missing data is a breach": (
        alarm(treat_missing_data="breaching"),
        MEDIUM,
        (
            "stays in alarm while all is well, so it says nothing new when it is not: AWS may report the metric only "
            "when there is a call to count, and treat_missing_data hides that (breaching)"
        ),
    ),
    "missing data is ignored": (
        alarm(treat_missing_data="ignore"),
        MEDIUM,
        (
            "never clears after its first refused call, so it does not notify again: AWS may report the metric only "
            "when there is a call to count, and treat_missing_data hides that (ignore)"
        ),
    ),
    # 4.2, unit
    "another unit": (
        alarm(unit="Seconds"),
        SURE,
        'never has data: its unit is "Seconds", and MetadataNoTokenRejected is published in Count',
    ),
    # 4.2, actions_enabled and alarm_actions
    "actions are off": (
        alarm(actions_enabled=False),
        SURE,
        "fires silently: actions_enabled is false",
    ),
    "no actions": (
        alarm(alarm_actions=None),
        SURE,
        "fires and notifies nobody: it has no alarm_actions, and no composite alarm in the code notifies for it",
    ),
    "an empty list of actions": (
        alarm(alarm_actions=[]),
        SURE,
        "fires and notifies nobody: it has no alarm_actions, and no composite alarm in the code notifies for it",
    ),
    "only when all is well": (
        alarm(alarm_actions=[], ok_actions=[TOPIC]),
        SURE,
        "fires and notifies nobody: it only has ok_actions, and no composite alarm in the code notifies for it",
    ),
    "only without data": (
        alarm(alarm_actions=[], ok_actions=[], insufficient_data_actions=[TOPIC]),
        SURE,
        (
            "fires and notifies nobody: it only has insufficient_data_actions, and no composite alarm in the code "
            "notifies for it"
        ),
    ),
    "actions on a condition": (
        alarm(
            alarm_actions=Unknown(
                Reason(ReasonKind.NO_VALUE, "var.notify"), (Reference("aws_sns_topic.security", ("arn",)),)
            )
        ),
        UNTOLD,
        "may never be heard: its alarm_actions cannot be computed: var.notify is a variable without a value",
    ),
    "only a restart of the instance": (
        alarm(alarm_actions=["arn:aws:swf:eu-west-1:111122223333:action/actions/AWS_EC2.InstanceId.Reboot/1.0"]),
        SURE,
        (
            "fires and tells nobody: its action arn:aws:swf:eu-west-1:111122223333:action/actions/AWS_EC2.InstanceId."
            "Reboot/1.0 notifies no one, and no composite alarm in the code does"
        ),
    ),
    "only a scaling policy, by its arn": (
        alarm(alarm_actions=["arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1:autoScalingGroupName/a:p"]),
        SURE,
        (
            "fires and tells nobody: its action arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1:"
            "autoScalingGroupName/a:p notifies no one, and no composite alarm in the code does"
        ),
    ),
    "only a scaling policy in the code": (
        alarm(alarm_actions=[ref("module.m.aws_autoscaling_policy.up[0].arn")]),
        SURE,
        (
            "fires and tells nobody: its action module.m.aws_autoscaling_policy.up[0].arn notifies no one, and no "
            "composite alarm in the code does"
        ),
    ),
    "six actions": (
        alarm(alarm_actions=[TOPIC] * 6),
        SURE,
        "is refused by AWS: it has 6 alarm_actions, and 5 are allowed",
    ),
    "an action that is no ARN": (
        alarm(alarm_actions=["security"]),
        SURE,
        'is refused by AWS: an action must be an ARN, and one is "security"',
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


def test_the_last_row_of_4_2_an_alarm_reads_metrics_of_its_own_account_and_region():
    far = replace(alarm(), provider=Provider("aws.audit", account("another"), Known("eu-west-1")))
    for given in (alarm(region="us-east-1"), far):
        assert estate(WEB, given).launches[0].once_required.covered is False
    assert estate(WEB, alarm()).launches[0].once_required.covered is True
