"""What is known of a value without knowing it: null or not, number range, prefix, length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.values.types import (
    DYNAMIC,
    NUMBER,
    Collection,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from imdsguard.hcl.values.typetools import conforms
from imdsguard.hcl.values.value import NO_REFINEMENT, Pending, Refinement, Value

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number

MAX_KNOWN_LENGTH = 10_000
"""Lists of unknown members are not made longer than this."""


def refinement_of(value: Value) -> Refinement:
    """What is known of an unknown value."""
    return value.raw.refinement if isinstance(value.raw, Pending) else NO_REFINEMENT


def definitely_not_null(value: Value) -> bool:
    """Whether the value is known not to be null."""
    if isinstance(value.raw, Pending):
        return value.raw.refinement.not_null
    return value.raw is not None


def number_bounds(value: Value) -> tuple[Number | None, bool, Number | None, bool]:
    """Lower bound, whether it is excluded, upper bound, whether it is excluded; of a number, known or not."""
    raw = value.raw
    if isinstance(raw, Pending):
        known = raw.refinement
        return known.low, known.low_open, known.high, known.high_open
    assert not isinstance(raw, str | tuple | Mapping)
    return raw, False, raw, False


def length_bounds(value: Value) -> tuple[int, int | None]:
    """The smallest and the largest possible number of elements of a collection."""
    raw = value.raw
    if isinstance(raw, Pending):
        if isinstance(value.type, TupleType):
            return len(value.type.elements), len(value.type.elements)
        return raw.refinement.min_length, raw.refinement.max_length
    if isinstance(raw, tuple | Mapping):
        if isinstance(value.type, SetType) and len(raw) > 1 and not value.wholly_known:
            return 1, len(raw)  # unknown members may turn out to be the same
        return len(raw), len(raw)
    return 0, None


def excludes(unknown: Value, known: Value) -> bool:
    """Whether an unknown value can never become this known one (which may be null)."""
    refinement = refinement_of(unknown)
    raw = known.raw
    if raw is None:
        return refinement.not_null
    if not _could_become(known, unknown.type):
        return True
    if unknown.type == DYNAMIC:
        return False
    if isinstance(raw, str):
        return not raw.startswith(refinement.prefix)
    if known.type == NUMBER and not isinstance(raw, tuple | Mapping | Pending):
        return _outside(raw, refinement)
    if isinstance(raw, tuple | Mapping) and not isinstance(known.type, TupleType | ObjectType):
        low, high = length_bounds(known)
        too_short = high is not None and high < refinement.min_length
        return too_short or (refinement.max_length is not None and low > refinement.max_length)
    return False


def _could_become(known: Value, wanted: Type) -> bool:
    return conforms(known.type, wanted)


def _outside(n: Number, refinement: Refinement) -> bool:
    low, high = refinement.low, refinement.high
    if low is not None and (n < low or (n == low and refinement.low_open)):
        return True
    return high is not None and (n > high or (n == high and refinement.high_open))


def collapse(value: Value) -> Value:
    """What is known so well that it is no longer unknown: a number with one possible value, a list of known length."""
    pending = value.raw
    if not isinstance(pending, Pending) or not pending.refinement.not_null:
        return value
    known = pending.refinement
    excluded = known.low_open or known.high_open
    if value.type == NUMBER and known.low is not None and known.low == known.high and not excluded:
        return Value(NUMBER, known.low, value.marks, value.origin)
    if known.max_length is not None and known.min_length == known.max_length and isinstance(value.type, Collection):
        if known.max_length == 0:
            return Value(value.type, {} if isinstance(value.type, MapType) else (), value.marks, value.origin)
        if isinstance(value.type, ListType) and known.max_length <= MAX_KNOWN_LENGTH:
            member = Value(value.type.element, Pending(pending.reason, pending.references, choices=pending.choices))
            return Value(value.type, (member,) * known.max_length, value.marks, value.origin)
    return value
