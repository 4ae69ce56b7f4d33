"""How it went: the states of earlier documents of `inspect`, a point for each day.

All documents of a day are added up: a night's run over forty repositories is one point. Of one repository that was
looked at twice on a day the last document counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from imdsguard.migration.rows import TEMPLATES, WORST_FIRST, numbered
from imdsguard.model.launch import State
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imdsguard.migration.documents import InspectDocument

_TIME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T[\d:.]{2,20}(?:Z|[+-]\d\d:?\d\d)?)?")


@record(frozen=True, slots=True)
class Point:
    """A day, and the launches by state that the documents of that day have."""

    day: str
    states: Mapping[State, int]
    documents: int

    @property
    def launches(self) -> int:
        """How many there were."""
        return sum(self.states.values())


def day_of(generated: str | None) -> str | None:
    """Give the day of a document; None if it does not say when it was made, or not in ISO 8601."""
    found = _TIME.fullmatch(generated) if generated else None
    return found[1] if found is not None else None


def trend_of(documents: Iterable[tuple[str, InspectDocument]]) -> tuple[Point, ...]:
    """Give a point for each day, oldest first, of documents and the names of their repositories."""
    days: dict[str, dict[object, InspectDocument]] = defaultdict(dict)
    for source, document in sorted(documents, key=lambda each: each[1].generated or ""):
        day = day_of(document.generated)
        if day is not None:
            days[day][(source, frozenset(launch.root for launch in document.launches))] = document
    return tuple(Point(day, _states(those.values()), len(those)) for day, those in sorted(days.items()))


def _states(documents: Iterable[InspectDocument]) -> dict[State, int]:
    counts = dict.fromkeys(WORST_FIRST, 0)
    for document in documents:
        worst: dict[tuple[str, str, int], State] = {}
        for number, launch in numbered(each for each in document.launches if each.kind not in TEMPLATES):
            key, state = (launch.root, launch.address, number), State(launch.state)
            worst[key] = min(worst.get(key, state), state, key=WORST_FIRST.index)
        for state in worst.values():
            counts[state] += 1
    return counts
