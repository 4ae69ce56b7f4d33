"""SARIF 2.1.0: against the published schema, and against what GitHub asks for beyond it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from imdsguard.model.finding import Related
from imdsguard.model.place import Place
from imdsguard.report import sarif
from imdsguard.report.report import Report
from imdsguard.report.sarif import render
from imdsguard.report.sarif_places import disarm, locations, uri
from tests.report.samples import FINDINGS, HOSTILE, NOTHING, OPEN, REPORT, UNSURE, hostile

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def run_of(report: Report) -> dict[str, Any]:
    """The one run of a log that is what the schema wants."""
    log = json.loads(render(report))
    VALIDATOR.validate(log)
    (run,) = log["runs"]
    return dict(run)


def every(thing: Any, key: str) -> list[Any]:
    if isinstance(thing, dict):
        return ([thing[key]] if key in thing else []) + [
            found for value in thing.values() for found in every(value, key)
        ]
    return [found for value in thing for found in every(value, key)] if isinstance(thing, list) else []


GROUP = "f2ae64cbb8c05733"
"""The name of the group of OPEN: a change of how it is made closes every alert and opens it again."""


def test_a_result_says_where_what_and_why() -> None:
    result = run_of(REPORT)["results"][2]
    rules = run_of(REPORT)["tool"]["driver"]["rules"]
    assert rules[result.pop("ruleIndex")]["id"] == "instance-tokens-optional"
    assert result == {
        "ruleId": "instance-tokens-optional",
        "kind": "fail",
        "level": "error",
        "message": {
            "text": "aws_instance.bad: answers metadata calls without a token\n"
            "because http_tokens (main.tf:14)\n"
            "because var.tokens (prod.tfvars:2)\n"
            'instead metadata_options {\n    http_tokens = "required"\n  }'
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "main.tf", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 14, "startColumn": 19, "endLine": 14, "endColumn": 29},
                },
                "logicalLocations": [{"fullyQualifiedName": "aws_instance.bad", "kind": "resource"}],
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{GROUP}:1",
            "imdsguard/v1": GROUP,
        },
        "properties": {
            "severity": "error",
            "confidence": "high",
            "root": ".",
            "environments": [],
            "roots": ["."],
            "addresses": ["aws_instance.bad"],
            "findings": 1,
            "region": "eu-west-1",
            "deployed": False,
        },
    }


def test_what_cannot_be_told_is_open_and_a_pass_is_a_pass() -> None:
    results = run_of(REPORT)["results"]
    assert [(result["kind"], result["level"]) for result in results] == [
        ("fail", "note"),
        ("open", "none"),
        ("fail", "error"),
        ("fail", "error"),
        ("fail", "error"),
        ("pass", "none"),
    ]
    assert "(cannot be told)" in results[1]["message"]["text"]


def test_the_module_call_is_a_related_location() -> None:
    (related,) = run_of(REPORT)["results"][1]["relatedLocations"]
    assert related["message"] == {"text": "the module call"}
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "stacks/web/main.tf"
    assert related["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 1}


def test_suppressed_results_say_by_what_and_why() -> None:
    results = run_of(REPORT)["results"]
    assert "suppressions" not in results[2]
    exempt, ignored = results[3]["suppressions"][0], results[4]["suppressions"][0]
    assert (exempt["kind"], exempt["status"], exempt["justification"]) == ("external", "accepted", "vendor image")
    assert exempt["location"]["physicalLocation"]["artifactLocation"]["uri"] == ".imdsguard.yaml"
    assert exempt["properties"] == {"by": "exemption", "until": "2027-03-31"}
    assert (ignored["kind"], ignored["justification"]) == ("inSource", "goes away")


def test_problems_are_notifications_of_a_run_that_was_not_successful() -> None:
    (invocation,) = run_of(REPORT)["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second = invocation["toolExecutionNotifications"]
    assert first["message"]["text"] == "this file is not UTF-8 (save it as UTF-8)"
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert second == {"level": "error", "message": {"text": "the disk is full"}}
    assert run_of(NOTHING)["invocations"][0] == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_every_rule_that_was_asked_is_described_by_its_page() -> None:
    run = run_of(REPORT)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(rules) == {rule.id for rule in REPORT.rules}
    rule = rules["instance-tokens-optional"]
    assert rule["help"]["markdown"].startswith("# instance-tokens-optional\n\n")
    assert "## What it checks" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"]["security-severity"] == "8.0"
    assert {"security", "AWS Security Hub EC2.8"} <= set(rule["properties"]["tags"])
    assert run_of(NOTHING)["results"] == []
    for rule in rules.values():
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 20
        assert 0 < float(rule["properties"]["security-severity"]) <= 10


def test_a_finding_of_no_rule_that_was_asked_still_has_a_rule() -> None:
    run = run_of(Report(findings=(replace(OPEN, rule="unused-suppression"),), rules=REPORT.rules))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unused-suppression"


def test_equal_fingerprints_are_told_apart_and_stay_the_same() -> None:
    twice = Report(findings=(OPEN, replace(OPEN, message="another line"), replace(OPEN, place=Place("b.tf", 9))))
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(twice)["results"]]
    assert len(set(hashes)) == 3
    moved = [replace(finding, place=replace(finding.place, line=finding.place.line + 7)) for finding in twice.findings]
    again = run_of(Report(findings=tuple(moved)))["results"]
    assert [result["partialFingerprints"]["primaryLocationLineHash"] for result in again] == hashes


@pytest.mark.parametrize(
    ("file", "reference"),
    [
        ("a.tf", "a.tf"),
        ("./a.tf", "a.tf"),
        ("stacks/a b/ü#?.tf", "stacks/a%20b/%C3%BC%23%3F.tf"),
        ("c:x/main.tf", "c%3Ax/main.tf"),
        ("100%25.tf", "100%2525.tf"),
        ("win\\main.tf", "win/main.tf"),
        ("\udcff.tf", "%FF.tf"),
        ("-", "stdin"),
        ("../shared/m.tf", "(up)/shared/m.tf"),
        ("../../m.tf", "(up)/(up)/m.tf"),
        ("/srv/m.tf", "(root)/srv/m.tf"),
        ("//evil.example/m.tf", "(root)/evil.example/m.tf"),
    ],
)
def test_files_are_relative_references(file: str, reference: str) -> None:
    assert uri(file) == reference


@pytest.mark.parametrize(
    ("place", "region"),
    [
        (Place("a.tf"), {"startLine": 1}),
        (Place("a.tf", 4), {"startLine": 4}),
        (Place("a.tf", 4, 0, 7), {"startLine": 4, "endLine": 7}),
        (Place("a.tf", 4, 3), {"startLine": 4, "startColumn": 3}),
        (Place("a.tf", 4, 3, 4, 3), {"startLine": 4, "startColumn": 3}),
        (Place("a.tf", 4, 3, 6, 2), {"startLine": 4, "startColumn": 3, "endLine": 6, "endColumn": 2}),
    ],
)
def test_lines_and_columns_start_at_one(place: Place, region: dict[str, int]) -> None:
    shown, _ = locations(replace(OPEN, place=place))
    assert shown["physicalLocation"]["region"] == region


def test_what_is_outside_is_shown_at_the_module_call_inside() -> None:
    outside = replace(UNSURE, place=Place("../modules/m/main.tf", 4))
    shown, others = locations(outside)
    assert shown["physicalLocation"]["artifactLocation"]["uri"] == "stacks/web/main.tf"
    assert [each["physicalLocation"]["artifactLocation"]["uri"] for each in others] == ["(up)/modules/m/main.tf"]
    alone, none = locations(replace(outside, related=(Related(Place("/x/m.tf", 1), "the module call"),)))
    assert alone["physicalLocation"]["artifactLocation"]["uri"] == "(up)/modules/m/main.tf"
    assert len(none) == 1


def test_a_finding_without_a_file_has_a_location_all_the_same() -> None:
    shown, others = locations(replace(OPEN, place=None))
    assert shown["physicalLocation"]["artifactLocation"]["uri"] == "stdin"
    assert others == []


def test_there_are_never_more_results_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.MOST_RESULTS == 25_000
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    run = run_of(Report(findings=(*FINDINGS[:2], replace(FINDINGS[0], message="the hop limit is 4"), OPEN)))
    assert [result["properties"]["severity"] for result in run["results"]] == ["error", "warning", "note"]
    (invocation,) = run["invocations"]
    assert invocation["toolExecutionNotifications"] == [
        {"level": "warning", "message": {"text": "4 findings are more than GitHub takes: these are the worst 3"}}
    ]


def test_the_file_is_never_larger_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.LARGEST == 10_000_000
    random = Random(1)
    findings = [replace(FINDINGS[0], message=f"{number} {random.randbytes(900).hex()}") for number in range(64)]
    report = Report(findings=(*findings, FINDINGS[1]))
    monkeypatch.setattr(sarif, "LARGEST", 40_000)
    document = sarif.render(report)
    (run,) = json.loads(document)["runs"]
    assert len(gzip.compress(document.encode())) < 41_000
    kept = len(run["results"])
    assert 0 < kept < 64
    texts = [result["message"]["text"] for result in run["results"]]
    numbers = [re.findall(r" (\d+) [0-9a-f]{99}", text) for text in texts]
    assert numbers == [[], *([str(number)] for number in range(kept - 1))], "the worst, and then as they come"
    assert run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"] == (
        f"65 findings are more than GitHub takes: these are the worst {kept}"
    )


def test_messages_have_neither_links_nor_arguments() -> None:
    assert disarm("[click](https://evil.example) x[0](y) {0} ${a} {{1}}") == (
        r"[click\](https://evil.example) x[0\](y) {{0}} ${a} {{{1}}}"
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_gets_out_of_its_place(text: str) -> None:
    run = run_of(hostile(text))
    assert len(run["results"]) == 4
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1
    for reference in every(run, "uri"):
        assert re.fullmatch(r"(?:[A-Za-z0-9\-._~/()]|%[0-9A-F]{2})+", reference)
        parts = urlsplit(reference)
        assert (parts.scheme, parts.netloc) == ("", "")
        assert not reference.startswith("/")
        assert ".." not in unquote(reference).split("/")
    for message in every(run["results"], "text"):
        assert "](" not in message.replace("\\](", "")
