"""Which alarm watches which launch."""

from __future__ import annotations

import pytest

from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.resource import Action, Blocks
from imdsguard.model.value import Reference, Unknown
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, ref, resource, unknown

ALL = 'SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", InstanceId)'
REQUIRED = [{"http_tokens": "required"}]
WEB = resource("aws_instance.web", metadata_options=REQUIRED)
OTHER = resource("aws_instance.other", metadata_options=REQUIRED)
TEMPLATE = resource("aws_launch_template.lt", metadata_options=REQUIRED)
GROUP = resource("aws_autoscaling_group.web", launch_template=[{"id": ref("aws_launch_template.lt.id")}])


def metric(name="MetadataNoTokenRejected", namespace="AWS/EC2", **dimensions):
    return {
        "metric_name": name,
        "namespace": namespace,
        "dimensions": dimensions or {"InstanceId": ref("aws_instance.web.id")},
    }


def alarm(metric_query=(), region=None, instances=None, **arguments):
    queries = metric_query if isinstance(metric_query, Blocks) else list(metric_query)
    return resource(
        "aws_cloudwatch_metric_alarm.a", metric_query=queries, region=region, instances=instances, **arguments
    )


def query(expression, **more):
    return alarm([{"id": "q", "expression": expression, "return_data": True, **more}])


def covered(watching, of="aws_instance.web"):
    found = estate(WEB, OTHER, TEMPLATE, GROUP, watching)
    return next(launch.once_required for launch in found.launches if launch.address == of)


YES, NO, UNTOLD = True, False, None


@pytest.mark.parametrize(
    ("watching", "web", "group"),
    [
        (alarm(**metric()), YES, NO),
        (alarm(**metric(name="MetadataNoToken")), NO, NO),
        (alarm(**metric(name="metadatanotokenrejected")), NO, NO),
        (alarm(**metric(namespace="AWS/EBS")), NO, NO),
        (alarm(**metric(), region="us-east-1"), NO, NO),
        (alarm(**metric(), region=unknown()), UNTOLD, NO),
        (alarm(**metric(), instances=unknown()), UNTOLD, NO),
        (alarm(**metric(name=unknown())), UNTOLD, NO),
        (alarm(**metric(InstanceId=ref("aws_instance.other.id"))), NO, NO),
        (alarm(**metric(InstanceId=ref("aws_instance.web.private_ip"))), NO, NO),
        (alarm(**metric(InstanceId=unknown())), UNTOLD, NO),
        (alarm(**metric(InstanceId=ref("data.aws_instance.x.id"))), UNTOLD, NO),
        (alarm(**metric(InstanceId="i-0123")), UNTOLD, NO),
        (alarm(**metric(InstanceId="")), NO, NO),
        (alarm(**metric(InstanceID=ref("aws_instance.web.id"))), NO, NO),
        (alarm(**metric(InstanceId=ref("aws_instance.web.id"), ImageId="ami-1")), NO, NO),
        (alarm(**{**metric(), "dimensions": unknown()}), UNTOLD, UNTOLD),
        (alarm(**{**metric(), "dimensions": None}), NO, NO),
        (alarm(**metric(AutoScalingGroupName=ref("aws_autoscaling_group.web.name"))), NO, UNTOLD),
        (alarm(**metric(AutoScalingGroupName=ref("aws_autoscaling_group.other.name"))), NO, UNTOLD),
        (alarm(**metric(ImageId="ami-1")), UNTOLD, UNTOLD),
        (query(ALL), YES, YES),
        (query(f"{ALL} GROUP BY InstanceId ORDER BY SUM() DESC"), YES, YES),
        (query(f"{ALL} GROUP BY InstanceId ORDER BY SUM() DESC LIMIT 10"), YES, YES),
        (query(f"{ALL} GROUP BY InstanceId LIMIT 10"), UNTOLD, UNTOLD),
        (query(f"{ALL} WHERE InstanceId = 'i-1'"), UNTOLD, NO),
        (query(f"{ALL} WHERE AWS.AccountId = CURRENT_ACCOUNT_ID()"), YES, YES),
        (query(f"{ALL} WHERE AWS.AccountId = current_account_id() AND InstanceId = 'i-1'"), UNTOLD, NO),
        (query(f"{ALL} WHERE AWS.AccountId = '210987654321'"), UNTOLD, UNTOLD),
        (query('SELECT SUM(MetadataNoTokenRejected) FROM "AWS/EC2"'), YES, YES),
        (query('SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", AutoScalingGroupName)'), UNTOLD, UNTOLD),
        (query('SELECT SUM(MetadataNoToken) FROM SCHEMA("AWS/EC2", InstanceId)'), NO, NO),
        (query('SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/RDS", InstanceId)'), NO, NO),
        (query("SELECT SUM(MetadataNoTokenRejected FROM"), UNTOLD, UNTOLD),
        (query(unknown()), UNTOLD, UNTOLD),
        (query(ALL, account_id="123456789012"), UNTOLD, UNTOLD),
        (alarm(Blocks((), unknown())), UNTOLD, UNTOLD),
    ],
)
def test_coverage_by_one_alarm(watching, web, group):
    assert covered(watching).covered is web
    assert covered(watching, "aws_autoscaling_group.web").covered is group
    for address in ("aws_instance.web", "aws_autoscaling_group.web"):
        coverage = covered(watching, address)
        assert coverage.covered is False or (coverage.reason is not None) is (coverage.covered is None)
        assert coverage.by == (("aws_cloudwatch_metric_alarm.a",) if coverage.covered else ())


def math(expression, **queries):
    metrics = [{"id": key, "metric": [metric(InstanceId=value)]} for key, value in queries.items()]
    return alarm([*metrics, {"id": "e", "expression": expression, "return_data": True}])


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("a", YES),
        ("a + b", YES),
        ("SUM([a, b])", YES),
        ("SUM(METRICS())", YES),
        ("MAX([FILL(a, 0), b])", YES),
        ("b", NO),
        ("a - b", UNTOLD),
        ("IF(a > 5, 1, 0)", UNTOLD),
        ("a * 0", UNTOLD),
    ],
)
def test_metric_math_watches_what_it_adds_up(expression, answer):
    watching = math(expression, a=ref("aws_instance.web.id"), b=ref("aws_instance.other.id"))
    assert covered(watching).covered is answer


def test_metric_math_on_a_metrics_insights_query_is_not_documented():
    select = {"id": "q", "expression": ALL, "period": 300}
    on_it = {"id": "e", "expression": "FILL(q, 0)", "return_data": True}
    coverage = covered(alarm([select, on_it]))
    assert coverage.covered is None
    said = "whether an alarm may do metric math on a Metrics Insights query is not documented"
    assert sentence(coverage.reason) == said

    assert covered(alarm([select, {**on_it, "expression": "m1"}, {"id": "m1", "metric": [metric()]}])).covered is True


def test_only_the_query_that_is_returned_is_watched():
    both = [
        {"id": "a", "metric": [metric()]},
        {"id": "b", "metric": [metric(InstanceId=ref("aws_instance.other.id"))], "return_data": True},
    ]
    assert covered(alarm(both)).covered is False
    assert covered(alarm(both), "aws_instance.other").covered is True


def test_an_unknown_id_built_from_other_instances_is_none_of_ours():
    either = Unknown(refused(""), (Reference("aws_instance.other", ("id",)),))
    assert covered(alarm(**metric(InstanceId=either))).covered is False
    assert covered(alarm(**metric(InstanceId=either)), "aws_instance.other").covered is None


def test_a_plan_tells_whose_an_id_is():
    from dataclasses import replace

    old = resource("aws_instance.old", id="i-1")
    new = replace(resource("aws_instance.new"), action=Action.CREATE)
    found = estate(old, new, alarm(**metric(InstanceId="i-1")))
    assert [launch.once_required.covered for launch in found.launches] == [True, False]


def test_templates_are_not_watched_since_they_start_nothing():
    assert sentence(covered(query(ALL), "aws_launch_template.lt").reason) == "it starts no instances itself"


def test_a_spot_request_is_watched_by_the_id_of_its_instance():
    spot = resource("aws_spot_instance_request.s")
    good = alarm(**metric(InstanceId=ref("aws_spot_instance_request.s.spot_instance_id")))
    bad = alarm(**metric(InstanceId=ref("aws_spot_instance_request.s.id")))
    assert estate(spot, good).launches[0].once_required.covered is True
    assert estate(spot, bad).launches[0].once_required.covered is False


def test_an_instance_by_cloud_control_is_watched_by_its_id():
    instance = resource("awscc_ec2_instance.i")
    for attribute, answer in (("instance_id", True), ("id", True), ("private_ip", False)):
        watching = alarm(**metric(InstanceId=ref(f"awscc_ec2_instance.i.{attribute}")))
        assert estate(instance, watching).launches[0].once_required.covered is answer


def test_a_group_may_be_watched_by_its_own_name_only():
    blue, green = (resource(f"aws_autoscaling_group.{name}", name=name) for name in ("blue", "green"))
    found = estate(blue, green, GROUP, WEB, alarm(**metric(AutoScalingGroupName="blue")))
    assert [launch.once_required.covered for launch in found.launches] == [UNTOLD, NO, NO, NO]


@pytest.mark.parametrize(
    ("group", "watching", "answer"),
    [
        ({}, "api-v1", NO),
        ({}, "terraform-20260101000000000100000001", UNTOLD),
        ({}, "terraform-20260101", NO),
        ({"name_prefix": "api-"}, "api-v1", NO),
        ({"name_prefix": "api-"}, "api-20260101000000000100000001", UNTOLD),
        ({"name_prefix": unknown()}, "api-v1", UNTOLD),
        ({"name": unknown()}, "api-v1", UNTOLD),
    ],
)
def test_a_group_without_a_name_has_one_that_terraform_makes(group, watching, answer):
    found = estate(resource("aws_autoscaling_group.g", **group), alarm(**metric(AutoScalingGroupName=watching)))
    assert found.launches[0].once_required.covered is answer


def test_by_cloud_control_somebody_else_makes_the_name_of_a_group():
    watching = alarm(**metric(AutoScalingGroupName="api-v1"))
    found = estate(resource("awscc_autoscaling_auto_scaling_group.g"), watching)
    assert found.launches[0].once_required.covered is UNTOLD


def test_the_estate_lists_alarms_on_both_metrics_and_no_others():
    both = estate(WEB, GROUP, TEMPLATE, query(ALL)).alarms
    assert [(each.metric, each.everything, each.covers) for each in both] == [
        ("MetadataNoTokenRejected", True, ("aws_instance.web", "aws_autoscaling_group.web"))
    ]
    assert [each.metric for each in estate(alarm(**metric(name="MetadataNoToken"))).alarms] == ["MetadataNoToken"]
    assert estate(alarm(**metric(name="CPUUtilization"))).alarms == ()
    assert estate(alarm(**metric(name=unknown()))).alarms == ()


@pytest.mark.parametrize(
    ("options", "kind", "answer"),
    [
        ([{"http_tokens": "required"}], None, True),
        ([{"http_tokens": "optional"}], ReasonKind.NOTHING_REFUSED, False),
        ([{"http_endpoint": "disabled"}], ReasonKind.ENDPOINT_OFF, False),
        ([{"http_tokens": unknown()}], None, True),
    ],
)
def test_no_alarm_on_refused_calls_watches_what_refuses_none(options, kind, answer):
    (launch,) = estate(resource("aws_instance.web", metadata_options=options), query(ALL)).launches
    assert (launch.coverage.covered, launch.once_required.covered) == (answer, True)
    assert launch.coverage.reason == (kind and Reason(kind, "aws_cloudwatch_metric_alarm.a"))


def test_what_cannot_be_told_of_an_alarm_does_not_matter_where_nothing_is_refused():
    (launch,) = estate(resource("aws_instance.web"), query(unknown())).launches
    assert (launch.coverage.covered, launch.once_required.covered) == (False, None)
    assert launch.coverage.reason == Reason(ReasonKind.NOTHING_REFUSED)
