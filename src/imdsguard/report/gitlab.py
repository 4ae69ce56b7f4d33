"""GitLab's Code Quality report: the part of Code Climate's format that GitLab reads.

Keys and values: GitLab Docs, "Code Quality", "Code Quality report format". It knows no suppressed findings: those are
left out, and so are passes. A problem is a violation of its own: what could not be checked must not look like a pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape_json
from imdsguard.report.repository_places import from_top
from imdsguard.report.words import counted, details, ordinals, problem_sentence, sentence

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report) -> str:
    """Give a JSON array: problems, then findings, the worst first. No two fingerprints in it are equal."""
    from json import dumps

    report = from_top(report)
    entries = [_problem(problem) for problem in report.problems] + [_group(each) for each in counted(report)]
    names = [entry["fingerprint"] for entry in entries]
    for entry, number in zip(entries, ordinals(names), strict=True):
        entry["fingerprint"] = _digest(f"{entry['fingerprint']}:{number}")
    return escape_json(dumps(entries, indent=2)) + "\n"


def _group(group: Group) -> dict[str, Any]:
    finding = group.first
    return {
        "description": sentence(finding),
        "check_name": finding.rule,
        "fingerprint": group.name,
        "severity": _SEVERITIES[finding.severity],
        "location": _location(finding.place),
        "content": {"body": "\n".join(details(group))},
        "categories": ["Security"],
        "type": "issue",
    }


def _problem(problem: Problem) -> dict[str, Any]:
    file = problem.place.file if problem.place else ""
    return {
        "description": f"could not be checked: {problem_sentence(problem)}",
        "check_name": "problem",
        "fingerprint": f"problem|{file}|{problem.message}",
        "severity": "info" if problem.known else "blocker",
        "location": _location(problem.place),
        "categories": ["Security"],
        "type": "issue",
    }


def _location(place: Place | None) -> dict[str, Any]:
    """Give a path without a leading `./`. What has no line, or no file, still needs one: the first of `.`."""
    file = "." if place is None or place.file == "-" else place.file
    line = max(place.line, 1) if place else 1
    end = max(place.end_line, line) if place else line
    return {"path": file.removeprefix("./"), "lines": {"begin": line, "end": end}}


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
