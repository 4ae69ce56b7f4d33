"""launch-template-version-stale in a plan: only where this very plan changes the options, and the change is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard import Action, Place, Policy, judge, load_rules, rule_files
from tests.aws.memory import Memory, estate, ref, resource, unknown

(RULE,) = load_rules(rule_files(), ["launch-template-version-stale"])
OPTIONAL = Memory({"metadata_options": [{"http_tokens": "optional"}]})
REQUIRED = Memory({"metadata_options": [{"http_tokens": "required"}]})
PLAN = Place("plan.json")


def verdicts(version, action, before=None, own=Action.NO_OP, **more):
    template = replace(
        resource("aws_launch_template.web", metadata_options=[{"http_tokens": "required"}]),
        action=action,
        before=before,
        place=PLAN,
    )
    group = resource(
        "aws_autoscaling_group.web",
        launch_template=[{"id": ref("aws_launch_template.web.id"), "version": version}],
        **{"instance_refresh": [{"strategy": "Rolling"}], **more},
    )
    found = judge(estate(template, replace(group, action=own, place=PLAN)), [RULE], Policy()).findings
    return [(each.verdict.value, each.message.partition(",")[0]) for each in found]


@pytest.mark.parametrize("version", ["3", "$Latest", "$Default"])
def test_a_lost_change_is_found(version):
    assert verdicts(version, Action.UPDATE, OPTIONAL) == [
        ("fail", "this plan changes http_tokens in aws_launch_template.web")
    ]


def test_a_change_that_arrives_is_not():
    assert verdicts(ref("aws_launch_template.web.latest_version"), Action.UPDATE, OPTIONAL) == [("pass", "")]


@pytest.mark.parametrize(
    ("action", "before"), [(Action.CREATE, None), (Action.NO_OP, REQUIRED), (Action.UPDATE, REQUIRED)]
)
def test_nothing_is_lost_where_nothing_changes(action, before):
    assert verdicts("3", action, before) == [("pass", "")]


@pytest.mark.parametrize("own", [Action.CREATE, Action.REPLACE])
def test_a_group_that_the_plan_makes_anew_has_no_older_instances(own):
    assert verdicts("$Latest", Action.UPDATE, OPTIONAL, own=own) == [("pass", "")]
    assert verdicts("3", Action.UPDATE, OPTIONAL, own=own)[0][0] == "fail"  # it launches the old version none the less


def test_a_refresh_that_a_tag_starts_replaces_running_instances():
    refresh = [{"strategy": "Rolling", "triggers": ["tag"]}]
    tag = [{"key": "version", "value": ref("aws_launch_template.web.latest_version")}]
    assert verdicts("$Latest", Action.UPDATE, OPTIONAL, instance_refresh=refresh, tag=tag) == [("pass", "")]
    assert verdicts("$Latest", Action.UPDATE, OPTIONAL, instance_refresh=refresh)[0][0] == "fail"


@pytest.mark.parametrize(
    ("refresh", "verdict"),
    [
        ({"strategy": "Rolling"}, "pass"),
        ({"strategy": "ReplaceRootVolume"}, "fail"),
        ({"strategy": unknown()}, "unknown"),
        ({"preferences": [{"checkpoint_percentages": [50, 100]}]}, "pass"),
        ({"preferences": [{"checkpoint_percentages": [50]}]}, "fail"),
        ({"preferences": [{"checkpoint_percentages": [50, unknown()]}]}, "unknown"),
        ({"preferences": [{"checkpoint_percentages": unknown()}]}, "unknown"),
    ],
    ids=str,
)
def test_a_refresh_replaces_all_instances_or_it_does_not(refresh, verdict):
    latest = ref("aws_launch_template.web.latest_version")
    assert verdicts(latest, Action.UPDATE, OPTIONAL, instance_refresh=[refresh])[0][0] == verdict
