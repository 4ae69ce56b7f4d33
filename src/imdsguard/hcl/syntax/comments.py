"""The comments of a file: what the scanner steps over, for those who want to read it."""

from __future__ import annotations

from contextlib import suppress

from imdsguard.hcl.syntax.extent import Broken, Walk


def comments(text: str) -> list[tuple[int, int]]:
    """Give the ranges of all comments in native syntax, in order, their marks included.

    What looks like one in a string or a heredoc is text. Where the file is broken the search ends: reading it reports
    that.
    """
    walk = _Comments(text)
    with suppress(Broken):  # so also at the end of the file, where what was never opened is not closed
        walk.run()
    return walk.found


class _Comments(Walk):
    """A walk over a whole file: it stands in a bracket that nothing closes, so that a line's end ends nothing."""

    __slots__ = ("found",)

    def __init__(self, text: str) -> None:
        super().__init__(text, 0, one_line=False)
        self.stack.append("\0")
        self.opened.append(0)
        self.found: list[tuple[int, int]] = []

    def _comment(self, at: int) -> None:
        super()._comment(at)
        self.found.append((at, self.at))
