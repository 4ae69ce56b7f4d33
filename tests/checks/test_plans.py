"""Source and plan of one fixture give the same launches, states and verdicts. `make_plans.py` wrote the plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Estate, Launch, Policy, judge, load_rules, rule_files
from tests.checks.cases import BEFORE, CASES, FIXTURES, estate_of

PLANNED = [case for case in CASES if (case / "plan.json").exists() and not (case / BEFORE).exists()]
SOURCE_ONLY = ("launch-template-version-stale", "setting-never-sent")
"""Rules about edits to come and `ignore_changes`: a plan speaks of one change, and does not show `lifecycle`."""
RULES = load_rules(rule_files(), [rule for rule in rule_files() if rule not in SOURCE_ONLY])


def verdicts(estate: Estate) -> list[tuple[str, ...]]:
    found = judge(estate, RULES, Policy()).findings
    return sorted((each.rule, each.address, each.region or "", each.verdict.value) for each in found)


def described(launch: Launch) -> tuple[object, ...]:
    tokens, coverage = launch.tokens, launch.coverage
    return (
        launch.state,
        tokens.effective,
        tokens.source,
        launch.via,
        launch.scope.region_name,
        coverage.covered,
        coverage.by,
    )


def test_most_fixtures_have_a_plan() -> None:
    assert len(PLANNED) > len(CASES) * 3 / 4


@pytest.mark.parametrize("case", PLANNED, ids=lambda case: case.relative_to(FIXTURES).as_posix())
def test_source_and_plan_agree(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    source, plan = estate_of("."), estate_of("plan.json")
    assert {each.address: described(each) for each in source.launches} == {
        each.address: described(each) for each in plan.launches
    }
    lost = "hop-limit-too-high" if case.name.startswith("dynamic_block") else ""  # a plan hides what one leaves unset
    assert [each for each in verdicts(source) if each[0] != lost] == [
        each for each in verdicts(plan) if each[0] != lost
    ]
