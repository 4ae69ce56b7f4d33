"""GitLab's Code Quality: the keys it documents, fingerprints that are unique, nothing that is not a finding."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from imdsguard.model.place import Place
from imdsguard.report.gitlab import render
from imdsguard.report.report import Report
from imdsguard.report.words import sentence
from tests.report.samples import HOSTILE, NOTHING, OPEN, REPORT, UNSURE, hostile

# GitLab Docs, "Code Quality", "Code Quality report format".
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def violations(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report))
    jsonschema.validate(found, SCHEMA)
    fingerprints = [each["fingerprint"] for each in found]
    assert len(set(fingerprints)) == len(fingerprints)
    return found


def test_what_counts_is_a_violation_the_worst_first() -> None:
    assert [(v["severity"], v["check_name"], v["location"], v["description"]) for v in violations(REPORT)] == [
        (
            "blocker",
            "problem",
            {"path": "bad.tf", "lines": {"begin": 3, "end": 3}},
            "could not be checked: this file is not UTF-8 (save it as UTF-8)",
        ),
        (
            "blocker",
            "problem",
            {"path": ".", "lines": {"begin": 1, "end": 1}},
            "could not be checked: the disk is full",
        ),
        (
            "critical",
            "instance-tokens-optional",
            {"path": "main.tf", "lines": {"begin": 14, "end": 14}},
            "aws_instance.bad: answers metadata calls without a token",
        ),
        (
            "major",
            "instance-tokens-optional",
            {"path": "modules/m/main.tf", "lines": {"begin": 4, "end": 9}},
            sentence(UNSURE),
        ),
        (
            "info",
            "hop-limit-too-high",
            {"path": "tfplan.json", "lines": {"begin": 1, "end": 1}},
            "aws_instance.bad: the hop limit is 3",
        ),
    ]


def test_nothing_found_is_an_empty_list() -> None:
    assert render(NOTHING) == "[]\n"


def test_a_fingerprint_stays_when_lines_move() -> None:
    (before,) = violations(Report(findings=(OPEN,)))
    (after,) = violations(Report(findings=(replace(OPEN, place=Place("main.tf", 99, 1)),)))
    assert before["fingerprint"] == after["fingerprint"]


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    assert (
        len(
            violations(
                Report(
                    findings=tuple(replace(OPEN, place=Place("main.tf", n)) for n in (1, 2, 3)),
                    problems=REPORT.problems[:1] * 2,
                )
            )
        )
        == 5
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_makes_or_hides_a_violation(text: str) -> None:
    found = violations(hostile(text))
    assert [each["check_name"] for each in found] == ["problem", "instance-tokens-optional", "instance-tokens-optional"]
    assert found[1]["location"]["path"] == re.sub(r"^\./", "", f"{text}.tf")
