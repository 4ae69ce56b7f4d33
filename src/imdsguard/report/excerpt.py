"""A line of source with its number, and a mark under what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.report.style import Style

_WIDEST = 160
_TAB = "    "


def excerpt(place: Place, source: str, style: Style, severity: str) -> list[str]:
    """Give the line on which a place starts, framed. Of a place that goes on below, what is on this line is marked."""
    start, end = _columns(place, source)
    low = max(0, min(start - _WIDEST // 3, len(source) - _WIDEST))
    high = low + _WIDEST
    shown = _shown(source[low:high])
    gap = _width(_shown(source[low:start]))
    marks = max(1, _width(_shown(source[start : min(end, high)])))
    if low:
        shown, gap = f"...{shown}", gap + 3
    if high < len(source):
        shown += "..."
    number = str(place.line)
    empty = " " * len(number)
    bar = style.faint("|")
    return [
        f" {empty} {bar}",
        f" {style.faint(number)} {bar} {shown}".rstrip(),
        f" {empty} {bar} {' ' * gap}{style.severity(severity, '^' * marks)}",
    ]


def _columns(place: Place, source: str) -> tuple[int, int]:
    """Give where the mark starts and ends, counted from 0; without a column it is under all that is written."""
    start = place.column - 1 if place.column else len(source) - len(source.lstrip())
    start = min(max(start, 0), len(source))
    ends_here = place.end_line in (0, place.line) and place.end_column > place.column > 0
    end = place.end_column - 1 if ends_here else len(source.rstrip())
    return start, max(start + 1, min(end, len(source)))


def _shown(text: str) -> str:
    return escape(text.replace("\t", _TAB))


def _width(text: str) -> int:
    """How many cells of a terminal text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
