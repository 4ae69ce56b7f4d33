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
from imdsguard.report.sarif_places import BASES, disarm, location, locations
from imdsguard.report.sarif_rules import descriptors
from imdsguard.report.words import clean, details, ordinals, problem_sentence, sentence, worst_first
from imdsguard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.model.suppression import Suppression
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
    proposals = proposals or {}
    findings = list(report.findings)
    if len(findings) > MOST_RESULTS:
        findings = worst_first(findings)[:MOST_RESULTS]
    document = _document(report, findings, proposals)
    while findings and _is_too_large(document):
        findings = worst_first(findings)[: len(findings) // 2]
        document = _document(report, findings, proposals)
    return document


def _document(report: Report, findings: Sequence[Finding], proposals: Proposals) -> str:
    from json import dumps

    run = _run(report, findings, proposals)
    return escape_json(dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)) + "\n"


def _is_too_large(document: str) -> bool:
    if len(document) <= LARGEST:
        return False
    from zlib import compress

    return len(compress(document.encode())) > LARGEST


def _run(report: Report, findings: Sequence[Finding], proposals: Proposals) -> dict[str, Any]:
    """Give the run, and say how many results have no room in it."""
    notifications = [_problem(problem) for problem in report.problems]
    if len(findings) < len(report.findings):
        text = f"{len(report.findings)} results are more than GitHub takes: these are the worst {len(findings)}"
        notifications.append({"level": "warning", "message": {"text": text}})
    rules = descriptors(report.rules, findings)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    numbers = ordinals(finding.fingerprint for finding in findings)
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
            _result(finding, index[finding.rule], number, proposals.get((finding.fingerprint, finding.message), ()))
            for finding, number in zip(findings, numbers, strict=True)
        ],
        "properties": {"policy": clean(report.policy)},
    }


def _result(finding: Finding, rule: int, number: int, proposals: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first, others = locations(finding)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": _KINDS[finding.verdict],
        "level": _LEVELS[finding.severity] if finding.verdict is Verdict.FAIL else "none",
        "message": _message(finding),
        "locations": [first],
        # GitHub compares the first, in the form that it makes itself from a line of source.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:{number}",
            "imdsguard/v1": finding.fingerprint,
        },
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "root": clean(finding.root),
            "environments": [clean(name) for name in finding.environments],
            "region": finding.region and clean(finding.region),
            "deployed": finding.deployed,
        },
    }
    if proposals:
        result["fixes"] = list(proposals)
    if others:
        result["relatedLocations"] = others
    if finding.suppressed is not None:
        result["suppressions"] = [_suppression(finding.suppressed)]
    return result


def _message(finding: Finding) -> dict[str, str]:
    return {"text": disarm("\n".join([sentence(finding), *details(finding)]))}


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
