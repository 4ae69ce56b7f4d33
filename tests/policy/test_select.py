"""`select`: rules by id, and by the controls that they check."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.read import ResolvedPolicy, find_policy

CIS = {"CIS AWS Foundations 3.0": ("5.6",), "CIS AWS Foundations 4.0": ("5.7",)}
HUB = {"AWS Security Hub": ("EC2.8", "EC2.170")}


def rule(name: str, controls: dict[str, tuple[str, ...]] | None = None, *, fixed: bool = False) -> Rule:
    return Rule(name, f"{name}.py", Severity.ERROR, "Page.", lambda: (), ("Launch",), None, controls or {}, fixed)


RULES = (
    rule("tokens-of-instances", {**CIS, **HUB}),
    rule("tokens-of-templates", HUB),
    rule("hops", {"AWS Security Hub (retired)": ("AutoScaling.4",)}),
    rule("plain"),
    rule("always", fixed=True),
)
IDS = tuple(each.id for each in RULES)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def resolved(text: str) -> ResolvedPolicy:
    Path("team.yaml").write_text(f"version: 1\n{text}\n")
    return find_policy("team.yaml", ".")


def on(text: str) -> set[str]:
    """The rules that are on, but for the fixed one; both answers of a policy agree."""
    policy = resolved(text)
    selected = policy.select(IDS, lambda: RULES)
    bound = policy.bind(RULES)
    assert selected == tuple(each.id for each in RULES if not bound.setting(each.id).off)
    assert "always" in selected
    return set(selected) - {"always"}


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("{rules: hops}", {"hops"}),
        ("{rules: [hops, plain]}", {"hops", "plain"}),
        ("{rules: 'tokens-of-*'}", {"tokens-of-instances", "tokens-of-templates"}),
        ("{controls: AWS Security Hub}", {"tokens-of-instances", "tokens-of-templates"}),
        ("{controls: AWS Security Hub EC2.8}", {"tokens-of-instances", "tokens-of-templates"}),
        ("{controls: 'AWS Security Hub*'}", {"tokens-of-instances", "tokens-of-templates", "hops"}),
        ("{controls: CIS AWS Foundations 3.0}", {"tokens-of-instances"}),
        ("{controls: CIS AWS Foundations *}", {"tokens-of-instances"}),
        ("{controls: CIS AWS Foundations *, rules: plain}", {"tokens-of-instances", "plain"}),
    ],
)
def test_what_is_selected_is_on_and_nothing_else_but_what_is_fixed(select: str, expected: set[str]) -> None:
    assert on(f"select: {select}") == expected


def test_without_a_selection_everything_is_on() -> None:
    assert on("rules: {hops: off}") == {"tokens-of-instances", "tokens-of-templates", "plain"}


def test_rules_of_the_same_policy_come_on_top() -> None:
    assert on("select: {rules: [hops, plain]}\nrules: {plain: off, tokens-of-templates: note}") == {
        "hops",
        "tokens-of-templates",
    }


def test_a_policy_that_extends_one_with_a_selection_adds_and_takes_away() -> None:
    Path("framework.yaml").write_text("version: 1\nselect: {controls: AWS Security Hub}\n")
    more = "rules: {tokens-of-templates: off, hops: on}"
    assert on(f"extends: framework.yaml\n{more}") == {"tokens-of-instances", "hops"}


def test_what_is_said_below_a_selection_switches_nothing_but_its_severity_counts() -> None:
    Path("below.yaml").write_text("version: 1\nrules: {hops: off, plain: on, tokens-of-instances: note}\n")
    text = "extends: below.yaml\nselect: {rules: [hops, tokens-of-instances]}"
    assert on(text) == {"hops", "tokens-of-instances"}
    assert resolved(text).bind(RULES).setting("tokens-of-instances").severity is Severity.NOTE


def test_of_two_selections_the_stronger_counts() -> None:
    Path("below.yaml").write_text("version: 1\nselect: {rules: hops}\n")
    assert on("extends: below.yaml\nselect: {rules: plain}") == {"plain"}


def test_requirements_are_not_selected() -> None:
    policy = resolved("select: {rules: hops}\nrequirements: [{id: ours, require: {state: required}}]")
    assert [each.id for each in policy.bind(RULES).rules] == ["ours"]
    assert not policy.bind(RULES).setting("ours").off


def test_a_fixed_rule_cannot_be_left_out() -> None:
    with pytest.raises(PolicyError, match="always is always an error"):
        resolved("select: {rules: hops}\nrules: {always: off}").bind(RULES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select: {rules: hop}", 'team.yaml:2:17: there is no rule "hop"; did you mean "hops"?'),
        ("select: {rules: 'x-*'}", 'team.yaml:2:17: there is no rule "x-*" (known: '),
        (
            "select: {controls: AWS Security Hob}",
            'team.yaml:2:20: no rule checks a control "AWS Security Hob"; did you mean "AWS Security Hub"?',
        ),
        ("select: {controls: AWS Security Hub EC2.9}", "team.yaml:2:20: no rule checks a control"),
        ("select: {}", "team.yaml:2:9: select must name rules or controls: leave it out to have every rule on"),
        ("select: {control: x}", 'team.yaml:2:10: select has no key "control"; did you mean "controls"?'),
        ("select: [hops]", "team.yaml:2:9: select must be a mapping, not a list"),
    ],
)
def test_what_selects_nothing_is_refused_where_it_stands(text: str, complaint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        resolved(text).select(IDS, lambda: RULES)
    assert str(refused.value).startswith(complaint)
