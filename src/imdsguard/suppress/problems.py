"""Problems that were there before: they are told, and do not decide how a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

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


def gaps_of(problems: Iterable[Problem], file_of: Callable[[str], str], given: Collection[str] = ()) -> tuple[Gap, ...]:
    """Give the gaps in what was read, in order.

    `given` are the paths of the call: that one of them cannot be read at all is a fault of the call, and no gap.
    """
    found: dict[tuple[str, str], int] = {}
    for key in _keys(problems, file_of, given):
        if key is not None:
            found[key] = found.get(key, 0) + 1
    return tuple(Gap(*key, count) for key, count in sorted(found.items()))


def mark_known(
    problems: Iterable[Problem],
    gaps: Iterable[Gap],
    file_of: Callable[[str], str],
    why: str,
    given: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Mark the problems that were there before. Of more that are alike than before, all are new."""
    told, before = tuple(problems), {gap.key: gap.count for gap in gaps}
    today = {gap.key: gap.count for gap in gaps_of(told, file_of, given)}
    marked = []
    for each, key in zip(told, _keys(told, file_of, given), strict=True):
        known = key is not None and today[key] <= before.get(key, 0)
        marked.append(replace(each, known=why) if known and not each.known else each)
    return tuple(marked)


def _keys(
    problems: Iterable[Problem], file_of: Callable[[str], str], given: Collection[str]
) -> Iterator[tuple[str, str] | None]:
    """Give what each problem is known by, or nothing for what is none of the code."""
    called = {file_of(path) for path in given}
    for each in problems:
        file = file_of(each.place.file) if each.place is not None else None
        if file is None or (file in called and each.place is not None and not each.place.line):
            yield None
        else:
            yield (file, each.message)


def closed_gaps(gaps: Iterable[Gap], today: Iterable[Gap]) -> tuple[Gap, ...]:
    """Give what there is no more, with how many of each."""
    now = {gap.key: gap.count for gap in today}
    return tuple(replace(gap, count=less) for gap in gaps if (less := gap.count - now.get(gap.key, 0)) > 0)


def without(gaps: Iterable[Gap], closed: Iterable[Gap]) -> tuple[Gap, ...]:
    """Give what is left."""
    less = {gap.key: gap.count for gap in closed}
    return tuple(replace(gap, count=left) for gap in gaps if (left := gap.count - less.get(gap.key, 0)) > 0)
