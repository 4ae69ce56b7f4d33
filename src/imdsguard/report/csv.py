"""Comma-separated values (RFC 4180) for spreadsheets: a line for each finding and each problem.

A cell that a spreadsheet would take for a formula starts with an apostrophe instead (OWASP, "CSV Injection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.report.groups import names_of
from imdsguard.report.words import clean

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.report.report import Report

COLUMNS = (
    "rule", "verdict", "severity", "confidence", "address", "message", "file", "line", "column", "root", "region",
    "remedy", "deployed", "suppressed_by", "reason", "until", "fingerprint", "environments", "group",
)  # fmt: skip

# At the start of a cell; and after what other spreadsheets than the one we think of take for the end of a cell.
_FORMULA = re.compile(r"(^\s*|[,;|]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def render(report: Report) -> str:
    """Give the head and the lines, each ended by CR LF, every cell in quotes, no line break within one."""
    names = names_of(report.findings)
    rows = [COLUMNS, *(_finding(each, names[id(each)]) for each in report.findings), *map(_problem, report.problems)]
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows)


def _finding(finding: Finding, group: str) -> tuple[str, ...]:
    place, suppressed = finding.place, finding.suppressed
    return (
        finding.rule,
        finding.verdict.value,
        finding.severity.value,
        finding.confidence.value,
        finding.address,
        finding.message,
        place.file if place else "",
        str(place.line or "") if place else "",
        str(place.column or "") if place else "",
        finding.root,
        finding.region or "",
        finding.remedy,
        "yes" if finding.deployed else "no",
        suppressed.means.value if suppressed else "",
        suppressed.reason if suppressed else "",
        (suppressed.until or "") if suppressed else "",
        finding.fingerprint,
        ", ".join(finding.environments),
        group,
    )


def _problem(problem: Problem) -> tuple[str, ...]:
    place = problem.place
    given = {
        "verdict": "problem",
        "severity": "note" if problem.known else "error",
        "message": problem.message,
        "file": place.file if place else "",
        "line": str(place.line or "") if place else "",
        "column": str(place.column or "") if place else "",
        "remedy": problem.remedy,
        "reason": problem.known,
    }
    return tuple(given.get(column, "") for column in COLUMNS)


def _cell(text: str) -> str:
    return '"' + _FORMULA.sub(r"\1'", clean(text)).replace('"', '""') + '"'
