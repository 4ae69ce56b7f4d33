"""Which alarms watch which launches does not depend on the order in which anything is written or asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.environment import Stack
from imdsguard.model.shared_account import SharedAccount
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, ref, resource, unknown

SELECT = 'SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", InstanceId)'
REQUIRED = [{"http_tokens": "required"}]
WEB, OTHER = (resource(f"aws_instance.{name}", metadata_options=REQUIRED) for name in ("web", "other"))
FAR = resource("aws_instance.far", metadata_options=REQUIRED, region="us-east-1")
MANY = resource("aws_instance.many", metadata_options=REQUIRED, instances=unknown("var.n has no value"))
GROUP = resource("aws_autoscaling_group.web", launch_template=[{"id": ref("aws_launch_template.lt.id")}])
TEMPLATE = resource("aws_launch_template.lt", metadata_options=REQUIRED)
OPEN = resource("aws_instance.open", metadata_options=[{"http_tokens": "optional"}])


def alarm(name, **arguments):
    return resource(f"aws_cloudwatch_metric_alarm.{name}", **arguments)


def on(name, instance, metric="MetadataNoTokenRejected", **more):
    dimensions = {"InstanceId": ref(f"{instance}.id") if isinstance(instance, str) else instance}
    return alarm(name, namespace="AWS/EC2", metric_name=metric, dimensions=dimensions, **more)


def select(name, text=SELECT, **more):
    return alarm(name, metric_query=[{"id": "q", "expression": text, "return_data": True}], **more)


LAUNCHES = (WEB, OTHER, FAR, MANY, GROUP, OPEN)
ALARMS = (
    on("web", "aws_instance.web"),
    on("web_too", "aws_instance.web"),
    on("many", "aws_instance.many[0]"),
    on("nobody_knows", unknown()),
    on("answered", "aws_instance.open", metric="MetadataNoToken"),
    select("all"),
    select("all_far", region="us-east-1"),
    select("perhaps", instances=unknown("var.on has no value")),
    select("one", SELECT + " WHERE InstanceId = 'i-1'"),
)


def answers(launches, alarms):
    """For each launch whether it is watched, and by which alarms; for each alarm which launches it takes in."""
    found = estate(TEMPLATE, *launches, *alarms)
    return (
        {launch.address: (launch.once_required.covered, {*launch.once_required.by}) for launch in found.launches},
        {launch.address: (launch.observed.covered, {*launch.observed.by}) for launch in found.launches},
        {alarm.resource.address: {*alarm.covers} for alarm in found.alarms},
    )


def test_who_watches_whom():
    coverage, observed, covers = answers(LAUNCHES, ALARMS)
    name = "aws_cloudwatch_metric_alarm.{}".format
    assert coverage == {
        "aws_launch_template.lt": (None, set()),
        "aws_instance.web": (True, {name("web"), name("web_too"), name("all")}),
        "aws_instance.other": (True, {name("all")}),
        "aws_instance.far": (True, {name("all_far")}),
        "aws_instance.many": (True, {name("all")}),
        "aws_autoscaling_group.web": (True, {name("all")}),
        "aws_instance.open": (True, {name("all")}),
    }
    assert {address for address, (covered, _) in observed.items() if covered} == {"aws_instance.open"}
    assert observed["aws_instance.open"] == (True, {name("answered")})
    assert covers[name("web")] == covers[name("web_too")] == {"aws_instance.web"}
    assert covers[name("answered")] == {"aws_instance.open"}
    assert covers[name("all_far")] == {"aws_instance.far"}
    assert covers[name("perhaps")] == set()


@pytest.mark.parametrize("first", LAUNCHES, ids=lambda each: each.address)
def test_no_answer_depends_on_which_launch_is_asked_about_first(first):
    others = [each for each in LAUNCHES if each is not first]
    expected = answers(LAUNCHES, ALARMS)
    assert answers([first, *others], ALARMS) == expected
    assert answers([*reversed(others), first], ALARMS) == expected


@pytest.mark.parametrize("first", ALARMS, ids=lambda each: each.address)
def test_no_answer_depends_on_which_alarm_is_written_first(first):
    others = [each for each in ALARMS if each is not first]
    expected = answers(LAUNCHES, ALARMS)
    assert answers(LAUNCHES, [first, *others]) == expected
    assert answers(LAUNCHES, [*reversed(others), first]) == expected


def test_the_best_answer_counts_wherever_it_stands():
    surely, perhaps, no = on("surely", "aws_instance.web"), on("perhaps", unknown()), on("no", "aws_instance.other")
    for alarms in permutations((surely, perhaps, no)):
        (web, _) = estate(WEB, OTHER, *alarms).launches
        assert (web.once_required.covered, web.once_required.by) == (True, ("aws_cloudwatch_metric_alarm.surely",))
    for alarms in permutations((perhaps, no)):
        (web, _) = estate(WEB, OTHER, *alarms).launches
        assert (web.once_required.covered, web.once_required.by) == (None, ())
    assert [launch.once_required.covered for launch in estate(WEB, OTHER, no).launches] == [False, True]


def math(expression, **queries):
    metrics = [
        {
            "id": key,
            "metric": [
                {
                    "namespace": "AWS/EC2",
                    "metric_name": "MetadataNoTokenRejected",
                    "dimensions": {"InstanceId": ref(f"aws_instance.{name}.id")},
                }
            ],
        }
        for key, name in queries.items()
    ]
    return alarm("math", metric_query=[*metrics, {"id": "e", "expression": expression, "return_data": True}])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # What grows with each metric in it.
        ("a", True),
        ("a + b", True),
        ("a + 1", True),
        ("SUM([a, b])", True),
        ("MAX([a, b])", True),
        ("FILL(a, 0)", True),
        ("FILL(a, REPEAT)", True),
        ("SUM(METRICS())", True),
        ("  SUM([ FILL(a, 0), b ]) + 1 ", True),
        # An average, a minimum or a share of it may hide a count; what is not read may do anything.
        ("AVG([a, b])", None),
        ("AVG(METRICS())", None),
        ("MIN([a, b])", None),
        ("MIN(METRICS())", None),
        ("STDDEV([a, b])", None),
        ("RATE(a)", None),
        ("DIFF(a)", None),
        ("METRIC_COUNT(METRICS())", None),
        ("ANOMALY_DETECTION_BAND(a)", None),
        ("a - b", None),
        ("a / b", None),
        ("a * 2", None),
        ("-a", None),
        ("SUM([a, AVG([b])])", None),
        ("IF(a, b)", None),
        ("a > 0", None),
        # None of it is of this instance.
        ("b", False),
        ("SUM([b])", False),
    ],
)
def test_metric_math_watches_what_it_surely_grows_with(expression, expected):
    web = estate(WEB, OTHER, math(expression, a="web", b="other")).launches[0]
    assert web.once_required.covered is expected


def test_an_alarm_in_another_stack_takes_in_all_instances_or_none():
    one, everything = on("one", "aws_instance.web"), select("all")
    for watching, expected in ((one, False), (everything, True)):
        roots = [(Stack("alarms"), [replace(watching, root="alarms")]), (Stack("web"), [replace(WEB, root="web")])]
        for order in (roots, roots[::-1]):
            (web,) = build(order, dict.fromkeys((Stack("alarms"), Stack("web")), SharedAccount("prod"))).launches
            assert web.once_required.covered is expected
            assert web.once_required.by == (("alarms: aws_cloudwatch_metric_alarm.all",) if expected else ())
            (web,) = build(order).launches
            assert web.once_required.covered is False


def test_an_instance_of_many_is_watched_by_the_alarm_on_it_alone():
    two = [resource(f"aws_instance.n[{index}]", metadata_options=REQUIRED) for index in (0, 1)]
    found = estate(*two, on("first", "aws_instance.n[0]"))
    assert [launch.once_required.covered for launch in found.launches] == [True, False]
    assert found.alarms[0].covers == ("aws_instance.n[0]",)


def test_alarms_are_named_in_the_order_in_which_they_are_written():
    one, everything, other = on("one", "aws_instance.web"), select("all"), on("two", "aws_instance.web")
    for alarms in permutations((one, everything, other)):
        (web,) = estate(WEB, *alarms).launches
        assert web.coverage.by == tuple(each.address for each in alarms)


@pytest.mark.parametrize(
    ("options", "more", "reason"),
    [
        (
            {"http_tokens": "optional"},
            {},
            "aws_cloudwatch_metric_alarm.a counts refused calls, and none is refused while tokens are optional",
        ),
        (
            {"http_endpoint": "disabled"},
            {},
            (
                "aws_cloudwatch_metric_alarm.a counts refused calls, and there are none while the metadata endpoint is "
                "off"
            ),
        ),
        (
            {"http_tokens": "optional"},
            {"unit": "Bytes"},
            (
                'aws_cloudwatch_metric_alarm.a never has data: its unit is "Bytes", and MetadataNoTokenRejected is '
                "published in Count"
            ),
        ),
        ({"http_tokens": "optional"}, {"region": "us-east-1"}, ""),
    ],
)
def test_why_no_alarm_on_refused_calls_is_one_for_a_launch(options, more, reason):
    web = resource("aws_instance.web", metadata_options=[options])
    (launch,) = estate(web, on("a", "aws_instance.web", **more)).launches
    assert (launch.coverage.covered, sentence(launch.coverage.reason)) == (False, reason)


def test_of_instances_that_cannot_be_counted_an_alarm_on_one_may_watch_each():
    many = estate(MANY, on("first", "aws_instance.many[0]")).launches[0]
    assert many.coverage.covered is None
    other = estate(MANY, WEB, on("web", "aws_instance.web")).launches[0]
    assert other.coverage.covered is False


def test_an_alarm_that_names_an_instance_and_may_watch_more_takes_it_in_once():
    metrics = [
        {
            "namespace": "AWS/EC2",
            "metric_name": "MetadataNoTokenRejected",
            "dimensions": {"InstanceId": identifier},
        }
        for identifier in (ref("aws_instance.web.id"), unknown())
    ]
    queries = [{"id": f"m{number}", "metric": [metric]} for number, metric in enumerate(metrics)]
    both = alarm("both", metric_query=[*queries, {"id": "e", "expression": "m0 + m1", "return_data": True}])
    found = estate(WEB, OTHER, both)
    assert [launch.coverage.covered for launch in found.launches] == [True, None]
    assert [each.covers for each in found.alarms if each.covers] == [("aws_instance.web",)]
