"""Records behave as frozen dataclasses do; those that rules are given refuse assignment at run time, too."""

from __future__ import annotations

from copy import copy
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


@record(frozen=False, slots=True)
class Count:
    """A record that changes."""

    number: int = 0
    of: list[str] = field(default_factory=list)


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


def test_a_sealed_record_can_be_copied_and_changed_in_a_copy() -> None:
    assert copy(Sealed(1, (2,))) == Sealed(1, (2,))
    assert replace(Sealed(1), x=2) == Sealed(2)
    assert Sealed(1).y == ()


def test_a_record_that_is_not_frozen_is_compared_and_has_no_hash() -> None:
    count = Count(of=["a"])
    count.number += 1
    assert count == Count(1, ["a"])
    assert Count().of is not Count().of
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)


@pytest.mark.parametrize("already", [0, 100])
def test_a_record_is_made_alike_the_first_time_and_later(already: int) -> None:
    @sealed(frozen=True, slots=True)
    class Made:
        """All kinds of fields."""

        x: int
        y: int = 1
        z: list[int] = field(default_factory=list)
        seen: dict[str, int] = field(default_factory=dict, init=False, compare=False)

    for _ in range(already):
        Made(0)
    assert repr(Made(5, z=[2])) == f"{Made.__qualname__}(x=5, y=1, z=[2], seen={{}})"
    assert Made(5).z is not Made(5).z
    for arguments, named in (((), {}), ((1, 2, [], {}), {}), ((1,), {"x": 1}), ((1,), {"seen": {}}), ((1,), {"a": 1})):
        with pytest.raises(TypeError, match=r"Made\.__init__\(\)"):
            Made(*arguments, **named)  # type: ignore[arg-type]


def test_a_wrong_call_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\).*unexpected keyword argument 'z'"):
        Point(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"Sealed\.__init__\(\) missing 1 required positional argument: 'x'"):
        Sealed()  # type: ignore[call-arg]
