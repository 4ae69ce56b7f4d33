"""The list of suppressions, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.model.stamp import NO_STAMP
from imdsguard.model.suppression import SuppressionState
from imdsguard.report.escape import escape, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.unseen import Unseen
    from imdsguard.report.style import Style


@record(frozen=True, slots=True)
class ListedSuppression:
    """A rule in a comment, or an exemption (`by`), and what becomes of it. `why` says why a comment is invalid.

    `tool` is whose comment it is, `about` the address or what else is named, `until` the last day in ISO 8601.
    """

    by: str
    tool: str
    place: Place
    about: str
    root: str | None
    rules: tuple[str, ...]
    reason: str
    until: str | None
    state: SuppressionState
    why: str = ""


def suppressions_json(
    listed: Sequence[ListedSuppression],
    problems: Sequence[Problem],
    unseen: Sequence[Unseen],
    stamp: Stamp = NO_STAMP,
) -> str:
    """Give the document `imdsguard/suppressions/v1`: every suppression, what is not read or judged, or looked at."""
    from imdsguard.report.json import json_text, problem_json
    from imdsguard.report.unseen import unseen_json

    document = {
        "schema": "imdsguard/suppressions/v1",
        "suppressions": [_entry(each) for each in listed],
        "problems": [problem_json(problem) for problem in problems],
        "unseen": unseen_json(unseen),
    }
    return json_text(document, stamp)


def _entry(each: ListedSuppression) -> dict[str, Any]:
    return {
        "by": each.by,
        "tool": each.tool,
        **_place(each.place),
        "about": each.about or None,
        "root": each.root,
        "rules": list(each.rules),
        "reason": each.reason or None,
        "until": each.until,
        "state": each.state.value,
        "why": each.why or None,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}


_SEVERITIES = {
    SuppressionState.INVALID: "warning",
    SuppressionState.EXPIRED: "warning",
    SuppressionState.UNUSED: "note",
}
"""As what the state of a suppression is coloured; the others as what passes."""


def suppressions_text(listed: Sequence[ListedSuppression], style: Style) -> str:
    """Give two lines each: where it is and what becomes of it; why, and until when. The last line counts them."""
    from imdsguard.report.text import plural

    lines: list[str] = []
    counts: dict[str, int] = {}
    for each in listed:
        state = each.state.value
        counts[state] = counts.get(state, 0) + 1
        word = style.severity(_SEVERITIES.get(each.state, "pass"), f"{state:7}")
        where = f"{each.place.file}:{each.place.line}" if each.place.line else each.place.file
        means = each.by if each.tool == "imdsguard" else f"{each.tool}'s comment"
        rules = ", ".join(each.rules) or "(no rule)"
        about = f" on {each.about}" if each.about else ""
        until = f" (until {each.until})" if each.until else ""
        lines.append(f"{word} {escape(where)}: {means} for {shorten(escape(rules), 500)}{shorten(escape(about), 500)}")
        lines.append(f"        {shorten(escape(each.why or each.reason or 'no reason'), 500)}{until}")
    total = plural(len(listed), "suppression")
    said = ", ".join(f"{count} {state}" for state, count in counts.items())
    lines.append(f"{total} ({said})" if said else total)
    return "".join(f"{line}\n" for line in lines)
