"""Records behave as frozen dataclasses do, and what is called frozen refuses assignment at run time."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from copy import copy
from dataclasses import asdict, field, is_dataclass, replace
from functools import cached_property
from typing import Any

import pytest

import imdsguard
from imdsguard.model.place import Place
from imdsguard.model.record import record


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


@record(frozen=True, slots=True)
class Route:
    """A record with a factory."""

    x: int
    y: tuple[int, ...] = field(default_factory=tuple)


@record(frozen=True)
class Shape:
    """A record that remembers what it has computed."""

    sides: int

    @cached_property
    def asked(self) -> list[str]:
        """Made once."""
        return []


@record(frozen=True)
class Square(Shape):
    """A record below another."""

    colour: str = "red"


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


def test_what_does_not_count_is_not_shown_where_it_says_so() -> None:
    @record(frozen=True, slots=True)
    class Quiet:
        """One field is said, the other is not."""

        x: int
        y: list[int] = field(default_factory=list, compare=False, repr=False)

    assert repr(Quiet(1)) == "Quiet(x=1)"
    assert Quiet(1, [2]) == Quiet(1)
    assert Quiet(1).y is not Quiet(1).y


def test_a_frozen_record_cannot_be_changed() -> None:
    given = Route(1)
    with pytest.raises(AttributeError):
        given.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del given.x
    with pytest.raises(AttributeError):
        given.z = 2  # type: ignore[attr-defined]
    assert given == Route(1)


def test_a_record_can_be_copied_and_changed_in_a_copy() -> None:
    assert copy(Route(1, (2,))) == Route(1, (2,))
    assert pickle.loads(pickle.dumps(Point(1, note="n"))).note == "n"
    assert replace(Route(1), x=2) == Route(2)
    assert replace(Point(1, note="n"), y=2).note == "n"
    assert is_dataclass(Point(1))
    assert asdict(Point(1)) == {"x": 1, "y": 0, "note": ""}
    assert Route(1).y == ()


def test_a_record_below_another_is_frozen_and_remembers() -> None:
    square = Square(4, colour="blue")
    assert square != Square(4)
    assert square != Shape(4)
    assert replace(square, sides=5) == Square(5, "blue")
    square.asked.append("once")
    assert square.asked == ["once"]
    with pytest.raises(AttributeError):
        square.colour = "green"  # type: ignore[misc]


def test_a_record_below_another_does_not_lose_what_its_fields_declare() -> None:
    with pytest.raises(AssertionError, match="plain defaults"):

        @record(frozen=True)
        class Circle(Shape):
            """The factory would be the value."""

            parts: list[str] = field(default_factory=list)


def test_a_record_that_is_not_frozen_is_compared_and_has_no_hash() -> None:
    count = Count(of=["a"])
    count.number += 1
    assert count == Count(1, ["a"])
    assert Count().of is not Count().of
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)


def test_a_wrong_call_is_refused() -> None:
    for arguments, named in (((), {}), ((1, 2, "", 3), {}), ((1,), {"x": 1}), ((1,), {"z": 2})):
        with pytest.raises(TypeError):
            Point(*arguments, **named)  # type: ignore[arg-type]


def classes_of(module: object) -> list[type]:
    return [each for each in vars(module).values() if isinstance(each, type)]


MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(imdsguard.__path__, "imdsguard.")
           if not found.name.endswith("__main__")]  # fmt: skip
VALUES: dict[str, Any] = {
    f"{each.__module__}.{each.__qualname__}": each
    for module in MODULES
    for each in classes_of(module)
    if hasattr(each, "__struct_fields__") and is_dataclass(each) and each.__name__ != "_Record"
}
CHANGING = {
    "imdsguard.hcl.bounds.Meter",
    "imdsguard.hcl.syntax.template_parts.Part",
    "imdsguard.hcl.syntax.template_tree._Open",
    "imdsguard.terraform.overlay.Kept",
    "imdsguard.terraform.source.configuration.Module",
    "imdsguard.terraform.source.evaluation.Evaluation",
}
"""Records that say of themselves that they change."""


@pytest.mark.parametrize("name", sorted(VALUES))
def test_what_is_called_frozen_is_frozen(name: str) -> None:
    kind = VALUES[name]
    one = kind(*[None for _ in kind.__struct_fields__])
    for each in (*kind.__dataclass_fields__, "something_else"):
        if name in CHANGING and each != "something_else":
            setattr(one, each, 1)
        else:
            with pytest.raises(AttributeError):
                setattr(one, each, 1)
    if name in CHANGING:
        with pytest.raises(TypeError, match="unhashable"):
            hash(one)


def test_every_record_was_looked_at() -> None:
    assert {"imdsguard.model.place.Place", "imdsguard.hcl.values.types.ListType", *CHANGING} <= VALUES.keys()
