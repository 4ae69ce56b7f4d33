"""SARIF 2.1.0 (OASIS, errata 01), within what GitHub takes (GitHub Docs, "SARIF support for code scanning").

`fail` is a result of kind `fail`; what cannot be told is `open` and a pass is `pass`, both of level `none`, as the
standard wants. What could not be checked is a notification, and the run was not successful. Rules carry their pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means
from imdsguard.report.escape import escape_json
from imdsguard.report.groups import grouped
from imdsguard.report.repository_places import from_top
from imdsguard.report.sarif_places import BASES, disarm, location, locations
from imdsguard.report.sarif_rules import descriptors
from imdsguard.report.words import clean, details, ordinals, problem_sentence, sentence, worst_first
from imdsguard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from imdsguard.model.problem import Problem
    from imdsguard.model.suppression import Suppression
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

    Proposals: TypeAlias = Mapping[tuple[str, str], list[dict[str, Any]]]
    """What SARIF calls fixes, by the fingerprint and the message of the finding that they mend."""

MOST_RESULTS = 25_000
"""Of one run. GitHub refuses the whole file if there are more."""

LARGEST = 10_000_000
"""Bytes of the file as it is uploaded, packed with gzip. GitHub refuses more."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_KINDS = {Verdict.FAIL: "fail", Verdict.UNKNOWN: "open", Verdict.PASS: "pass"}


def render(report: Report, proposals: Proposals | None = None) -> str:
    """Give a SARIF 2.1.0 log with one run: rules, results with their places, and problems as notifications."""
    proposals, report = proposals or {}, from_top(report)
    groups = grouped(report.findings)
    if len(groups) > MOST_RESULTS:
        groups = grouped(worst_first(report.findings))[:MOST_RESULTS]
    document = _document(report, groups, proposals)
    while groups and _is_too_large(document):
        groups = grouped(worst_first(finding for group in groups for finding in group.findings))[: len(groups) // 2]
        document = _document(report, groups, proposals)
    return document


def _document(report: Report, groups: Sequence[Group], proposals: Proposals) -> str:
    from json import dumps

    run = _run(report, groups, proposals)
    return escape_json(dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)) + "\n"


def _is_too_large(document: str) -> bool:
    if len(document) <= LARGEST:
        return False
    from zlib import compress

    return len(compress(document.encode())) > LARGEST


def _run(report: Report, groups: Sequence[Group], proposals: Proposals) -> dict[str, Any]:
    """Give the run, and say how many results have no room in it."""
    notifications = [_problem(problem) for problem in report.problems]
    if (held := sum(len(group.findings) for group in groups)) < len(report.findings):
        text = f"{len(report.findings)} findings are more than GitHub takes: these are the worst {held}"
        notifications.append({"level": "warning", "message": {"text": text}})
    rules = descriptors(report.rules, (group.first for group in groups))
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    numbers = ordinals(group.name for group in groups)
    return {
        "tool": {
            "driver": {
                "name": "imdsguard",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "invocations": [
            {
                "executionSuccessful": all(each.known for each in report.problems),
                "toolExecutionNotifications": notifications,
            },
        ],
        "originalUriBaseIds": BASES,
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(group, index[group.first.rule], number, _fixes(group, proposals))
            for group, number in zip(groups, numbers, strict=True)
        ],
        "properties": {"policy": clean(report.policy)},
    }


def _fixes(group: Group, proposals: Proposals) -> list[dict[str, Any]]:
    """Give the edits that mend findings of a group, each once."""
    found: list[dict[str, Any]] = []
    for finding in group.findings:
        found += [fix for fix in proposals.get((finding.fingerprint, finding.message), ()) if fix not in found]
    return found


def _result(group: Group, rule: int, number: int, fixes: list[dict[str, Any]]) -> dict[str, Any]:
    finding = group.first
    first, others = locations(finding)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": _KINDS[finding.verdict],
        "level": _LEVELS[finding.severity] if finding.verdict is Verdict.FAIL else "none",
        "message": _message(group),
        "locations": [first],
        # GitHub compares the first, in the form that it makes itself from a line of source.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{group.name}:{number}",
            "imdsguard/v1": group.name,
        },
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "root": clean(finding.root),
            "roots": [clean(root) for root in group.roots],
            "addresses": [clean(address) for address in group.addresses],
            "findings": len(group.findings),
            "environments": [clean(name) for name in finding.environments],
            "region": finding.region and clean(finding.region),
            "deployed": finding.deployed,
        },
    }
    if fixes:
        result["fixes"] = fixes
    if others:
        result["relatedLocations"] = others
    if finding.suppressed is not None:
        result["suppressions"] = [_suppression(finding.suppressed)]
    return result


def _message(group: Group) -> dict[str, str]:
    return {"text": disarm("\n".join([sentence(group.first), *details(group)]))}


def _suppression(given: Suppression) -> dict[str, Any]:
    suppression: dict[str, Any] = {
        "kind": "inSource" if given.means is Means.COMMENT else "external",
        "status": "accepted",
        "justification": disarm(clean(given.reason)),
        "properties": {"by": given.means.value, "until": given.until},
    }
    if given.place is not None:
        suppression["location"] = location(given.place)
    return suppression


def _problem(problem: Problem) -> dict[str, Any]:
    level = "note" if problem.known else "error"
    notification: dict[str, Any] = {"level": level, "message": {"text": disarm(problem_sentence(problem))}}
    if problem.place is not None:
        notification["locations"] = [location(problem.place)]
    return notification
