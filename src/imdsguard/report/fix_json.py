"""The JSON contract `imdsguard/fixes/v1`, and reviewdog's `rdjson`, which makes suggestions of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.stamp import NO_STAMP
from imdsguard.report.escape import escape_json
from imdsguard.report.json import json_text, problem_json
from imdsguard.report.unseen import unseen_json
from imdsguard.report.words import clean, sentence

if TYPE_CHECKING:
    from imdsguard.model.fix import Edit, Fix, Fixes
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.unseen import Unseen


def fixes_json(fixes: Fixes, unseen: tuple[Unseen, ...] = (), stamp: Stamp = NO_STAMP) -> str:
    """Give fixes as `imdsguard/fixes/v1`."""
    return json_text(
        {
            "schema": "imdsguard/fixes/v1",
            "fixes": [
                *(_fix(each, offered=True) for each in fixes.offered),
                *(_fix(each, offered=False) for each in fixes.left_out),
            ],
            "unfixed": [
                {
                    "rule": each.finding.rule,
                    "root": each.finding.root,
                    "address": each.finding.address,
                    "fingerprint": each.finding.fingerprint,
                    "reason": each.reason,
                }
                for each in fixes.unfixed
            ],
            "problems": [problem_json(problem) for problem in fixes.problems],
            "unseen": unseen_json(unseen),
        },
        stamp,
    )


def _fix(fix: Fix, *, offered: bool) -> dict[str, Any]:
    return {
        "rule": fix.rule,
        "addresses": list(dict.fromkeys(each.address for each in fix.findings)),
        "fingerprints": [each.fingerprint for each in fix.findings],
        "environments": list(dict.fromkeys(name for each in fix.findings for name in each.environments)),
        "applicability": fix.applicability.value,
        "offered": offered,
        "title": fix.title,
        "why_unsafe": list(fix.why_unsafe),
        "then": [{"rule": each.rule, "address": each.address, "message": each.message} for each in fix.then],
        "second_reader": fix.second_reader,
        "edits": [{"file": e.file, "start": e.start, "end": e.end, "text": e.text} for e in fix.edits],
    }


def rdjson(fixes: Fixes) -> str:
    """Give the offered fixes as suggestions (reviewdog, "Reviewdog Diagnostic Format": columns are bytes, from 1)."""
    from json import dumps

    before = dict(fixes.before)
    severities = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}
    diagnostics = [
        {
            "message": sentence(fix.findings[0]) + f"\n{clean(fix.title)}",
            "location": {"path": fix.edits[0].file, "range": span(before[fix.edits[0].file], fix.edits[0])},
            "severity": severities[fix.findings[0].severity.value],
            "code": {"value": fix.rule},
            "suggestions": [{"range": span(before[edit.file], edit), "text": edit.text} for edit in fix.edits],
        }
        for fix in fixes.offered
    ]
    return escape_json(dumps({"source": {"name": "imdsguard"}, "diagnostics": diagnostics}, indent=2)) + "\n"


def span(data: bytes, edit: Edit) -> dict[str, Any]:
    """Give the lines and columns of an edit, both from 1, columns in bytes."""

    def position(offset: int) -> dict[str, int]:
        line = data.count(b"\n", 0, offset) + 1
        return {"line": line, "column": offset - (data.rfind(b"\n", 0, offset) + 1) + 1}

    return {"start": position(edit.start), "end": position(edit.end)}
