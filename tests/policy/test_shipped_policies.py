"""What the shipped policies ask for, by their rules and on both examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Rule, Severity, Verdict, judge, load_rules, rule_files
from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.policy.read import ResolvedPolicy, find_policy
from imdsguard.policy.shipped import shipped_policies
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
FIXED = "tokens-requirement-removed"
"""The rule that no policy turns off; it has nothing to say of source."""
EVERY = frozenset(rule_files())
CONTROLS = {
    "cis-aws-foundations": {"instance-tokens-optional"},
    "aws-security-hub": {"instance-tokens-optional", "launch-template-tokens-optional"},
}


SELECTED = {
    "aws-security-hub": CONTROLS["aws-security-hub"] | {FIXED},
    "baseline": EVERY - {"tokenless-call-alarm-missing"},
    "cis-aws-foundations": CONTROLS["cis-aws-foundations"] | {FIXED},
    "detect": EVERY - {"tokenless-call-alarm-missing"},
    "enforce": EVERY - {"tokenless-call-alarm-missing"},
    "observe": EVERY,
    "strict": EVERY - {"tokenless-call-alarm-missing"},
}
"""Which rules each policy has on. A new rule changes the policies that take all rules, and no others."""


def every_rule() -> tuple[Rule, ...]:
    return load_rules(rule_files())


def worst(found: ResolvedPolicy, stack: str, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, set[str]]:
    """Whether a run over the production stack fails, and the rules that found something."""
    monkeypatch.chdir(EXAMPLES)
    reading = read([stack], Inputs(var_files=(f"{stack}/environments/prod.tfvars",)), supported_types())
    estate = build([(root.stack, root.resources) for root in reading.roots])
    rules = load_rules(rule_files(), found.select(rule_files(), every_rule))
    policy = found.bind(rules)
    findings = [each for each in judge(estate, rules, policy).findings if each.verdict is not Verdict.PASS]
    bar = policy.fail_on or Severity.ERROR
    return any(each.severity.at_least(bar) for each in findings), {each.rule for each in findings}


@pytest.mark.parametrize("name", shipped_policies())
def test_the_legacy_stack_fails_and_the_hardened_one_does_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_policy(name, ".")
    assert worst(found, "legacy-web", monkeypatch)[0]
    assert not worst(found, "hardened-web", monkeypatch)[0]


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_asked_for_in_its_own_scope(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_policy(name, ".")
    assert set(found.select(rule_files(), every_rule)) == CONTROLS[name] | {FIXED}
    assert worst(found, "legacy-web", monkeypatch)[1] == CONTROLS[name]


@pytest.mark.parametrize("name", shipped_policies())
def test_the_rules_that_a_policy_has_on(name: str) -> None:
    found = find_policy(name, ".")
    rules = every_rule()
    on = set(found.select(rule_files(), lambda: rules))
    assert on == SELECTED[name]
    bound = found.bind(rules)
    assert {rule.id for rule in rules if not bound.setting(rule.id).off} == on


def test_who_calls_without_a_token_is_asked_while_observing(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "tokenless-call-alarm-missing"
    assert rule in worst(find_policy("observe", "."), "legacy-web", monkeypatch)[1]
    assert rule not in find_policy("baseline", ".").select(rule_files())


@pytest.mark.parametrize("name", shipped_policies())
def test_every_rule_that_a_policy_names_is_there(name: str) -> None:
    assert set(find_policy(name, ".").document.entries) <= set(rule_files())
