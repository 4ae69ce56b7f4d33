"""Tables for people: a line a row; on a narrower terminal long cells go on below, or rows become entries."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from imdsguard.report.escape import disarm, escape, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.report.style import Style

_LONGEST = 100
_GAP = 2
_NARROWEST = 20
"""Columns below which nothing can be drawn that anybody could read."""
_FOLDED = 24
"""Columns that a cell which goes on in the next line keeps at least: a narrower one no eye puts together again."""
_NOTHING = "-"
_ENDS = re.compile(r"[ /.,\]]|:(?!\d)")
"""After these a text may go on in the next line."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int | None = None) -> str:
    """Draw a table of texts that are not escaped yet. `width` is that of the terminal, in columns; None: there is none.

    Without a terminal, and on one that is wide enough, each row is a line. Wide characters (CJK, emoji) count as the
    two columns that they take.
    """
    cells = [tuple(shorten(escape(cell), _LONGEST) for cell in row) for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(head, *cells, strict=True)]
    if width is not None and _total(widths) > width:
        narrower = _narrowed(widths, width)
        if narrower is None:
            return _entries(head, cells, style, max(width, _NARROWEST))
        widths = narrower
    lines = [style.strong(_row(head, widths))]
    for row in cells:
        lines += _lines(row, widths, style)
    return "\n".join([*lines, ""])


def columns_of(text: str) -> int:
    """Give how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fitting(text: str, columns: int) -> str:
    """Cut a line of escaped text to a number of columns, and show that it was cut."""
    if columns_of(text) <= columns:
        return text
    if text.isascii():
        return shorten(text, columns)
    from rich.cells import set_cell_size

    return set_cell_size(text, columns - 3).rstrip() + "..."


def folded(text: str, columns: int, further: int = 0) -> list[str]:
    """Give escaped text as lines of so many columns; those after the first are `further` columns narrower.

    A line ends after a space, else after what parts an address or a path, else where it must.
    """
    lines: list[str] = []
    while columns_of(text) > columns:
        first = _chopped(text, columns)
        ends = [found.end() for found in _ENDS.finditer(first) if found.end() * 3 >= len(first)]
        at = next((end for end in reversed(ends) if first[end - 1] == " "), ends[-1] if ends else len(first))
        lines.append(first[:at].rstrip())
        text = text[at:].lstrip()
        columns -= further if len(lines) == 1 else 0
    return [disarm(line) for line in [*lines, text]]


def paragraph(text: str, width: int | None, indent: str = "  ") -> str:
    """Give escaped text as lines of a terminal, indented from the second on; one line if there is no terminal."""
    if width is None:
        return f"{text}\n"
    first, *others = folded(text, max(width, _NARROWEST), len(indent))
    return "".join(f"{line}\n" for line in [first, *(indent + other for other in others)])


def _chopped(text: str, columns: int) -> str:
    if text.isascii():
        return text[:columns]
    from rich.cells import chop_cells

    return chop_cells(text, columns)[0] or text[0]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _narrowed(widths: Sequence[int], width: int) -> list[int] | None:
    """Make the widest columns narrower until a table fits; None if some would be too narrow to read."""
    for most in range(max(widths), _FOLDED - 1, -1):
        narrower = [min(each, most) for each in widths]
        if _total(narrower) <= width:
            return narrower
    return None


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(cell, columns) for cell, columns in zip(cells, widths, strict=True)).rstrip()


def _lines(row: Sequence[str], widths: Sequence[int], style: Style) -> list[str]:
    """Draw one row, in as many lines as its longest cell takes."""
    columns = [folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    drawn = []
    for pieces in zip_longest(*columns, fillvalue=""):
        padded = [_padded(piece, width) for piece, width in zip(pieces, widths, strict=True)]
        drawn.append(disarm("  ".join(style.state(cell.strip(), cell) for cell in padded).rstrip()))
    return drawn


def _padded(cell: str, columns: int) -> str:
    return cell + " " * (columns - columns_of(cell))


def _entries(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int) -> str:
    """Draw each row as its first cell, and below it the others behind their names, as many in a line as it takes."""
    lines = [style.strong(head[0])]
    for first, *others in rows:
        lines += folded(first, width)
        room, line = 0, ""
        for name, cell in zip(head[1:], others, strict=True):
            if cell == _NOTHING:
                continue
            needed = len(name) + 1 + columns_of(cell)
            if line and needed + _GAP <= room:
                line += f"{' ' * _GAP}{name} {style.state(cell, cell)}"
                room -= needed + _GAP
                continue
            lines += [line] if line else []
            if needed <= width - _GAP:
                line, room = f"{' ' * _GAP}{name} {style.state(cell, cell)}", width - _GAP - needed
                continue
            indent = " " * (_GAP + len(name) + 1)
            pieces = folded(cell, width - len(indent))
            lines += [f"{' ' * _GAP}{name} {pieces[0]}", *(indent + piece for piece in pieces[1:-1])]
            line, room = indent + pieces[-1], width - len(indent) - columns_of(pieces[-1])
        lines += [line] if line else []
    return "\n".join([*(disarm(line) for line in lines), ""])
