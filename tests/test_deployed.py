"""What is deployed already is told from what a plan makes, and rated as the policy says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imdsguard import (
    Action,
    Estate,
    Finding,
    Policy,
    Resource,
    Setting,
    Severity,
    Verdict,
    judge,
    load_rules,
    rule_files,
)
from imdsguard.model.estate import History
from tests.aws.memory import estate, resource, unknown

TOKENS, HOPS = "instance-tokens-optional", "hop-limit-too-high"
RULES = load_rules(rule_files(), [TOKENS, HOPS, "launch-template-tokens-optional"])


def instance(tokens: str = "optional", hops: int = 1, action: Action = Action.NO_OP, **more: Any) -> Resource:
    options = {"http_endpoint": "enabled", "http_tokens": tokens, "http_put_response_hop_limit": hops}
    return replace(resource("aws_instance.web", metadata_options=[options], **more), action=action)


def template(tokens: str, action: Action = Action.NO_OP) -> Resource:
    options = {"http_endpoint": "enabled", "http_tokens": tokens}
    return replace(resource("aws_launch_template.web", id="lt-1", metadata_options=[options]), action=action)


def group() -> Resource:
    """A group that launches from the template, which a plan leaves alone."""
    found = resource("aws_autoscaling_group.web", launch_template=[{"id": "lt-1"}])
    return replace(found, action=Action.NO_OP)


def default(tokens: str) -> Resource:
    return replace(resource("aws_ec2_instance_metadata_defaults.this", http_tokens=tokens), action=Action.UPDATE)


def planned(before: list[Resource], after: list[Resource]) -> Estate:
    earlier = estate(*before)
    return replace(estate(*after), history=History(frozenset({after[0].root}), earlier=lambda: earlier))


def found(planned: Estate, policy: Policy | None = None) -> dict[tuple[str, str], Finding]:
    judged = judge(planned, RULES, policy or Policy()).findings
    return {(each.rule, each.address): each for each in judged if each.verdict is not Verdict.PASS}


def deployed(planned: Estate) -> dict[tuple[str, str], bool]:
    return {name: each.deployed for name, each in found(planned).items()}


WEB = (TOKENS, "aws_instance.web")


def test_what_a_plan_leaves_as_it_is_is_deployed() -> None:
    assert deployed(planned([instance()], [instance()])) == {WEB: True}


def test_what_a_plan_creates_is_new() -> None:
    assert deployed(planned([], [instance(action=Action.CREATE)])) == {WEB: False}


def test_what_a_plan_makes_optional_is_new() -> None:
    assert deployed(planned([instance("required")], [instance(action=Action.UPDATE)])) == {WEB: False}


def test_what_a_plan_replaces_is_new() -> None:
    assert deployed(planned([instance()], [instance(action=Action.REPLACE)])) == {WEB: False}


def test_an_update_of_something_else_leaves_it_deployed() -> None:
    after = instance(action=Action.UPDATE, tags={"Name": "web"})
    assert deployed(planned([instance()], [after])) == {WEB: True}


def test_an_update_of_an_option_makes_it_new() -> None:
    both = planned([instance(hops=3)], [instance(hops=5, action=Action.UPDATE)])
    assert deployed(both) == {WEB: False, (HOPS, "aws_instance.web"): False}


def test_a_group_left_alone_whose_template_changes_is_new() -> None:
    both = planned([template("required"), group()], [template("optional", Action.UPDATE), group()])
    assert not any(deployed(both).values())


def test_a_launch_left_alone_whose_region_default_changes_is_new() -> None:
    bare = replace(resource("aws_autoscaling_group.web", launch_template=[{"id": "lt-1"}]), action=Action.NO_OP)
    unset = replace(resource("aws_launch_template.web", id="lt-1"), action=Action.NO_OP)
    both = planned([default("required"), unset, bare], [default("optional"), unset, bare])
    assert deployed(both) == {("launch-template-tokens-optional", "aws_launch_template.web"): False}


def test_of_source_nobody_knows() -> None:
    assert deployed(estate(replace(instance(), action=Action.NONE))) == {WEB: False}


def test_a_state_holds_nothing_else() -> None:
    state = estate(replace(instance(), action=Action.NONE))
    states = replace(state, history=History(states=frozenset({state.launches[0].resource.root})))
    assert deployed(states) == {WEB: True}


@pytest.mark.parametrize(
    ("policy", "severity"),
    [
        (Policy(), Severity.ERROR),
        (Policy(on_deployed="warning"), Severity.WARNING),
        (Policy(on_deployed="note"), Severity.NOTE),
        (Policy(on_deployed="off"), None),
        (Policy(on_deployed="note", settings={TOKENS: Setting(on_deployed="error")}), Severity.ERROR),
        (Policy(settings={TOKENS: Setting(on_deployed="off")}), None),
        (Policy(settings={TOKENS: Setting(severity=Severity.NOTE)}), Severity.NOTE),
    ],
)
def test_the_policy_says_how_bad_it_is(policy: Policy, severity: Severity | None) -> None:
    answer = found(planned([instance()], [instance()]), policy)
    assert [each.severity for each in answer.values()] == ([severity] if severity else [])
    new = found(planned([], [instance(action=Action.CREATE)]), policy)
    assert [each.severity for each in new.values()] == [policy.setting(TOKENS).severity or Severity.ERROR]


def test_what_cannot_be_told_never_gets_worse_by_it() -> None:
    doubtful = resource("aws_instance.web", metadata_options=[{"http_tokens": unknown()}])
    both = planned([doubtful], [replace(doubtful, action=Action.NO_OP)])
    (finding,) = found(both, Policy(on_deployed="error")).values()
    assert (finding.verdict, finding.deployed, finding.severity) == (Verdict.UNKNOWN, True, Severity.WARNING)


def test_a_rule_that_is_fixed_is_not_rated_by_it() -> None:
    fixed = [replace(rule, fixed=True) for rule in RULES]
    judged = judge(planned([instance()], [instance()]), fixed, Policy(on_deployed="off")).findings
    assert [each.severity for each in judged if each.verdict is Verdict.FAIL] == [Severity.ERROR]
