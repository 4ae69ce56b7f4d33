"""All expressions of the corpus through `imdsguard console`: value, type, unknowns, marks, or stage of the error."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imdsguard.cli import main
from tests.conformance.exceptions import EXCEPTIONS

SHARED = Path(os.environ.get("IMDSGUARD_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
CORPUS = SHARED / "conformance"
FIXTURES = ["", *sorted(path.name for path in (CORPUS / "fixtures").glob("*"))]


def cases_of(fixture: str) -> list[dict[str, Any]]:
    """The corpus's lines for one fixture folder, numbers with all their digits."""
    with (CORPUS / "expressions.jsonl").open(encoding="utf-8") as lines:
        found = [json.loads(line, parse_float=Decimal) for line in lines]
    return [case for case in found if case.get("files", "") == fixture]


Ask = Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Ask:
    """What `imdsguard console` answers, in one run. It must end with 2 if, and only if, there are errors."""

    def answers_of(fixture: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        monkeypatch.chdir(CORPUS / "fixtures" / fixture if fixture else tmp_path)
        monkeypatch.setenv("HOME", "/home/corpus")
        with pytest.raises(SystemExit) as end:
            main(["console", "--format", "json", *(part for case in cases for part in ("-e", case["expr"]))])
        said = capsysbinary.readouterr()
        answers = [json.loads(line, parse_float=Decimal) for line in said.out.decode().splitlines()]
        assert end.value.code == (2 if any("error" in answer for answer in answers) else 0), said.err.decode()
        assert len(answers) == len(cases)
        return answers

    return answers_of


def differs(case: dict[str, Any], answer: dict[str, Any], folder: str) -> bool:
    """Whether an answer is not what Terraform computed."""
    expect = case["expect"]
    if "error" in expect:
        return answer.get("stage") != expect["stage"]
    if expect.get("nondeterministic"):
        return answer.get("type") != expect["type"]
    wanted = json.loads(json.dumps(expect, default=str).replace("@@MODULE_DIR@@", folder))
    given = json.loads(json.dumps({k: v for k, v in answer.items() if k != "why"}, default=str))
    return bool(given != wanted)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_every_expression_gives_what_terraform_gives(fixture: str, shared: Path, tmp_path: Path, ask: Ask) -> None:
    cases = cases_of(fixture)
    assert cases, "the corpus has cases for each of its fixtures"
    answers = ask(fixture, cases)
    folder = str((CORPUS / "fixtures" / fixture).resolve()) if fixture else str(tmp_path)
    wrong = [
        f"{case['id']}: {case['expr']!r}\n  Terraform: {case['expect']}\n  ours:      {answer}"
        for case, answer in zip(cases, answers, strict=True)
        if differs(case, answer, folder) and case["id"] not in EXCEPTIONS
    ]
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:20])


def test_each_exception_is_one(shared: Path, ask: Ask) -> None:
    cases = [case for fixture in FIXTURES for case in cases_of(fixture) if case["id"] in EXCEPTIONS]
    assert len(cases) == len(EXCEPTIONS)
    for case in cases:
        (answer,) = ask(case.get("files", ""), [case])
        assert differs(case, answer, ""), f"{case['id']} comes out right now: take it off the list"
