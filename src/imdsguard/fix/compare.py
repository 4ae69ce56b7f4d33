"""In what two readings of one resource differ: by value, wherever those values are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

Path: TypeAlias = tuple[str, ...]


META = ("for_each", "count", "depends_on", "provider")


def differences(before: Resource, after: Resource) -> Iterator[Path]:
    """Yield the arguments and blocks whose values differ, each by the names that lead to it."""
    if not same(before.region, after.region):
        yield ("region",)
    if (before.instances is None) is not (after.instances is None):
        yield ("count",)
    if before.ignored != after.ignored:
        yield ("lifecycle", "ignore_changes")
    yield from _bodies(before.body, after.body, ())


def _bodies(before: Body, after: Body, path: Path) -> Iterator[Path]:
    if not isinstance(before, SourceBody) or not isinstance(after, SourceBody):
        return
    types = dict.fromkeys((*before.merged.types(), *after.merged.types()))
    names = dict.fromkeys((*before.merged.names(), *after.merged.names()))
    for name in names:
        # What these make is compared as such: which instances there are, and what each of them is.
        if name not in META and not same(before.attribute(name), after.attribute(name)):
            yield (*path, name)
    for name in types:
        if name in names or name in ("lifecycle", "provisioner", "connection"):
            continue
        old, new = before.blocks(name), after.blocks(name)
        if len(old.items) != len(new.items) or not _same_doubt(old.unknown, new.unknown):
            yield (*path, name)
            continue
        for one, other in zip(old.items, new.items, strict=True):
            yield from _bodies(one, other, (*path, name))


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal; of unknown ones, whether they stand for the same."""
    if isinstance(one, Known) and isinstance(other, Known):
        return _same_plain(one.value, other.value)
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return (_bare(one.reason), one.references, one.exact, one.sketch, one.holes) == (
            _bare(other.reason),
            other.references,
            other.exact,
            other.sketch,
            other.holes,
        )
    return isinstance(one, Absent) and isinstance(other, Absent)


def _same_plain(one: object, other: object) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and one == other


def _same_doubt(one: Unknown | None, other: Unknown | None) -> bool:
    return one is other if one is None or other is None else same(one, other)


def _bare(reason: Reason) -> Reason:
    """The reason without places: these move with the lines."""
    return replace(reason, place=None, cause=_bare(reason.cause) if reason.cause is not None else None)
