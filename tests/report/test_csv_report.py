"""CSV: RFC 4180, one line a record, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re

import pytest

from imdsguard.report.csv import COLUMNS, render
from imdsguard.report.escape import escape
from imdsguard.report.report import Report
from tests.report.samples import HOSTILE, NOTHING, REPORT, hostile


def rows(report: Report) -> list[dict[str, str]]:
    text = render(report)
    assert text.endswith("\r\n")
    assert all(line.startswith('"') and line.endswith('"') for line in text.removesuffix("\r\n").split("\r\n"))
    head, *body = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(head) == COLUMNS
    assert len(body) == text.count("\n") - 1
    return [dict(zip(head, row, strict=True)) for row in body]


def test_a_record_for_each_finding_and_each_problem() -> None:
    records = rows(REPORT)
    assert [(record["verdict"], record["severity"], record["address"], record["file"]) for record in records] == [
        ("fail", "note", "aws_instance.bad", "tfplan.json"),
        ("unknown", "warning", 'module.m["a"].aws_instance.open[0]', "modules/m/main.tf"),
        ("fail", "error", "aws_instance.bad", "main.tf"),
        ("fail", "error", "aws_instance.vendor", "main.tf"),
        ("fail", "error", "aws_instance.old", "main.tf"),
        ("pass", "error", "aws_instance.good", "main.tf"),
        ("problem", "error", "", "bad.tf"),
        ("problem", "error", "", ""),
    ]
    assert records[2] == {
        "rule": "instance-tokens-optional",
        "verdict": "fail",
        "severity": "error",
        "confidence": "high",
        "address": "aws_instance.bad",
        "message": "answers metadata calls without a token",
        "file": "main.tf",
        "line": "14",
        "column": "19",
        "root": ".",
        "region": "eu-west-1",
        "remedy": 'metadata_options {\\n  http_tokens = "required"\\n}',
        "deployed": "no",
        "suppressed_by": "",
        "reason": "",
        "until": "",
        "fingerprint": "0123456789abcdef",
        "environments": "",
        "group": "f2ae64cbb8c05733",
    }
    assert (records[0]["line"], records[0]["deployed"]) == ("", "yes")
    assert (records[3]["suppressed_by"], records[3]["reason"], records[3]["until"]) == (
        "exemption",
        "vendor image",
        "2027-03-31",
    )


def test_nothing_found_is_the_head() -> None:
    assert rows(NOTHING) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_is_a_formula_or_a_record(text: str) -> None:
    records = rows(hostile(text))
    assert [record["verdict"] for record in records] == ["fail", "unknown", "fail", "pass", "problem"]
    for record in records:
        for cell in record.values():
            assert not re.search(r"(?:^|[,;|])\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell), cell
    without_marks = records[0]["message"].replace("'", "")
    assert without_marks == escape(text).replace("'", "")
