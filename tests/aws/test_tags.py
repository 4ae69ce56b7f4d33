"""Which tags the instances of a launch get, and what a WHERE on them lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.launch import Launch
from imdsguard.model.reason import refused
from imdsguard.model.resource import Action, Blocks, Provider
from imdsguard.model.value import Absent, Known, Reference, Unknown
from imdsguard.report.reasons import fault_in_words, sentence
from tests.aws.memory import AWS, account, estate, ref, resource, unknown, value
from tests.aws.test_alarms import ALL, REQUIRED, query

WEB = {"Team": "web"}
INSTANCE_TAGS = [{"resource_type": "volume", "tags": {"Team": "disk"}}, {"resource_type": "instance", "tags": WEB}]
TEMPLATE = resource("aws_launch_template.lt", metadata_options=REQUIRED, tag_specifications=INSTANCE_TAGS)
BARE = resource("aws_launch_template.bare", metadata_options=REQUIRED, tags=WEB)
CONFIGURATION = resource("aws_launch_configuration.lc", metadata_options=REQUIRED)
BY_CLOUD_CONTROL = resource(
    "awscc_ec2_launch_template.cc",
    launch_template_data=[
        {
            "metadata_options": REQUIRED,
            "tag_specifications": [{"resource_type": "instance", "tags": [{"key": "Team", "value": "web"}]}],
        }
    ],
)
LT = [{"id": ref("aws_launch_template.lt.id"), "version": "$Latest"}]
PLAIN = [{"id": ref("aws_launch_template.bare.id"), "version": "$Latest"}]
CC = [{"launch_template_id": ref("awscc_ec2_launch_template.cc.launch_template_id")}]
ELSEWHERE = [{"id": "lt-0123", "version": "$Latest"}]
TAGGING = Provider("aws", account("a"), Known("eu-west-1"), lambda: value({"Team": "default", "Owner": "us"}))
SPECIFIED = [{"launch_template_specification": LT}]


def tag(key="Team", text="web", *, handed=True):
    return {"key": key, "value": text, "propagate_at_launch": handed}


def team_of(launching, key="Team"):
    """The tag as each way of the launch has it: None where it has none, "?" where that cannot be told."""
    found: list[Launch] = list(estate(TEMPLATE, BARE, CONFIGURATION, BY_CLOUD_CONTROL, launching).launches)
    values = [tags.of(key) for tags in found[-1].tags]
    return [None if isinstance(v, Absent) else "?" if isinstance(v, Unknown) else v.value for v in values]


@pytest.mark.parametrize(
    ("launching", "team"),
    [
        (resource("aws_instance.i", tags=WEB), ["web"]),
        (resource("aws_instance.i"), [None]),
        (resource("aws_instance.i", tags=unknown()), ["?"]),
        (resource("aws_instance.i", tags={"Team": unknown()}), ["?"]),
        (resource("aws_instance.i", provider=TAGGING), ["default"]),
        (resource("aws_instance.i", provider=TAGGING, tags=WEB), ["web"]),
        (resource("aws_instance.i", tags_all=WEB, tags={"Team": "late"}), ["web"]),
        (resource("aws_instance.i", volume_tags=WEB), [None]),
        (resource("aws_instance.i", launch_template=LT), ["web"]),
        (resource("aws_instance.i", launch_template=PLAIN), [None]),
        (resource("aws_instance.i", launch_template=LT, tags={"Team": "own"}), ["own"]),
        (resource("aws_instance.i", launch_template=LT, tags={"Name": "x"}), ["?"]),
        (resource("aws_instance.i", launch_template=ELSEWHERE), ["?"]),
        (resource("aws_instance.i", launch_template=Blocks((), unknown())), ["?"]),
        (resource("awscc_ec2_instance.i", tags=[{"key": "Team", "value": "web"}]), ["web"]),
        (resource("awscc_ec2_instance.i", provider=TAGGING), [None]),
        (resource("awscc_ec2_instance.i", launch_template=CC), ["web"]),
        (resource("aws_spot_instance_request.s", tags=WEB), [None]),
        (resource("aws_autoscaling_group.g", launch_template=LT), ["web"]),
        (resource("aws_autoscaling_group.g", launch_template=LT, tag=[tag(text="own")]), ["own"]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tag=[tag()]), ["web"]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tag=[tag(handed=False)]), [None]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tag=[tag(handed=unknown())]), ["?"]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tag=[tag(key=unknown())]), ["?"]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tag=Blocks((), unknown())), ["?"]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, provider=TAGGING), [None]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN, tags=[tag()]), ["web"]),
        (resource("aws_autoscaling_group.g", launch_configuration=ref("aws_launch_configuration.lc.name")), [None]),
        (
            resource(
                "aws_autoscaling_group.g",
                mixed_instances_policy=[
                    {
                        "launch_template": [
                            {
                                "launch_template_specification": [
                                    {"launch_template_id": ref("aws_launch_template.lt.id")}
                                ],
                                "override": [
                                    {"instance_type": "a"},
                                    {
                                        "launch_template_specification": [
                                            {"launch_template_id": ref("aws_launch_template.bare.id")}
                                        ]
                                    },
                                ],
                            }
                        ]
                    }
                ],
            ),
            ["web", None],
        ),
        (resource("awscc_autoscaling_auto_scaling_group.g", launch_template=CC), ["web"]),
        (resource("awscc_autoscaling_auto_scaling_group.g", launch_template=CC, tags=[tag(text="own")]), ["own"]),
        (resource("aws_eks_node_group.n", launch_template=LT, tags={"Team": "group"}), ["web"]),
        (resource("aws_eks_node_group.n", tags=WEB), [None]),
        (resource("aws_ec2_fleet.f", launch_template_config=SPECIFIED, tags={"Team": "fleet"}), ["web"]),
        (
            resource(
                "awscc_ec2_ec2_fleet.f",
                launch_template_configs=[{"launch_template_specification": CC}],
                tag_specifications=[{"resource_type": "instance", "tags": [{"key": "Team", "value": "own"}]}],
            ),
            ["own"],
        ),
        (
            resource(
                "aws_spot_fleet_request.f",
                tags={"Team": "request"},
                launch_specification=[{"ami": "ami-1", "tags": WEB}, {"ami": "ami-2"}],
            ),
            ["web", None],
        ),
        (resource("aws_spot_fleet_request.f", launch_template_config=SPECIFIED), ["web"]),
        (
            resource(
                "awscc_ec2_spot_fleet.f",
                spot_fleet_request_config_data=[
                    {
                        "launch_specifications": [
                            {
                                "image_id": "ami-1",
                                "tag_specifications": [
                                    {"resource_type": "instance", "tags": [{"key": "Team", "value": "web"}]}
                                ],
                            }
                        ],
                        "launch_template_configs": [{"launch_template_specification": CC}],
                    }
                ],
            ),
            ["web", "web"],
        ),
        (resource("aws_batch_compute_environment.b", compute_resources=[{"tags": WEB}]), ["web"]),
        (
            resource(
                "aws_batch_compute_environment.b",
                compute_resources=[
                    {"launch_template": [{"launch_template_id": ref("aws_launch_template.lt.id")}], "tags": {"A": "b"}}
                ],
            ),
            ["?"],
        ),
        (resource("aws_emr_cluster.e", tags=WEB), ["web"]),
        (resource("aws_elastic_beanstalk_environment.b", tags=WEB), ["web"]),
        (resource("aws_imagebuilder_infrastructure_configuration.b", resource_tags=WEB, tags={"Team": "x"}), ["web"]),
        (resource("aws_cloud9_environment_ec2.c", tags=WEB), ["?"]),
    ],
)
def test_what_is_handed_on_to_instances(launching, team):
    assert team_of(launching) == team


def added(kind, target, *, handed=True):
    if kind == "aws_ec2_tag":
        return resource("aws_ec2_tag.t", resource_id=target, key="Team", value="added")
    return resource(f"{kind}.t", autoscaling_group_name=target, tag=[tag(text="added", handed=handed)])


def by_ec2_tag(target):
    return added("aws_ec2_tag", target)


def by_group_tag(target, *, handed=True):
    return added("aws_autoscaling_group_tag", target, handed=handed)


GROUP_OF_NODES = ("resources", 0, "autoscaling_groups", 0, "name")
NODES_OWN = Unknown(refused("known after apply"), (Reference("aws_eks_node_group.n", GROUP_OF_NODES),), exact=True)


@pytest.mark.parametrize(
    ("launching", "adding", "team"),
    [
        (resource("aws_instance.i"), by_ec2_tag(ref("aws_instance.i.id")), ["added"]),
        (resource("aws_instance.i", tags=WEB), by_ec2_tag(ref("aws_instance.i.id")), ["added"]),
        (resource("aws_instance.i", id="i-1"), by_ec2_tag("i-1"), ["added"]),
        (resource("aws_instance.i", id="i-1"), by_ec2_tag("i-2"), [None]),
        (resource("aws_instance.i"), by_ec2_tag("i-2"), ["?"]),
        (resource("aws_instance.i"), by_ec2_tag(ref("aws_launch_template.lt.id")), [None]),
        (resource("aws_instance.i"), by_ec2_tag(ref("data.aws_instances.all.ids")), ["?"]),
        (resource("aws_instance.i"), by_ec2_tag(unknown()), ["?"]),
        (resource("aws_eks_node_group.n", launch_template=PLAIN), by_group_tag(NODES_OWN), ["added"]),
        (resource("aws_eks_node_group.n", launch_template=PLAIN), by_group_tag(NODES_OWN, handed=False), [None]),
        (
            resource("aws_autoscaling_group.g", name="web", launch_template=PLAIN),
            by_group_tag("web"),
            ["added"],
        ),
        (resource("aws_autoscaling_group.g", name="web", launch_template=PLAIN), by_group_tag("db"), [None]),
        (resource("aws_autoscaling_group.g", launch_template=PLAIN), by_ec2_tag(unknown()), [None]),
    ],
)
def test_what_other_resources_add(launching, adding, team):
    found: list[Launch] = list(estate(TEMPLATE, BARE, adding, launching).launches)
    values = [tags.of("Team") for tags in found[-1].tags]
    assert [None if isinstance(v, Absent) else "?" if isinstance(v, Unknown) else v.value for v in values] == team


def test_tags_that_aws_sets_itself_are_unknown():
    group = resource("aws_autoscaling_group.g", launch_template=PLAIN)
    node_group = resource("aws_eks_node_group.n", launch_template=PLAIN)
    assert team_of(group, "aws:autoscaling:groupName") == ["?"]
    assert [team_of(each, "eks:cluster-name") for each in (group, node_group)] == [[None], ["?"]]


def asked(condition, **arguments):
    """Covered, and the reason, of an instance with these arguments by a query with this WHERE."""
    web = resource("aws_instance.web", metadata_options=REQUIRED, **arguments)
    found = estate(web, query(f"{ALL} WHERE {condition}")).launches[0].once_required
    return found.covered, sentence(found.reason) or None


TELEMETRY = "if resource tags on telemetry are switched on in the account, which code does not show"
A = "aws_cloudwatch_metric_alarm.a"


@pytest.mark.parametrize(
    ("condition", "tags", "covered", "reason"),
    [
        ("tag.Team = 'web'", WEB, True, TELEMETRY),
        ("tag.\"my team\" = 'web'", {"my team": "web"}, True, TELEMETRY),
        ("tag.Size = '5'", {"Size": 5}, True, TELEMETRY),
        ("tag.On = 'true'", {"On": True}, True, TELEMETRY),
        (
            "tag.Team = 'Web'",
            WEB,
            False,
            f"{A} does not let it through its WHERE: tag.Team = 'Web', and its tag Team is 'web'",
        ),
        (
            "tag.team = 'web'",
            WEB,
            False,
            f"{A} does not let it through its WHERE: tag.team = 'web', and it has no tag team",
        ),
        (
            "tag.Team != 'web'",
            WEB,
            False,
            f"{A} does not let it through its WHERE: tag.Team != 'web', and its tag Team is 'web'",
        ),
        ("tag.Team != 'db'", WEB, True, TELEMETRY),
        ("tag.Other != 'db'", WEB, None, "whether != lets an instance through that has no tag Other is not documented"),
        (
            "tag.Team = 'web'",
            {"Team": unknown()},
            None,
            "the alarm's query has WHERE tag.Team = 'web', and the tag Team cannot be told: var.x has no value",
        ),
        (
            "tag.Team = 'w%'",
            WEB,
            None,
            "the alarm's query has WHERE tag.Team = 'w%', and what % stands for is not documented",
        ),
        (
            "tag.Team = 'db'",
            {"Team": Known("web", sensitive=True)},
            False,
            f"{A} does not let it through its WHERE: tag.Team = 'db', and its tag Team is a sensitive value",
        ),
        ("tag.Team = 'web' AND tag.Env = 'prod'", {**WEB, "Env": "prod"}, True, TELEMETRY),
        (
            "tag.Env = 'prod' AND tag.Team = 'db'",
            {"Env": unknown(), **WEB},
            False,
            f"{A} does not let it through its WHERE: tag.Team = 'db', and its tag Team is 'web'",
        ),
        ("(tag.Team = 'db' OR tag.Team = 'web')", WEB, True, TELEMETRY),
        ("tag.Team LIKE 'w'", WEB, None, "the alarm's query has a WHERE in words that are not read"),
        (
            "ImageId = 'ami-1'",
            WEB,
            None,
            "the alarm's query has a WHERE on ImageId, and whether AWS publishes the metric by that is not documented",
        ),
        (
            "InstanceId = 'i-1'",
            WEB,
            None,
            "the alarm's query has WHERE InstanceId = 'i-1', and the code does not show whose id that is",
        ),
    ],
)
def test_a_where_on_an_instance(condition, tags, covered, reason):
    assert asked(condition, tags=tags) == (covered, reason)


def test_a_where_on_an_id_that_a_plan_tells():
    assert asked("InstanceId = 'i-1'", id="i-1") == (True, None)
    assert asked("InstanceId = 'i-1'", id="i-2")[0] is False
    new = replace(resource("aws_instance.web", metadata_options=REQUIRED), action=Action.CREATE)
    assert estate(new, query(f"{ALL} WHERE InstanceId = 'i-1'")).launches[0].once_required.covered is False


def test_all_ways_of_a_launch_must_be_let_through():
    fleet = resource(
        "aws_spot_fleet_request.f", launch_specification=[{"ami": "ami-1", "tags": WEB}, {"ami": "ami-2", "tags": {}}]
    )
    found = estate(fleet, query(f"{ALL} WHERE tag.Team = 'web'")).launches[0].once_required
    assert found.covered is False
    assert sentence(found.reason) == (
        f"{A} does not let all its instances through its WHERE: tag.Team = 'web', and it has no tag Team"
    )


def test_a_where_does_not_mend_what_else_may_drop_an_instance():
    assert asked("tag.Team = 'web' LIMIT 5", tags=WEB)[0] is None
    assert asked("tag.Team = 'db' LIMIT 5", tags=WEB)[0] is False


def test_one_alarm_without_a_where_needs_no_telemetry():
    web = resource("aws_instance.web", metadata_options=REQUIRED, tags=WEB)
    narrow, wide = query(f"{ALL} WHERE tag.Team = 'web'"), replace(query(ALL), address="aws_cloudwatch_metric_alarm.b")
    found = estate(web, narrow, wide).launches[0].once_required
    assert (found.covered, found.by, found.reason) == (True, (A, "aws_cloudwatch_metric_alarm.b"), None)


def faults(*resources, condition="tag.Team = 'web'"):
    (alarm,) = estate(*resources, query(f"{ALL} WHERE {condition}", period=300)).alarms
    return [(fault.certain, fault_in_words(fault)) for fault in alarm.faults if "WHERE" in fault_in_words(fault)]


def test_a_where_that_lets_nothing_in_the_code_through_is_a_fault():
    web = resource("aws_instance.web", tags={"Team": "db"})
    other = resource("aws_instance.other")
    far = resource("aws_instance.far", region="us-east-1", tags=WEB)
    differs = "tag.Team = 'web', and its tag Team is 'db'"
    one = f"watches nothing in the code: its WHERE does not let aws_instance.web through: {differs}"
    two = "watches nothing in the code: its WHERE lets none of the 2 launches of its account and Region through "
    assert faults(web) == [(True, one)]
    assert faults(web, other, far) == [(True, f"{two}(aws_instance.web: {differs})")]


def test_a_where_that_lets_something_through_still_needs_telemetry():
    note = (
        "sees only what its WHERE lets through, and a condition on tags needs resource tags on telemetry switched on "
        "in the account, which code does not show"
    )
    tagged = resource("aws_instance.web", tags=WEB)
    assert faults(tagged, resource("aws_instance.other")) == [(False, note)]
    assert faults() == [(False, note)]
    by_id = "sees only what its WHERE lets through, and the code does not show what that will be"
    assert faults(tagged, condition="InstanceId != 'i-1'") == [(False, by_id)]


def test_a_provider_is_equal_to_one_with_other_default_tags():
    assert TAGGING == AWS
