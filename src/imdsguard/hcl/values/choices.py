"""What an unknown value may turn out to be, where all of it is told: attributes of resources, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.values.value import Pending, Value, with_choices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.value import Reference

MOST = 64
"""So many choices are kept; of more, none are."""
_DEEPEST = 8


def choices_of(value: Value, depth: int = 0) -> tuple[Reference, ...] | None:
    """Give the attributes of which a value is one, or a list of some; None where it may be something else.

    Null and an empty text are none; numbers and bools choose and are not chosen.
    """
    raw = value.raw
    if isinstance(raw, Pending):
        return raw.references if raw.exact else raw.choices
    if isinstance(raw, str):
        return None if raw else ()
    if raw is None or not isinstance(raw, tuple):
        return () if raw is None or not list(value.elements()) else None
    return None if depth == _DEEPEST else _union(choices_of(each, depth + 1) for each in raw)


def chosen(made: Value, sources: Iterable[Value]) -> Value:
    """Give an unknown that is one of `sources`, or a part of one, with what all of them may be."""
    if not isinstance(made.raw, Pending) or made.raw.exact or made.raw.choices is not None:
        return made
    found = _union(map(choices_of, sources))
    return with_choices(made, found) if found else made


def _union(found: Iterable[tuple[Reference, ...] | None]) -> tuple[Reference, ...] | None:
    union: dict[Reference, None] = {}
    for each in found:
        if each is None or len(union) > MOST:
            return None
        union.update(dict.fromkeys(each))
    return tuple(union) if len(union) <= MOST else None
