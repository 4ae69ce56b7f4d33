"""A file's text: decoded once, with offsets that can be turned into places."""

from __future__ import annotations

import codecs
from bisect import bisect_right

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AS_UTF8 = "save the file as UTF-8"


MAX_ASKED = 200_000
"""Characters for a second reader, in one text or in many: it reads 75 to 150 KB a second, in places quadratically."""


class OpinionBudget:
    """What of the refused texts of one run may still be shown to a second reader: `left` characters.

    Whoever reads for one run makes one, and all its sources share it.
    """

    __slots__ = ("_refused", "left")

    def __init__(self, characters: int = MAX_ASKED) -> None:
        self.left = characters
        self._refused: str | None = None

    def take(self, text: str) -> bool:
        """Whether a text may be shown; it is counted."""
        if len(text) > self.left:
            self._refused = text
            return False
        self.left -= len(text)
        return True

    def refused(self, text: str) -> bool:
        """Whether a text was refused that would have been shown, had the others not been there."""
        return self._refused is text and len(text) <= MAX_ASKED


class SourceText:
    """A text and the label (a path) under which people know it.

    `text` is what was decoded, line ends as they are and without a byte order mark; all offsets in this package are
    offsets in it, in characters. Text that is no UTF-8 gives `problems`: bytes that cannot be decoded stand as U+FFFD
    in `text`, and a file in another encoding has none. What is refused of it is shown to a second reader as far as the
    run's `budget` goes, not at all without one, and `opinions` is how many broken expressions still may be.
    """

    __slots__ = ("_starts", "budget", "data", "label", "opinions", "problems", "text")

    def __init__(self, label: str, data: bytes, budget: OpinionBudget | None = None) -> None:
        self.label = label
        self.budget = budget
        self.data = data
        self.problems: tuple[Problem, ...] = ()
        self.opinions = 20
        self._starts: list[int] | None = None
        if data.startswith(codecs.BOM_UTF8):
            data = data[len(codecs.BOM_UTF8) :]
        self.text = self._decode(data)

    @classmethod
    def of_text(cls, label: str, text: str) -> SourceText:
        """Make a source of text that is already decoded."""
        return cls(label, text.encode("utf-8", "replace"))

    def _decode(self, data: bytes) -> str:
        if data.startswith(_UTF16):
            self.problems = (Problem("the file is encoded as UTF-16", Place(self.label, 1, 1), _SAVE_AS_UTF8),)
            return ""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            start = data.rfind(b"\n", 0, error.start) + 1
            column = len(data[start : error.start].decode("utf-8", "replace")) + 1
            message = f"the file is not UTF-8: byte 0x{data[error.start]:02x} cannot be decoded"
            self.problems = (Problem(message, Place(self.label, line, column, line, column + 1), _SAVE_AS_UTF8),)
            return data.decode("utf-8", "replace")

    @property
    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            find, at = self.text.find, -1
            while (at := find("\n", at + 1)) >= 0:
                starts.append(at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Give line and column of an offset, both from 1."""
        starts = self._line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def place(self, start: int, end: int | None = None) -> Place:
        """Give the place of a range; its end is exclusive."""
        starts = self._line_starts
        line = bisect_right(starts, start)
        base = starts[line - 1] - 1
        if end is None:
            end = start
        if line == len(starts) or end < starts[line]:
            return Place(self.label, line, start - base, line, end - base)
        last, column = self.position(end)
        return Place(self.label, line, start - base, last, column)

    def line(self, number: int) -> str:
        """Give one line, counted from 1, without its line end; "" where there is none."""
        starts = self._line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Give the lines from `first` to `last`, for excerpts."""
        return tuple(self.line(n) for n in range(max(first, 1), min(last, len(self._line_starts)) + 1))
