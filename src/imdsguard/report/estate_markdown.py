"""The estate as GitHub Flavored Markdown, for a job summary, a comment or a wiki."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape_markdown import code, prose
from imdsguard.report.estate import nothing_there
from imdsguard.report.estate_rows import has_several_roots, lines_of, not_made_lines, tables_of, totals_of
from imdsguard.report.markdown import LARGEST, Room, left_out, problem_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.problem import Problem
    from imdsguard.model.unseen import NoLaunch
    from imdsguard.report.estate_rows import EstateTable

_MARKS = {"required": "✅ required", "disabled": "✅ disabled", "optional": "❌ optional", "unknown": "❔ unknown"}


def estate_markdown(
    estate: Estate,
    problems: Sequence[Problem] = (),
    not_made: Sequence[NotMade] = (),
    no_launch: Sequence[NoLaunch] = (),
    whole: Estate | None = None,
) -> str:
    """Give totals, problems, tables and lines; of at most `LARGEST` bytes: what does not fit is counted.

    `whole` is the estate from which this one was chosen, None: this one is all there is.
    """
    room = Room(LARGEST - 2000)
    whole = whole or estate
    several = has_several_roots(whole, not_made)
    tables = tables_of(estate, several=several)
    totals = totals_of(estate, whole) if tables else [nothing_there(whole, no_launch)]
    parts = ["## imdsguard inspect", "\n".join(f"- {prose(line)}" for line in totals)]
    if problems:
        parts += ["### Could not be read", *_items(map(problem_item, problems), room, "problems")]
    for each in tables:
        parts += _table(each, room)
    for title, lines in (
        ("Notes", lines_of(estate, several=several)),
        ("Not made", not_made_lines(not_made, several=several)),
    ):
        if lines:
            written = [prose(f"{line} (in {', '.join(names)})" if names else line) for line, names in lines]
            parts += [f"### {title}", *_items(written, room, "lines")]
    return "\n\n".join(parts) + "\n"


def _table(table: EstateTable, room: Room) -> list[str]:
    head = f"| {' | '.join(word.capitalize() for word in table.head)} |\n|{'---|' * len(table.head)}"
    drawn = [f"| {' | '.join(_cells(table, row))} |" for row in table.rows]
    taken = room.take(drawn, LARGEST // 2)
    return ["\n".join([head, *taken]), *left_out(len(drawn) - len(taken), "rows")]


def _cells(table: EstateTable, row: Sequence[str]) -> list[str]:
    """Write the cells; only that of a state is no code."""
    named = zip(table.head, row, strict=True)
    return [_MARKS[cell] if word == "STATE" else cell if cell in ("-", "?") else code(cell) for word, cell in named]


def _items(items: Sequence[str] | map[str], room: Room, what: str) -> list[str]:
    every = [f"- {item}" for item in items]
    taken = room.take(every, LARGEST // 5)
    return ["\n".join(taken), *left_out(len(every) - len(taken), what)]
