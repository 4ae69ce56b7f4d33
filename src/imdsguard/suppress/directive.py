"""What one comment says: which rules it takes out of the count, why, and until when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place

FORM = "ignore[rule-id] reason"
_VERB = re.compile(r"imdsguard:[ \t]*([A-Za-z-]*)[ \t]*(?:\[([^\]\n]*)\])?(.*)", re.DOTALL).match
_UNTIL = re.compile(r"(?<!\S)until=(\S*)")
_ALMOST = re.compile(
    r"\b(?:until|exp|expires?|expiry)\b[ \t]*[:=]?[ \t]*([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE
).search
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


@record(frozen=True, slots=True)
class Said:
    """A comment's text, understood. `fault` says what is wrong with it; then it has no effect."""

    rules: tuple[str, ...] = ()
    reason: str = ""
    until: str | None = None
    fault: str = ""


@record(frozen=True, slots=True)
class Directive:
    """A comment and the block that it is about.

    `block` is the place of a resource's or module call's header, as `Resource.place` and `Resource.calls` have it;
    None where the comment stands at nothing that can have findings. `address` is the block's own, within its module.
    `tool` is whose comment it is; the ids in `said.rules` are those of our rules, whoever wrote it.
    """

    said: Said
    place: Place
    block: Place | None
    address: str
    tool: str = "imdsguard"


def parse(text: str) -> Said | None:
    """Understand `imdsguard: ignore[rule, rule] until=2027-01-31 reason`; None if the text is no such comment."""
    match = _VERB(text)
    if match is None:
        return None
    verb, names, rest = match[1], match[2], match[3]
    if verb != "ignore":
        return Said(fault=f'a comment can say "imdsguard: {FORM}" and nothing else')
    if names is None:
        return Said(fault=f"it must name the rules that it is about: {FORM}")
    rules = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    if not rules:
        return Said(fault=f"it names no rule: {FORM}")
    dates = _UNTIL.findall(rest)
    reason = " ".join(_UNTIL.sub(" ", rest).split()).lstrip(":-\u2013\u2014 ").rstrip(", ")
    if len(dates) > 1:
        return Said(rules, reason, fault="it has more than one until=")
    until = dates[0] if dates else None
    if until is not None and not is_date(until):
        return Said(rules, reason, fault=f'until= takes a day as YYYY-MM-DD, not "{until[:40]}"')
    almost = _ALMOST(reason) if until is None else None
    if almost is not None:  # it would count for ever, which nobody means who writes this
        return Said(rules, reason, fault=f"its last day must be written until={almost[1]}")
    if not re.search(r"\w", reason):
        return Said(rules, until=until, fault="it gives no reason: say behind the bracket why this is as it is")
    return Said(rules, reason, until)


def is_date(text: str) -> bool:
    """Whether the text is a day that there is, as YYYY-MM-DD."""
    if _DATE(text) is None:
        return False
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
