"""Where each line of a text is written, for texts made of several pieces of source."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence


@record(frozen=True, slots=True)
class Anchor:
    """From this line of a text on, it comes from `place`: line by line if `running`, else all of it."""

    line: int
    place: Place
    running: bool


@record(frozen=True, slots=True)
class SourceMap:
    """A text and where its lines are written; anchors are in the order of their lines.

    `exact`: columns are those of the source, too. A reader that got its text by another way must compare it with `text`
    first: functions may have changed the lines that the anchors are about.
    """

    text: str
    anchors: tuple[Anchor, ...]
    exact: bool = False

    def place_of(self, line: int, column: int = 0) -> Place | None:
        """Give the place of a line (from 1); `column` is used where columns are known to be the source's."""
        at = bisect_right(self.anchors, line, key=lambda anchor: anchor.line) - 1
        if at < 0:
            return None
        anchor = self.anchors[at]
        place = anchor.place
        if not anchor.running:
            return place
        return Place(place.file, place.line + line - anchor.line, column if self.exact else 0)


MOST_ANCHORS = 1_000


def joined(text: str, pieces: Sequence[tuple[str, Place, SourceMap | None]]) -> SourceMap:
    """Say where the lines of `text` are written, made of these pieces: each with its source, and its own lines."""
    anchors: list[Anchor] = []
    line, inside = 1, False
    for piece, place, own in pieces:
        if not piece:
            continue
        ends = piece.count("\n")
        if own is not None and own.text == piece:
            found = [Anchor(line + a.line - 1, a.place, a.running) for a in own.anchors]
        else:
            found = [Anchor(line, place, running=ends > 0 and place.end_line - place.line == ends)]
        # What starts within a line says nothing about that line, which another piece has begun.
        anchors += [_from_next_line(a) if inside and a.line == line else a for a in found if ends or not inside]
        line, inside = line + ends, not piece.endswith("\n")
        if len(anchors) > MOST_ANCHORS:
            break
    return SourceMap(text, tuple(anchors))


def literal_text(text: str, place: Place) -> SourceMap | None:
    """Say where the lines of a constant are written: a here-document's begin on the line after its marker."""
    below = place.end_line - place.line - text.count("\n")
    if below not in (0, 1):
        return None
    start = Place(place.file, place.line + below, 0, place.end_line, place.end_column)
    return SourceMap(text, (Anchor(1, start, running=True),))


def file_text(text: str, file: str) -> SourceMap:
    """Say where the lines of a file's text are written."""
    return SourceMap(text, (Anchor(1, Place(file, 1, 1), running=True),), exact=True)


def _from_next_line(anchor: Anchor) -> Anchor:
    place = anchor.place
    below = Place(place.file, place.line + 1, 0, place.end_line, place.end_column) if anchor.running else place
    return Anchor(anchor.line + 1, below, anchor.running)
