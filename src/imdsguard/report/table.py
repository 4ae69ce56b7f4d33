"""Tables for people: a line a row, or, on a terminal too narrow for that, entries that rich draws to fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.report.escape import disarm, escape, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.report.style import Style

_LONGEST = 100
_GAP = 2
_NARROWEST = 20
"""Columns below which nothing can be drawn that anybody could read."""
_NOTHING = "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int | None = None) -> str:
    """Draw a table of texts that are not escaped yet. `width` is that of the terminal, in columns; None: there is none.

    Without a terminal, and on one that is wide enough, each row is a line. Wide characters (CJK, emoji) count as the
    two columns that they take.
    """
    cells = [tuple(shorten(escape(cell), _LONGEST) for cell in row) for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(head, *cells, strict=True)]
    if width is not None and sum(widths) + _GAP * (len(widths) - 1) > width:
        return _entries(head, cells, style, max(width, _NARROWEST))
    lines = [style.strong(_row(head, widths))]
    for row in cells:
        padded = [_padded(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        lines.append("  ".join(style.state(cell.strip(), cell) for cell in padded).rstrip())
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


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(cell, columns) for cell, columns in zip(cells, widths, strict=True)).rstrip()


def _padded(cell: str, columns: int) -> str:
    return cell + " " * (columns - columns_of(cell))


def _entries(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, width: int) -> str:
    """Draw each row as its first cell, and the others below it behind their names."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(
        width=width,
        color_system="standard" if style.colour else None,
        force_terminal=style.colour,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    with console.capture() as drawn:
        console.print(Text(head[0], style="bold" if style.colour else ""))
        for first, *others in rows:
            console.print(Text(first, overflow="fold"))
            grid = Table.grid(padding=(0, _GAP, 0, 0))
            grid.add_column(no_wrap=True)
            grid.add_column(overflow="fold")
            for name, cell in zip(head[1:], others, strict=True):
                if cell != _NOTHING:
                    grid.add_row(name, Text(cell, style=_colour(cell, style)))
            console.print(Padding(grid, (0, 0, 0, _GAP)))
    return "\n".join([*(disarm(line.rstrip()) for line in drawn.get().split("\n")[:-1]), ""])


def _colour(cell: str, style: Style) -> Any:
    return style.name_of_state(cell) if style.colour else ""
