"""Which lines two texts do not have in common. What both begin and end with is passed over: files may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    _Line = TypeVar("_Line", str, bytes)

LONG = 2_000
"""Lines of which all are compared with all; of more, those that are everywhere (`}`) are not looked for."""


def differing(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the ranges that differ: first line and that behind the last, of the old and of the new text."""
    from difflib import SequenceMatcher

    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    one, other = old[start : len(old) - end], new[start : len(new) - end]
    matcher = SequenceMatcher(None, one, other, autojunk=len(one) > LONG)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            yield start + first, start + last, start + new_first, start + new_last
