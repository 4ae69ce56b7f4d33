"""Comma-separated values for spreadsheets: a line for each finding and each problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape_csv import csv_text
from imdsguard.report.groups import group_names

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.report.report import Report

COLUMNS = (
    "rule", "verdict", "severity", "confidence", "address", "message", "file", "line", "column", "root", "region",
    "remedy", "deployed", "suppressed_by", "reason", "until", "fingerprint", "environments", "group",
)  # fmt: skip


def render(report: Report) -> str:
    """Give the head and the lines."""
    found = report.findings
    rows = [COLUMNS, *map(_finding, found, group_names(found)), *map(_problem, report.problems)]
    return csv_text(rows)


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
        "environments": ", ".join(problem.environments),
        "file": place.file if place else "",
        "line": str(place.line or "") if place else "",
        "column": str(place.column or "") if place else "",
        "remedy": problem.remedy,
        "reason": problem.known,
    }
    return tuple(given.get(column, "") for column in COLUMNS)
