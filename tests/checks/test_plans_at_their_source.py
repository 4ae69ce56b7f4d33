"""A fixture's plan, joined with its source, gives what the source gives: states and verdicts at the same places."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard import Estate, Launch, Policy, judge, load_rules, rule_files
from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.join.planned import read_planned
from tests.checks.cases import BEFORE, CASES, FIXTURES, estate_of

PLANNED = [case for case in CASES if (case / "plan.json").exists() and not (case / BEFORE).exists()]
OF_EDITS = "launch-template-version-stale"
"""A rule about edits to come: a plan speaks of one change."""
RULES = load_rules(rule_files(), [rule for rule in rule_files() if rule != OF_EDITS])

DECIDED_BY_THE_PLAN = {
    "instance-tokens-optional/found/tokens_are_null": "the provider's default for http_endpoint is sent",
    "imds-alarm-ineffective/found/address_in_place_of_an_id": "a plan has no instance of that id, whatever it says",
    "instance-tokens-optional/unknown/template_of_a_data_source": "the plan knows the id that the data source gave",
}
"""Where a plan knows more than its source, and what."""


def joined(case: Path) -> Estate:
    reading = read_planned("plan.json", (case / "plan.json").read_bytes(), ".", Inputs(), supported_types())
    assert reading.problems == ()
    assert [root.name for root in reading.roots] == ["."]
    return build([(root.stack, root.resources) for root in reading.roots])


def verdicts(estate: Estate) -> list[tuple[str, ...]]:
    found = judge(estate, RULES, Policy()).findings
    return sorted(
        (each.rule, each.address, each.region or "", each.verdict.value, str(each.place), *each.trace) for each in found
    )


def described(launch: Launch) -> tuple[object, ...]:
    tokens, coverage = launch.tokens, launch.coverage
    return (
        launch.state,
        tokens.effective,
        tokens.source,
        str(tokens.place),
        tokens.trace,
        launch.via,
        launch.resource.place,
        launch.resource.calls,
        launch.resource.ignored,
        launch.scope.region_name,
        coverage.covered,
        coverage.by,
    )


@pytest.mark.parametrize("case", PLANNED, ids=lambda case: case.relative_to(FIXTURES).as_posix())
def test_a_plan_points_at_its_source(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    source, plan = estate_of("."), joined(case)
    assert all(".json" not in place for _, _, _, _, place, *_ in verdicts(plan))
    if case.relative_to(FIXTURES).as_posix() in DECIDED_BY_THE_PLAN:
        assert {each.address: each.state for each in source.launches} == {
            each.address: each.state for each in plan.launches
        }
        return
    assert {each.address: described(each) for each in source.launches} == {
        each.address: described(each) for each in plan.launches
    }
    assert verdicts(source) == verdicts(plan)
