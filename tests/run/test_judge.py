"""Rules x estate under a policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from imdsguard import (
    Estate,
    Judgement,
    Launch,
    Outcome,
    Place,
    Policy,
    Problem,
    Rule,
    Setting,
    Severity,
    State,
    Verdict,
    failed,
    judge,
    passed,
    scan,
    undecided,
)
from imdsguard.run.judge import fingerprint
from tests.conftest import Command
from tests.estates import launch, small_estate


def rule(check: Callable[..., Any], wants: tuple[str, ...] = ("Launch",), name: str = "a-rule", **more: Any) -> Rule:
    return Rule(name, f"{name}.py", Severity.ERROR, "Page.", check, wants, **more)


def by_state(launch: Launch) -> Iterable[Judgement]:
    if launch.state is State.UNKNOWN:
        yield undecided(launch, "who knows", trace=launch.tokens.trace)
    elif launch.state is State.OPTIONAL:
        yield failed(launch, "is open", place=launch.place, remedy='http_tokens = "required"')
    else:
        yield passed(launch)


def said(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(f.address, f.verdict.value, f.severity.value) for f in outcome.findings]


def test_every_subject_gets_a_verdict_in_the_order_of_the_source() -> None:
    outcome = judge(small_estate(), [rule(by_state)], Policy())
    assert said(outcome) == [
        ("module.m.aws_instance.open[0]", "unknown", "warning"),
        ("aws_instance.good", "pass", "error"),
        ("aws_instance.bad", "fail", "error"),
    ]
    assert outcome.problems == ()


def test_an_error_of_the_code_behind_an_unknown_is_a_problem_at_its_place(tmp_path: Path) -> None:
    """Once for each place, whoever needs the value; what only may be chosen, or comes with the plan, is none."""
    (tmp_path / "main.tf").write_text(
        'variable "some" {}\n'
        'locals {\n  sizes = { a = "small" }\n  size = local.sizes["b"]\n}\n'
        'resource "aws_instance" "web" {\n  count = 2\n  metadata_options { http_tokens = local.size }\n}\n'
        'resource "aws_instance" "perhaps" {\n'
        '  metadata_options { http_tokens = var.some ? local.sizes["c"] : "required" }\n}\n'
        'resource "aws_instance" "boots" {\n  user_data = "#!/bin/sh\\n${local.sizes["d"]}"\n}\n'
    )
    report = scan([str(tmp_path)])
    assert [(each.message, each.place.line, each.remedy) for each in report.problems if each.place is not None] == [
        (f"{name}{INVALID_INDEX}", line, "Terraform refuses this") for name, line in (("local.size: ", 4), ("", 14))
    ]


def test_an_error_that_was_told_when_it_was_read_is_not_told_again(tmp_path: Path) -> None:
    block = {"iterator": "$", "for_each": [1], "content": {"http_tokens": "required"}}
    code = {"resource": {"aws_instance": {"x": {"dynamic": {"metadata_options": block}}}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(code))
    (told,) = scan([str(tmp_path)]).problems
    assert told.message.startswith("the iterator of a dynamic block must be a single name")


def test_an_error_of_the_code_is_taken_into_a_baseline(tmp_path: Path, imdsguard: Command) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {\n  user_data = file("nowhere")\n}\n')
    codes = [imdsguard("scan", "-q", *with_, cwd=tmp_path).returncode for with_ in ([], ["--write-baseline"], BASELINE)]
    assert codes == [2, 0, 0]


BASELINE = ["--baseline", ".imdsguard-baseline.json"]
INVALID_INDEX = "Invalid index: the given key does not identify an element in this collection value."


def test_a_finding_carries_all_that_a_report_needs() -> None:
    finding = judge(Estate((launch(),)), [rule(by_state)], Policy()).findings[0]
    assert (finding.rule, finding.message, finding.remedy, finding.root, finding.region) == (
        "a-rule", "is open", 'http_tokens = "required"', ".", "eu-west-1",
    )  # fmt: skip
    assert finding.place == Place("main.tf", 4, 19, 4, 29)


@pytest.mark.parametrize(
    ("setting", "on_unknown", "fail", "unknown"),
    [
        (Setting(), Severity.WARNING, "error", "warning"),
        (Setting(), Severity.ERROR, "error", "error"),
        (Setting(severity=Severity.NOTE), Severity.ERROR, "note", "note"),
        (Setting(on_unknown=Severity.NOTE), Severity.ERROR, "error", "note"),
        (Setting(severity=Severity.NOTE, on_unknown=Severity.ERROR), Severity.WARNING, "note", "error"),
    ],
)
def test_severity_is_the_policys(setting: Setting, on_unknown: Severity, fail: str, unknown: str) -> None:
    policy = Policy(settings={"a-rule": setting}, on_unknown=on_unknown)
    found = {f.verdict: f.severity.value for f in judge(small_estate(), [rule(by_state)], policy).findings}
    assert (found[Verdict.FAIL], found[Verdict.UNKNOWN]) == (fail, unknown)


def test_a_rule_may_rate_one_finding_milder_but_not_worse_than_the_policy() -> None:
    def check(launch: Launch) -> Iterable[Judgement]:
        yield failed(launch, "milder", severity=Severity.NOTE)
        yield failed(launch, "worse", severity=Severity.ERROR)

    policy = Policy(settings={"a-rule": Setting(severity=Severity.WARNING)})
    outcome = judge(Estate((launch(),)), [rule(check)], policy)
    assert [(f.message, f.severity.value) for f in outcome.findings] == [("milder", "note"), ("worse", "warning")]


def test_a_rule_that_is_off_is_not_asked() -> None:
    def never(launch: Launch) -> Iterable[Judgement]:
        raise AssertionError

    assert judge(small_estate(), [rule(never)], Policy(settings={"a-rule": Setting(off=True)})) == Outcome()


def test_the_policys_own_rules_are_asked_once_whether_they_are_given_or_not() -> None:
    asked: list[str] = []

    def check(launch: Launch) -> Iterable[Judgement]:
        asked.append(launch.address)
        yield failed(launch, "is open")

    own = rule(check, name="ours")
    policy = Policy(rules=(own,), settings={"ours": Setting(severity=Severity.NOTE)})
    assert said(judge(Estate((launch(),)), [], policy)) == [("aws_instance.web", "fail", "note")]
    assert said(judge(Estate((launch(),)), [own], policy)) == [("aws_instance.web", "fail", "note")]
    assert len(asked) == 2


def test_a_rule_gets_what_it_wants_in_its_own_order() -> None:
    @dataclass(frozen=True)
    class Parameters:
        max: int = 2

    def check(launch: Launch, estate: Estate, parameters: Parameters) -> Iterable[Judgement]:
        yield failed(launch, f"{parameters.max} {len(estate.launches)}")

    wanting = rule(check, ("Launch", "Estate", "Parameters"), parameters=Parameters)
    estate = Estate((launch(),))
    assert judge(estate, [wanting], Policy()).findings[0].message == "2 1"
    policy = Policy(settings={"a-rule": Setting(parameters=Parameters(5))})
    assert judge(estate, [wanting], policy).findings[0].message == "5 1"


@pytest.mark.parametrize(("subject", "count"), [("Launch", 3), ("RegionDefault", 1), ("Alarm", 1), ("Estate", 1)])
def test_each_kind_of_subject(subject: str, count: int) -> None:
    asked: list[object] = []

    def check(each: object) -> Iterable[Judgement]:
        asked.append(each)
        return ()

    judge(small_estate(), [rule(check, (subject,))], Policy())
    assert len(asked) == count


def test_a_rule_that_crashes_is_a_problem_and_the_others_go_on() -> None:
    def crash(launch: Launch) -> Iterable[Judgement]:
        yield passed(launch)
        raise KeyError("http_tokens")

    outcome = judge(Estate((launch(),)), [rule(crash, name="crashing"), rule(by_state)], Policy())
    assert [(f.rule, f.verdict.value) for f in outcome.findings] == [("crashing", "pass"), ("a-rule", "fail")]
    assert outcome.problems == (
        Problem(
            "the rule crashing failed on aws_instance.web (KeyError: 'http_tokens'), so what it would have said is not "
            "known",
            Place("main.tf", 1, 1, 1, 30),
            "this is a fault of the rule, not of your code; report it to who wrote crashing",
        ),
    )


@pytest.mark.parametrize("answer", [None, ["text"], 3, [None]])
def test_a_rule_that_answers_with_something_else_is_a_problem(answer: object) -> None:
    outcome = judge(Estate((launch(),)), [rule(lambda launch: answer)], Policy())
    assert (outcome.findings, len(outcome.problems)) == ((), 1)


def test_the_same_finding_is_there_once() -> None:
    def twice(estate: Estate) -> Iterable[Judgement]:
        for _ in range(2):
            yield failed(estate.launches[0], "is open")
        yield failed(estate.launches[0], "is very open")

    outcome = judge(Estate((launch(),)), [rule(twice, ("Estate",))], Policy())
    assert [f.message for f in outcome.findings] == ["is open", "is very open"]


def test_a_fingerprint_survives_moved_lines_and_new_words() -> None:
    here = judge(Estate((launch(line=1),)), [rule(by_state)], Policy()).findings[0].fingerprint
    moved = judge(Estate((launch(line=90, file="other.tf"),)), [rule(by_state)], Policy()).findings[0].fingerprint
    elsewhere = judge(Estate((launch(root="stacks/b"),)), [rule(by_state)], Policy()).findings[0].fingerprint
    assert here == moved == fingerprint("a-rule", ".", "aws_instance.web", "eu-west-1")
    assert elsewhere != here
    # Pinned: baselines that people keep depend on it.
    assert fingerprint("instance-tokens-optional", ".", "aws_instance.web", None) == "e23009f85718bb13"
