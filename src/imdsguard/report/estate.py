"""The estate for people: every launch with what its instances will get, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape import escape, shorten
from imdsguard.report.estate_rows import has_several_roots, lines_of, not_made_lines, tables_of, totals_of
from imdsguard.report.style import Style
from imdsguard.report.table import paragraph, table
from imdsguard.report.why_none import why_none
from imdsguard.report.words import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.unseen import NoLaunch

MOST_NOT_MADE = 20
"""So many blocks that make nothing are listed for people; JSON and CSV have all."""


def estate_text(
    estate: Estate,
    style: Style | None = None,
    width: int | None = None,
    not_made: Sequence[NotMade] = (),
    no_launch: Sequence[NoLaunch] = (),
    whole: Estate | None = None,
) -> str:
    """Give tables of launches, Region defaults and alarms, under the first the reasons for what is unknown, and totals.

    `width` is that of the terminal, in columns, which all of it then fits; None: there is none. Before the totals stand
    the blocks of launches that are `not_made`; `no_launch` says why there is no launch. `whole` is the estate from
    which this one was chosen, None: this one is all there is.
    """
    style, whole = style or Style(), whole or estate
    several = has_several_roots(whole)
    named = several or has_several_roots(whole, not_made)
    unmade = _paragraphs(_most(not_made_lines(not_made, several=named)), width)
    drawn = tables_of(estate, several=several)
    if not drawn:
        return paragraph(escape(nothing_there(whole, no_launch)), width) + unmade
    parts = [table(each.head, each.rows, style, width) for each in drawn]
    said = _paragraphs(lines_of(estate, several=several), width)
    if said:
        parts.insert(1, said)
    if unmade:
        parts.append(unmade)
    parts.append("".join(paragraph(line, width) for line in totals_of(estate, whole)))
    return "\n".join(parts)


def nothing_there(whole: Estate, no_launch: Sequence[NoLaunch]) -> str:
    """Say why there is nothing to show: there is nothing, or nothing that was chosen."""
    totals = totals_of(whole, whole)
    if totals:
        return f"Nothing matches the filter; there is: {'; '.join(totals)}."
    why = why_none(no_launch)
    return f"Nothing here launches EC2 instances{f': {why}' if why else ''}."


def _most(lines: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    left = len(lines) - MOST_NOT_MADE
    more = [(f"{left} more blocks that would launch instances are not made", list[str]())] if left > 0 else []
    return lines[:MOST_NOT_MADE] + more


def _paragraphs(lines: Iterable[tuple[str, list[str]]], width: int | None) -> str:
    return "".join(paragraph(f"{shorten(escape(line), 500)}{within(names)}", width) for line, names in lines)
