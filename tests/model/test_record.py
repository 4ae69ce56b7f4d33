"""Records behave as frozen dataclasses do; those that rules are given refuse assignment at run time, too."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, field, replace

import pytest

from imdsguard.model.place import Place
from imdsguard.model.record import record, sealed


@record(frozen=True, slots=True)
class Point:
    """A record of three fields, one of which does not count."""

    x: int
    y: int = 0
    note: str = field(default="", compare=False)


@record(frozen=True, slots=True)
class Other:
    """The same fields as `Point`."""

    x: int
    y: int = 0


@sealed(frozen=True, slots=True)
class Sealed:
    """A record for rules."""

    x: int
    y: tuple[int, ...] = field(default_factory=tuple)


def test_records_are_equal_by_what_counts() -> None:
    assert Point(1) == Point(1, 0, "another note")
    assert Point(1) != Point(2)
    other: object = Other(1)
    assert Point(1) != other
    assert len({Point(1), Point(1, note="b"), Point(2)}) == 2


def test_a_record_says_what_it_is() -> None:
    assert repr(Point(1, note="n")) == "Point(x=1, y=0, note='n')"
    assert replace(Point(1), y=5) == Point(1, 5)


def test_places_are_sorted_by_file_line_and_column() -> None:
    places = [Place("b.tf", 1, 1), Place("a.tf", 2, 1), Place("a.tf", 1, 9)]
    assert [str(place) for place in sorted(places)] == ["a.tf:1:9", "a.tf:2:1", "b.tf:1:1"]


def test_what_rules_are_given_cannot_be_changed() -> None:
    given = Sealed(1)
    with pytest.raises(FrozenInstanceError):
        given.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del given.x
    with pytest.raises(FrozenInstanceError):
        given.z = 2  # type: ignore[attr-defined]
    assert given == Sealed(1)
