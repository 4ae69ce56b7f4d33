"""Every fixture gives the text beside it, and what its group promises."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imdsguard import rule_files
from tests.checks.cases import CASES, FIXTURES, GROUPS, judged


def name_of(case: Path) -> str:
    return case.relative_to(FIXTURES).as_posix()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_rule_says_of_a_fixture_what_is_written_beside_it(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    text, expected = judged(case.parent.parent.name), case / "expected.txt"
    if os.environ.get("IMDSGUARD_UPDATE"):
        expected.write_text(text, encoding="utf-8")
    assert expected.exists(), "what the rule says of it is written nowhere: make accept"
    assert text == expected.read_text(encoding="utf-8"), "make accept writes this anew"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_fixture_shows_what_its_group_is_called(case: Path) -> None:
    expected = case / "expected.txt"
    assert expected.exists(), "what the rule says of it is written nowhere: make accept"
    words = {line.split()[0] for line in expected.read_text(encoding="utf-8").splitlines() if line[:1].strip()}
    group = case.parent.name
    assert {"found": "fail" in words, "silent": words <= {"pass"}, "unknown": "unknown" in words}[group]
    assert group == "found" or "fail" not in words


@pytest.mark.parametrize("rule", rule_files())
def test_every_rule_has_cases_of_each_group(rule: str) -> None:
    missing = [group for group in GROUPS if not any((FIXTURES / rule / group).glob("*/main.tf*"))]
    assert missing == []


def test_no_fixture_is_left_without_a_rule() -> None:
    assert {path.name for path in FIXTURES.iterdir() if path.is_dir()} <= set(rule_files())
