"""The note of `region-default-missing` on what a plan makes, changes or leaves alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from imdsguard import Policy, judge, load_rules, rule_files
from tests.checks.cases import FIXTURES, estate_of

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules(rule_files(), ["region-default-missing"])
CASE = FIXTURES / "region-default-missing" / "found" / "launch_does_not_wait_for_the_default" / "plan.json"


def notes(plan: dict[str, Any], folder: Path) -> list[str]:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    found = judge(estate_of(str(path)), RULES, Policy()).findings
    return [each.address for each in found if each.severity.value == "note" and each.verdict.value == "fail"]


def planned(address: str, actions: list[str], before: dict[str, str] | None) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(CASE.read_text(encoding="utf-8"))
    (change,) = [each["change"] for each in plan["resource_changes"] if each["address"] == address]
    change["actions"] = actions
    change["before"] = {**change["after"], **before} if before is not None else None
    return plan


@pytest.mark.parametrize(
    ("actions", "before", "expected"),
    [
        (["create"], None, ["aws_instance.web"]),
        (["update"], {"http_tokens": "no-preference"}, ["aws_instance.web"]),
        (["update"], {"http_put_response_hop_limit": "2"}, []),
        (["no-op"], {}, []),
    ],
)
def test_a_default_that_required_tokens_before_the_apply_is_no_race(
    actions: list[str], before: dict[str, str] | None, expected: list[str], tmp_path: Path
) -> None:
    default = "aws_ec2_instance_metadata_defaults.this"
    assert notes(planned(default, actions, before), tmp_path) == expected


@pytest.mark.parametrize(
    ("actions", "expected"), [(["delete", "create"], ["aws_instance.web"]), (["update"], []), (["no-op"], [])]
)
def test_only_what_an_apply_launches_can_come_too_early(
    actions: list[str], expected: list[str], tmp_path: Path
) -> None:
    assert notes(planned("aws_instance.web", actions, {}), tmp_path) == expected
