"""Who watches whom does not depend on the order of alarms and launches, nor on what was asked before."""

from __future__ import annotations

from itertools import permutations

import pytest

from imdsguard.aws.alarms.alarm_index import AlarmIndex
from imdsguard.aws.alarms.metric_math import adds_up
from imdsguard.aws.alarms.selector import AlarmTarget
from imdsguard.aws.estate import alarm_targets_of
from imdsguard.aws.root_index import RootIndex
from imdsguard.report.reasons import fault_in_words
from tests.aws.alarms.rows import FIRES, METRIC, WEB
from tests.aws.memory import estate, ref, resource, unknown

ALL = 'SELECT SUM({}) FROM SCHEMA("AWS/EC2", InstanceId)'


def by_id(name, given, **more):
    return resource(
        f"aws_cloudwatch_metric_alarm.{name}",
        **{**METRIC, **FIRES, "alarm_name": name, "dimensions": {"InstanceId": given}, **more},
    )


def by_query(name, expression, **more):
    query = {"id": "q", "expression": expression, "period": 300, "return_data": True}
    return resource(
        f"aws_cloudwatch_metric_alarm.{name}", **{**FIRES, "alarm_name": name, **more}, metric_query=[query]
    )


LAUNCHES = [
    WEB,
    resource("aws_instance.tagged", tags={"Team": "web"}, id="i-1"),
    resource("aws_instance.far", region="us-east-1"),
    resource("aws_autoscaling_group.web", name="web"),
]
ALARMS = [
    by_id("one", ref("aws_instance.web.id"), period=60),
    by_id("given", "i-1", alarm_actions=None),
    by_id("untold", unknown()),
    by_id("never", ref("aws_instance.tagged.id"), unit="Seconds"),
    by_query("where", ALL.format("MetadataNoTokenRejected") + " WHERE tag.Team = 'web'"),
    by_query("observing", ALL.format("MetadataNoToken")),
]


def answers(*resources):
    """What is said of each launch and of each alarm, whatever the order in which they are listed."""
    found = estate(*resources)
    launches = {
        each.address: (each.once_required.covered, frozenset(each.once_required.by), each.observed.covered)
        for each in found.launches
    }
    alarms = {
        (each.address, each.metric): (frozenset(each.covers), frozenset(fault_in_words(fault) for fault in each.faults))
        for each in found.alarms
    }
    return launches, alarms


def test_the_launches_may_be_asked_in_any_order():
    expected = answers(*LAUNCHES, *ALARMS)
    launches, alarms = expected
    assert launches["aws_instance.web"] == (True, {"aws_cloudwatch_metric_alarm.one"}, True)
    assert launches["aws_instance.far"] == (False, frozenset(), False)
    assert alarms["aws_cloudwatch_metric_alarm.where", "MetadataNoTokenRejected"][0] == {"aws_instance.tagged"}
    for order in permutations(LAUNCHES):
        assert answers(*order, *ALARMS) == expected


def test_the_alarms_may_be_read_in_any_order():
    expected = answers(*LAUNCHES, *ALARMS)
    for order in permutations(ALARMS):
        assert answers(*order, *LAUNCHES) == expected


def test_an_answer_does_not_depend_on_the_questions_before_it():
    root = RootIndex([*LAUNCHES, *ALARMS])
    launches = estate(*LAUNCHES, *ALARMS).launches
    alone = [AlarmIndex(alarm_targets_of(root)).watchers_of(launch) for launch in launches]
    for order in permutations(range(len(launches))):
        index = AlarmIndex(alarm_targets_of(root))
        said = {number: index.watchers_of(launches[number]) for number in (*order, *reversed(order))}
        assert [said[number] for number in range(len(launches))] == alone


RELAYS = [
    by_id("silent", ref("aws_instance.web.id"), alarm_actions=None),
    *(
        resource(f"aws_cloudwatch_composite_alarm.{name}", alarm_name=name, alarm_rule=rule, alarm_actions=actions)
        for name, rule, actions in [
            ("first", "ALARM(silent)", None),
            ("second", "ALARM(silent)", None),
            ("above", "ALARM(first) OR ALARM(second)", unknown()),
        ]
    ),
]


def test_composite_alarms_may_be_asked_in_any_order():
    def told(resources):
        (alarm,) = estate(WEB, *resources).alarms
        return {(fault.certain, fault_in_words(fault)) for fault in alarm.faults}

    expected = told(RELAYS)
    assert {certain for certain, _ in expected} == {False}
    assert len(expected) == 2
    for order in permutations(RELAYS):
        assert told(order) == expected


@pytest.mark.parametrize("expression", ["{}(m1)", "{}([m1, m2])", "{}(METRICS())", "m1 + {}(m2)", "SUM([{}(m1), m2])"])
def test_an_average_never_adds_up(expression):
    assert adds_up(expression.format("SUM")) is not None
    for function in ("AVG", "avg", "Avg", "MIN", "sum"):
        assert adds_up(expression.format(function)) is None


def test_an_alarm_on_an_average_watches_what_cannot_be_told():
    metrics = [{"id": "m1", "metric": [{**METRIC, "stat": "Sum"}]}]
    average = resource(
        "aws_cloudwatch_metric_alarm.a",
        **FIRES,
        metric_query=[*metrics, {"id": "e", "expression": "AVG(METRICS())", "return_data": True}],
    )
    coverage = estate(WEB, average).launches[0].once_required
    assert (coverage.covered, coverage.by) == (None, ())


def many(number):
    """Each shape of an alarm for each launch, where both are made by count."""
    instances = [resource(f"aws_instance.w[{i}]") for i in range(number)]
    deployed = [resource(f"aws_instance.w[{i}]", id=f"i-{i}") for i in range(number)]
    groups = [resource(f"aws_autoscaling_group.g[{i}]", name=f"g{i}") for i in range(number)]
    by_name = [{"dimensions": {"AutoScalingGroupName": f"g{i}"}} for i in range(number)]
    shapes = {
        "by reference": (instances, [ref(f"aws_instance.w[{i}].id") for i in range(number)]),
        "by an id that a state tells": (deployed, [f"i-{i}" for i in range(number)]),
        "by an id that the code does not tell": (instances, [f"i-{i}" for i in range(number)]),
        "of nobody knows which": (instances, [unknown()] * number),
    }
    found = {
        name: [*launches, *(by_id(f"a{i}", each) for i, each in enumerate(ids))]
        for name, (launches, ids) in shapes.items()
    }
    found["by the name of a group"] = [*groups, *(by_id(f"a{i}", "", **more) for i, more in enumerate(by_name))]
    return found


@pytest.mark.parametrize("shape", many(1))
def test_an_alarm_for_each_launch_is_not_asked_of_every_launch(shape, monkeypatch):
    asked = []
    sees = AlarmTarget.sees
    monkeypatch.setattr(AlarmTarget, "sees", lambda target, launch: asked.append(1) or sees(target, launch))
    estate(*many(50)[shape])
    assert len(asked) <= 2 * 50
