"""Records against frozen dataclasses and tuples with names: defined, made, compared, hashed, read."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, best
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = ("file", "line", "column", "end_line", "end_column")
MANY = 100_000
CLASSES = 50


def figures() -> Iterator[Figure]:
    """All of five fields, two of them with a default, as `Place` is."""
    kinds: dict[str, Callable[[], Any]] = {
        "record": lambda: record(frozen=True, slots=True)(bare()),
        "frozen dataclass": lambda: dataclass(frozen=True, slots=True)(bare()),
        "namedtuple": lambda: namedtuple("Bare", NAMES, defaults=(None, None)),
    }
    defining = {name: best(partial(defined, define)) for name, define in kinds.items()}
    yield from against(f"define {CLASSES} classes", defining)
    classes = {name: define() for name, define in kinds.items()}
    yield from against(f"make {MANY} objects", {name: best(partial(made, kind)) for name, kind in classes.items()})
    ones = {name: (kind("main.tf", 1, 2), kind("main.tf", 1, 2)) for name, kind in classes.items()}
    for what, work in (("compare", compared), ("hash", hashed), ("read a field of", read)):
        times = {name: best(partial(work, *pair)) for name, pair in ones.items()}
        yield from against(f"{what} {MANY} objects", times)


def defined(define: Callable[[], Any]) -> list[Any]:
    """As many classes of a kind as a program has."""
    return [define() for _ in range(CLASSES)]


def bare() -> type:
    """A class with annotations only, as a decorator gets it."""
    types = dict.fromkeys(NAMES, "object")
    return type("Bare", (), {"__annotations__": types, "__module__": __name__, "end_line": None, "end_column": None})


def against(what: str, times: dict[str, float]) -> Iterator[Figure]:
    """The record's time, against each of the others."""
    ours = times.pop("record")
    for number, (name, theirs) in enumerate(times.items()):
        yield Figure("" if number else what, ours, name, theirs)


def made(kind: Callable[..., object]) -> None:
    """Make objects of a class."""
    for number in range(MANY):
        kind("main.tf", number, 2)


def compared(one: object, other: object) -> None:
    """Compare two that are equal."""
    for _ in range(MANY):
        assert one == other


def hashed(one: object, _: object) -> None:
    """Hash one."""
    for _each in range(MANY):
        hash(one)


def read(one: Any, _: object) -> None:
    """Read a field."""
    for _each in range(MANY):
        one.column  # noqa: B018
