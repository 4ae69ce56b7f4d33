"""Composite alarms: their rules, and who hears of an alarm through them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.alarms.faults.composite_rule import CompositeRuleError, comes_true, names_in, parse
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.value import Reference, Unknown
from imdsguard.report.reasons import fault_in_words
from tests.aws.memory import estate, ref, resource, unknown
from tests.aws.test_alarms import WEB, alarm, metric

YES, NO, OTHERS = True, False, None


@pytest.mark.parametrize(
    ("rule", "if_others_are_in_any_state", "if_others_are_ok"),
    [
        ("ALARM(a)", YES, YES),
        ('ALARM("a")', YES, YES),
        ("ALARM('a')", YES, YES),
        ("alarm(a)", YES, YES),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a)", YES, YES),
        ('ALARM("name with spaces")', OTHERS, NO),
        ("ALARM(b)", OTHERS, NO),
        ("OK(a)", NO, NO),
        ("INSUFFICIENT_DATA(a)", NO, NO),
        ("NOT OK(a)", YES, YES),
        ("NOT ALARM(a)", NO, NO),
        ("TRUE", YES, YES),
        ("FALSE", NO, NO),
        ("ALARM(a) AND TRUE", YES, YES),
        ("ALARM(a) AND FALSE", NO, NO),
        ("ALARM(a) OR ALARM(b)", YES, YES),
        ("ALARM(a) AND ALARM(b)", OTHERS, NO),
        ("ALARM(a) AND NOT ALARM(b)", OTHERS, YES),
        ("ALARM(a) AND OK(b)", OTHERS, YES),
        ("ALARM(b) OR ALARM(a) AND ALARM(c)", OTHERS, NO),
        ("(ALARM(b) OR ALARM(a)) AND NOT (ALARM(c) OR ALARM(d))", OTHERS, YES),
        ("AT_LEAST(1, ALARM, (a, b, c))", YES, YES),
        ("AT_LEAST(2, ALARM, (a, b, c))", OTHERS, NO),
        ("AT_LEAST(2, NOT ALARM, (a, b, c))", OTHERS, YES),
        ("AT_LEAST(3, NOT ALARM, (a, b, c))", NO, NO),
        ("AT_LEAST(33%, ALARM, (a, b, c))", YES, YES),
        ("AT_LEAST(50%, ALARM, (a, b, c))", OTHERS, NO),
        ("AT_LEAST(2, OK, (a, b, c))", OTHERS, YES),
        ('AT_LEAST(1, ALARM, ("a", "b")) OR ALARM(c)', YES, YES),
    ],
)
def test_whether_a_rule_comes_true_once_an_alarm_fires(rule, if_others_are_in_any_state, if_others_are_ok):
    read = parse(rule)
    assert comes_true(read, "a".__eq__, calm=False) is if_others_are_in_any_state
    assert comes_true(read, "a".__eq__, calm=True) is if_others_are_ok


def test_the_names_in_a_rule():
    rule = 'NOT (ALARM("my alarm") OR OK(arn:aws:cloudwatch:x:1:alarm:b)) AND AT_LEAST(1, OK, (c, "d e")) AND TRUE'
    assert list(names_in(parse(rule))) == ["my alarm", "b", "c", "d e"]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "ALARM",
        "ALARM()",
        "ALARM(a",
        "ALARM(a) ALARM(b)",
        "ALARM(a) AND",
        "BROKEN(a)",
        'ALARM("a) OR ALARM(b)',
        "ALARM(a) OR ALARM('b)",
        "AT_LEAST(some, ALARM, (a))",
        "AT_LEAST(1, ALARM, a)",
        "AT_LEAST(1, ALARM, ())",
        "AT_LEAST(1, HOT, (a))",
        "NOT " * 500 + "ALARM(a)",
        "(" * 500 + "ALARM(a)" + ")" * 500,
        "ALARM(a) OR " * 1000 + "ALARM(a)",
    ],
)
def test_a_rule_that_cannot_be_read(rule):
    with pytest.raises(CompositeRuleError):
        parse(rule)


TOPIC = ["arn:aws:sns:eu-west-1:111122223333:security"]
GOOD = {
    **metric(),
    "alarm_name": "refused",
    "statistic": "Sum",
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 0,
    "period": 300,
    "evaluation_periods": 1,
}
SILENT = alarm(**GOOD)


def composite(name, rule, kind="aws_cloudwatch_composite_alarm", **more):
    return resource(f"{kind}.{name}", alarm_name=name, alarm_rule=rule, **{"alarm_actions": TOPIC, **more})


def muting(*names, **more):
    return resource("aws_cloudwatch_alarm_mute_rule.night", mute_targets=[{"alarm_names": list(names)}], **more)


def said(*resources):
    """What is wrong with the alarm `refused`, which notifies nobody itself unless it is among the resources."""
    own = () if any(each.address == SILENT.address for each in resources) else (SILENT,)
    (found,) = estate(WEB, *own, *resources).alarms
    return [("" if fault.certain else "? ") + fault_in_words(fault) for fault in found.faults]


MAY_NOT = "notifies nobody itself, and aws_cloudwatch_composite_alarm.{} may not either: {}"
UNTOLD = "? may notify nobody: whether aws_cloudwatch_composite_alarm.c does for it cannot be computed: {}"
NOBODY = "fires and notifies nobody: it has no alarm_actions, and no composite alarm in the code notifies for it"


@pytest.mark.parametrize(
    "composites",
    [
        [composite("c", "ALARM(refused)")],
        [composite("c", "ALARM(refused) OR ALARM(other)", "awscc_cloudwatch_composite_alarm")],
        [composite("c", "AT_LEAST(1, ALARM, (refused, other))")],
        [composite("c", "ALARM(refused)", alarm_actions=None), composite("d", "ALARM(c)")],
        [composite("c", "ALARM(refused)", actions_enabled=False), composite("d", "NOT OK(c)")],
        [composite("c", "ALARM(refused)", actions_suppressor=[{"alarm": "other"}]), composite("d", "ALARM(c)")],
        [composite("c", "ALARM(refused)", alarm_actions=None), composite("d", "ALARM(c) OR ALARM(refused)")],
        [composite("c", "ALARM(refused) AND ALARM(other)"), composite("d", "ALARM(refused)")],
        [composite("c", "ALARM(refused)", alarm_actions=ref("aws_sns_topic.t.arn"))],
        [composite("c", "ALARM(refused)"), muting("refused")],
        [composite("c", "ALARM(refused)", actions_suppressor="", kind="awscc_cloudwatch_composite_alarm")],
    ],
)
def test_somebody_hears_of_it_through_composite_alarms(composites):
    assert said(*composites) == []


@pytest.mark.parametrize(
    ("composites", "message"),
    [
        ([composite("c", "ALARM(other)")], NOBODY),
        ([composite("c", "ALARM(refused)", region="us-east-1")], NOBODY),
        ([composite("c", "ALARM(refused)", alarm_actions=None)], MAY_NOT.format("c", "it has no alarm_actions")),
        ([composite("c", "ALARM(refused)", alarm_actions=[])], MAY_NOT.format("c", "it has no alarm_actions")),
        (
            [composite("c", "ALARM(refused)", alarm_actions=["arn:aws:automate:eu-west-1:ec2:stop"])],
            MAY_NOT.format("c", "its alarm_actions notify no one"),
        ),
        (
            [composite("c", "ALARM(refused)", actions_enabled=False)],
            MAY_NOT.format("c", "its actions_enabled is false"),
        ),
        (
            [composite("c", "ALARM(refused) AND ALARM(other)")],
            MAY_NOT.format("c", "its rule also wants the state of other alarms"),
        ),
        (
            [composite("c", "AT_LEAST(2, ALARM, (refused, other))")],
            MAY_NOT.format("c", "its rule also wants the state of other alarms"),
        ),
        (
            [composite("c", "ALARM(refused) AND NOT ALARM(other)")],
            MAY_NOT.format("c", "another alarm in its rule can hide this one"),
        ),
        (
            [composite("c", "ALARM(refused)", actions_suppressor=[{"alarm": "other"}])],
            MAY_NOT.format("c", "its actions_suppressor holds its actions back while another alarm is on"),
        ),
        (
            [composite("c", "ALARM(refused)"), muting("c")],
            MAY_NOT.format("c", "aws_cloudwatch_alarm_mute_rule.night mutes it at set times"),
        ),
        (
            [composite("c", "ALARM(refused)", alarm_actions=None), composite("d", "ALARM(c) AND ALARM(e)")],
            MAY_NOT.format(
                "c",
                "it has no alarm_actions; nor may aws_cloudwatch_composite_alarm.d: its rule also wants the state of "
                "other alarms",
            ),
        ),
        (
            [composite("c", "ALARM(refused)", alarm_actions=None), composite("d", "ALARM(c)", actions_enabled=False)],
            MAY_NOT.format(
                "c",
                "it has no alarm_actions; nor may aws_cloudwatch_composite_alarm.d: its actions_enabled is false",
            ),
        ),
        (
            [
                composite("c", "ALARM(refused) OR ALARM(d)", alarm_actions=None),
                composite("d", "ALARM(c)", alarm_actions=None),
            ],
            MAY_NOT.format(
                "c",
                "it has no alarm_actions; nor may aws_cloudwatch_composite_alarm.d: it has no alarm_actions; nor may "
                "aws_cloudwatch_composite_alarm.c: it listens to itself through other composite alarms, and CloudWatch "
                "does not evaluate such a circle",
            ),
        ),
        (
            [composite("c", "ALARM(refused)", instances=unknown())],
            UNTOLD.format("var.x has no value"),
        ),
        (
            [composite("c", unknown())],
            UNTOLD.format("var.x has no value"),
        ),
        (
            [composite("c", "ALARM(refused", alarm_actions=TOPIC)],
            UNTOLD.format("it cannot be read"),
        ),
        (
            [composite("c", "ALARM(refused)", alarm_actions=unknown())],
            UNTOLD.format("var.x has no value"),
        ),
    ],
)
def test_nobody_may_hear_of_it(composites, message):
    assert said(*composites) == [message]


@pytest.mark.parametrize("rule", ["ALARM(prod-refused)", unknown(), ref("aws_cloudwatch_metric_alarm.b.arn")])
def test_an_alarm_whose_name_is_not_known_may_be_heard(rule):
    name = Unknown(refused("var.stage has no value"), sketch="\ufffc-refused")
    (message,) = said(alarm(**{**GOOD, "alarm_name": name}), composite("c", rule))
    assert message.startswith("? may notify nobody: whether aws_cloudwatch_composite_alarm.c does for it cannot be")


def test_an_alarm_whose_name_ends_otherwise_is_not_heard():
    name = Unknown(refused("var.stage has no value"), sketch="\ufffc-refused")
    spoken = alarm(**{**GOOD, "alarm_name": name})
    assert said(spoken, composite("c", "ALARM(prod-answered)")) == [NOBODY]
    heard = alarm(**{**GOOD, "alarm_name": name, "alarm_actions": TOPIC})
    may_be = "? may be muted by aws_cloudwatch_alarm_mute_rule.night: var.stage has no value"
    assert said(heard, muting("prod-answered")) == []
    assert said(heard, muting("prod-refused")) == [may_be]


def hole(sketch, *references):
    found = tuple(Reference(address, (attribute,)) for address, attribute in references)
    return Unknown(Reason(ReasonKind.AFTER_APPLY, str(found[0])), found, sketch=sketch.replace("_", "\ufffc"))


ME, TWIN = ("aws_cloudwatch_metric_alarm.a", "arn"), ("aws_cloudwatch_metric_alarm.b", "arn")
OTHER = replace(resource("aws_cloudwatch_metric_alarm.b", alarm_name="other"))


@pytest.mark.parametrize(
    ("rule", "messages"),
    [
        (hole("ALARM(_)", ME), []),
        (hole('ALARM("_") OR ALARM(elsewhere)', (ME[0], "id")), []),
        (hole("ALARM(_) OR ALARM(_)", ME, TWIN), []),
        (
            hole("ALARM(_) AND NOT ALARM(_)", TWIN, ME),
            [MAY_NOT.format("c", "its rule also wants the state of other alarms")],
        ),
        (
            hole("ALARM(_) AND NOT ALARM(_)", ME, TWIN),
            [MAY_NOT.format("c", "another alarm in its rule can hide this one")],
        ),
        (hole("ALARM(_)", TWIN), [NOBODY]),
    ],
)
def test_a_rule_with_the_arn_of_an_alarm_in_the_code(rule, messages):
    assert said(OTHER, composite("c", rule)) == messages


@pytest.mark.parametrize(
    "rule",
    [
        hole("ALARM(_) OR ALARM(_) AND ALARM(_)", ME, TWIN),
        hole("ALARM(_) AND ALARM(_)", ME),
        hole("ALARM(_)", (ME[0], "metric_name")),
        hole("_", ME),
        hole("_", TWIN),
        replace(hole("", ME), sketch=None),
    ],
)
def test_a_rule_of_which_too_little_is_known(rule):
    (message,) = said(OTHER, composite("c", rule))
    assert message.startswith("? may notify nobody: whether aws_cloudwatch_composite_alarm.c does for it cannot be")


def test_a_suppressor_by_its_arn_counts_in_cloud_control():
    suppressed = composite(
        "c",
        "ALARM(refused)",
        "awscc_cloudwatch_composite_alarm",
        actions_suppressor=ref("awscc_cloudwatch_alarm.maintenance.arn"),
    )
    (message,) = said(suppressed)
    assert "its actions_suppressor holds its actions back" in message


HEARD = alarm(**GOOD, alarm_actions=TOPIC)


@pytest.mark.parametrize(
    ("resources", "messages"),
    [
        ([HEARD, muting("other")], []),
        (
            [HEARD, muting("refused")],
            [
                "is muted by aws_cloudwatch_alarm_mute_rule.night: nobody hears of a refused call while that lasts",
            ],
        ),
        (
            [HEARD, muting(ref("aws_cloudwatch_metric_alarm.a.id"))],
            [
                "is muted by aws_cloudwatch_alarm_mute_rule.night: nobody hears of a refused call while that lasts",
            ],
        ),
        ([HEARD, muting("refused"), composite("c", "ALARM(refused)")], []),
        (
            [HEARD, muting("refused", instances=unknown())],
            ["? may be muted by aws_cloudwatch_alarm_mute_rule.night: var.x has no value"],
        ),
        ([HEARD, muting("refused", region="us-east-1")], []),
    ],
)
def test_what_a_mute_rule_holds_back(resources, messages):
    assert said(*resources) == messages
