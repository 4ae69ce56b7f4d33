"""CloudWatch sends EventBridge every change of an alarm's state: a rule may tell somebody in the alarm's place."""

from __future__ import annotations

import json

import pytest

from tests.aws.alarms.rows import WEB, alarm
from tests.aws.memory import estate, ref, resource, unknown

SILENT = alarm(alarm_actions=None)
TELLS, MAY, NOBODY = "tells", "may", "nobody"
ALL = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}


def rule(pattern=None, name="alarms", **more):
    text = json.dumps(pattern) if isinstance(pattern, dict) else pattern
    return resource("aws_cloudwatch_event_rule.r", name=name, event_pattern=text, **more)


def target(of="alarms", **more):
    return resource("aws_cloudwatch_event_target.t", rule=of, arn="arn:aws:sns:eu-west-1:111122223333:security", **more)


def heard(*resources, by=SILENT):
    (found,) = estate(WEB, by, *resources).alarms
    messages = [fault.message for fault in found.faults]
    if not messages:
        return TELLS
    (message,) = messages
    if message == "may notify nobody: whether aws_cloudwatch_event_rule.r hands its events on cannot be told":
        return MAY
    assert message.startswith(("fires and notifies nobody", "fires and tells nobody", "fires silently"))
    return NOBODY


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        (ALL, TELLS),
        ({"source": ["aws.cloudwatch"]}, TELLS),
        ({**ALL, "detail": {"state": {"value": ["ALARM"]}}}, TELLS),
        ({**ALL, "detail": {"alarmName": ["other", "refused"]}}, TELLS),
        ({**ALL, "detail": {"alarmName": [{"prefix": "ref"}]}}, TELLS),
        ({**ALL, "detail": {"alarmName": [{"suffix": "-imds"}]}}, NOBODY),
        ({**ALL, "detail": {"alarmName": ["other"]}}, NOBODY),
        ({**ALL, "detail": {"state": {"value": ["OK"]}}}, NOBODY),
        ({**ALL, "detail-type": ["AWS API Call via CloudTrail"]}, NOBODY),
        ({"source": ["aws.ec2"]}, NOBODY),
        ({**ALL, "detail": {"alarmName": [{"anything-but": "x"}]}}, MAY),
        ({**ALL, "detail": {"previousState": {"value": ["OK"]}}}, MAY),
        ({**ALL, "resources": ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:refused"]}, MAY),
        (unknown(), MAY),
        ("{", MAY),
        (None, NOBODY),
    ],
)
def test_what_a_pattern_lets_through(pattern, answer):
    assert heard(rule(pattern), target()) == answer


@pytest.mark.parametrize(
    ("resources", "answer"),
    [
        ([rule(ALL)], NOBODY),
        ([rule(ALL), target("others")], NOBODY),
        ([rule(ALL), target(ref("aws_cloudwatch_event_rule.r.name"))], TELLS),
        ([rule(ALL, name=unknown()), target(ref("aws_cloudwatch_event_rule.r.name"))], TELLS),
        ([rule(ALL), target(unknown())], MAY),
        ([rule(ALL), target(instances=unknown())], MAY),
        ([rule(ALL, instances=unknown()), target()], MAY),
        ([rule(ALL, state="DISABLED"), target()], NOBODY),
        ([rule(ALL, state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"), target()], TELLS),
        ([rule(ALL, is_enabled=False), target()], NOBODY),
        ([rule(ALL, event_bus_name="default"), target()], TELLS),
        ([rule(ALL, event_bus_name="orders"), target()], NOBODY),
        ([rule(ALL, region="us-east-1"), target(region="us-east-1")], NOBODY),
    ],
)
def test_a_rule_must_be_in_force_and_have_a_target(resources, answer):
    assert heard(*resources) == answer


def test_a_rule_of_cloud_control_has_its_targets_inside():
    pattern = json.dumps(ALL)
    whole = resource("awscc_events_rule.r", name="r", event_pattern=pattern, targets=[{"id": "t", "arn": "arn:x"}])
    assert heard(whole) == TELLS
    assert heard(resource("awscc_events_rule.r", name="r", event_pattern=pattern)) == NOBODY


@pytest.mark.parametrize(
    "silent",
    [
        alarm(actions_enabled=False),
        alarm(alarm_actions=["arn:aws:automate:eu-west-1:ec2:reboot"]),
    ],
)
def test_events_are_sent_whatever_the_actions_are(silent):
    assert heard(by=silent) == NOBODY
    assert heard(rule(ALL), target(), by=silent) == TELLS


def test_a_mute_rule_holds_back_actions_and_no_events():
    muting = resource("aws_cloudwatch_alarm_mute_rule.night", mute_targets=[{"alarm_names": ["refused"]}])
    (found,) = estate(WEB, alarm(), muting).alarms
    assert len(found.faults) == 1
    assert heard(rule(ALL), target(), muting, by=alarm()) == TELLS


def test_a_composite_alarm_may_be_what_a_rule_is_about():
    composite = resource("aws_cloudwatch_composite_alarm.c", alarm_name="any", alarm_rule="ALARM(refused)")
    about = rule({**ALL, "detail": {"alarmName": ["any"]}})
    assert heard(composite, about, target()) == TELLS
