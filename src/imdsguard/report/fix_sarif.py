"""Fixes beside the results of a SARIF log (SARIF 2.1.0, 3.55: a result's fixes are proposals)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.report.repository_places import file_from_top
from imdsguard.report.sarif import render
from imdsguard.report.sarif_places import BASE, disarm, uri
from imdsguard.report.words import clean

if TYPE_CHECKING:
    from imdsguard.model.fix import Edit, Fix, Fixes
    from imdsguard.report.report import Report


def fixes_sarif(report: Report, fixes: Fixes) -> str:
    """Give the log of a scan, with the offered fixes at the results that they mend."""
    before = dict(fixes.before)
    proposals: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for fix in fixes.offered:
        proposal = _proposal(fix, before, report.folder)
        for finding in fix.findings:
            proposals.setdefault((finding.fingerprint, finding.message), []).append(proposal)
    return render(report, proposals)


def _proposal(fix: Fix, before: dict[str, bytes], folder: str) -> dict[str, Any]:
    text = ". ".join([clean(fix.title), *(f"Unsafe: {clean(why)}" for why in fix.why_unsafe)])
    files = dict.fromkeys(edit.file for edit in fix.edits)
    return {
        "description": {"text": disarm(text)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(file_from_top(file, folder)), "uriBaseId": BASE},
                "replacements": [
                    {"deletedRegion": _region(before[file], edit), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.file == file
                ],
            }
            for file in files
        ],
    }


def _region(data: bytes, edit: Edit) -> dict[str, int]:
    """The range of an edit: lines and columns from 1, columns in characters."""
    start, end = _position(data, edit.start), _position(data, edit.end)
    return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}


def _position(data: bytes, offset: int) -> tuple[int, int]:
    line = data.rfind(b"\n", 0, offset) + 1
    text = data[line:offset].decode("utf-8", "replace").removeprefix("\ufeff")
    return data.count(b"\n", 0, offset) + 1, len(text) + 1
