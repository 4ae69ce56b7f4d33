"""Problems that were there before: they are told, and do not decide how a run ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.model.problem import Problem


@record(frozen=True, slots=True)
class Gap:
    """What could not be read before: known by its file and its message, never by a line. `count` of them are alike."""

    file: str
    message: str
    count: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return (self.file, self.message)

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


def gaps_of(problems: Iterable[Problem], file_of: Callable[[str], str]) -> tuple[Gap, ...]:
    """Give the gaps in source code, in order. A problem without a line is one of the call, or of a whole file."""
    found: dict[tuple[str, str], int] = {}
    for each in problems:
        if each.place is not None and each.place.line:
            key = (file_of(each.place.file), each.message)
            found[key] = found.get(key, 0) + 1
    return tuple(Gap(*key, count) for key, count in sorted(found.items()))


def mark_known(
    problems: Iterable[Problem], gaps: Iterable[Gap], file_of: Callable[[str], str], why: str
) -> tuple[Problem, ...]:
    """Mark the problems that were there before. Of more that are alike than before, all are new."""
    given, before = tuple(problems), {gap.key: gap.count for gap in gaps}
    today = {gap.key: gap.count for gap in gaps_of(given, file_of)}
    marked = []
    for each in given:
        key = (file_of(each.place.file), each.message) if each.place is not None and each.place.line else ("", "")
        known = 0 < today.get(key, 0) <= before.get(key, 0)
        marked.append(replace(each, known=why) if known and not each.known else each)
    return tuple(marked)


def closed_gaps(gaps: Iterable[Gap], today: Iterable[Gap]) -> tuple[Gap, ...]:
    """Give what there is no more, with how many of each."""
    now = {gap.key: gap.count for gap in today}
    return tuple(replace(gap, count=less) for gap in gaps if (less := gap.count - now.get(gap.key, 0)) > 0)


def without(gaps: Iterable[Gap], closed: Iterable[Gap]) -> tuple[Gap, ...]:
    """Give what is left."""
    less = {gap.key: gap.count for gap in closed}
    return tuple(replace(gap, count=left) for gap in gaps if (left := gap.count - less.get(gap.key, 0)) > 0)
