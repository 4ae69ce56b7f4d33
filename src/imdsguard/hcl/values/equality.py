"""The `==` of the language: it never converts, and an unknown is compared by what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.values.identity import identity_key
from imdsguard.hcl.values.marks import unmark_deep
from imdsguard.hcl.values.ranges import definitely_not_null, excludes
from imdsguard.hcl.values.symbol import same_symbol
from imdsguard.hcl.values.types import BOOL, Primitive, SetType
from imdsguard.hcl.values.typetools import conforms, has_dynamic
from imdsguard.hcl.values.value import NOT_NULL, Pending, Value, boolean, derived

if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type


def equal(a: Value, b: Value) -> Value:
    """Compare. The result is a bool, unknown if it cannot be told; the marks of both, deep ones too, are on it."""
    if a.type is b.type and isinstance(a.type, Primitive) and not a.marks and not b.marks:
        if a.raw is None or b.raw is None or isinstance(a.raw, Pending) or isinstance(b.raw, Pending):
            return _answer(a, b)
        return boolean(a.raw == b.raw)
    a, marks = unmark_deep(a)
    b, more = unmark_deep(b)
    return _answer(a, b).with_marks(marks | more)


def _answer(a: Value, b: Value) -> Value:
    decided = _decide(a, b)
    return derived(BOOL, a, b, refinement=NOT_NULL) if decided is None else boolean(decided)


def equal_known(a: Value, b: Value) -> bool | None:
    """As `equal`, for values without marks: None where it cannot be told."""
    return _decide(a, b)


def _decide(a: Value, b: Value) -> bool | None:
    if (a.raw is None and definitely_not_null(b)) or (b.raw is None and definitely_not_null(a)):
        return False
    if isinstance(a.raw, Pending) or isinstance(b.raw, Pending):
        return _with_unknown(a, b)
    if a.raw is None and b.raw is None:
        return True  # nulls are equal whatever their types
    if not (_type_is_known(a) and _type_is_known(b)):
        return None if conforms(a.type, b.type) or conforms(b.type, a.type) else False
    if a.type != b.type:
        return False
    if isinstance(a.raw, tuple) and isinstance(b.raw, tuple):
        if isinstance(a.type, SetType):
            return _sets(a, b)
        return False if len(a.raw) != len(b.raw) else _all(zip(a.raw, b.raw, strict=True))
    if isinstance(a.raw, Mapping) and isinstance(b.raw, Mapping):
        if a.raw.keys() != b.raw.keys():
            return False
        return _all((v, b.raw[k]) for k, v in a.raw.items())
    return bool(a.raw == b.raw)


def _with_unknown(a: Value, b: Value) -> bool | None:
    if isinstance(a.raw, Pending) and isinstance(b.raw, Pending):
        if same_symbol(a, b):
            return True
        return None if _may_agree(a.type, b.type) else False
    pending, known = (a, b) if isinstance(a.raw, Pending) else (b, a)
    return False if excludes(pending, known) else None


def _may_agree(a: Type, b: Type) -> bool:
    return True if a == b else conforms(a, b) or conforms(b, a)


def _all(pairs: Iterable[tuple[Value, Value]]) -> bool | None:
    """The first pair that is different or cannot be told decides."""
    for x, y in pairs:
        decided = _decide(x, y)
        if decided is not True:
            return decided
    return True


def _sets(a: Value, b: Value) -> bool | None:
    if not (a.wholly_known and b.wholly_known):
        return None
    return {identity_key(v) for v in a.elements()} == {identity_key(v) for v in b.elements()}


def _type_is_known(value: Value) -> bool:
    if value.raw is None or isinstance(value.type, Primitive):
        return True
    if isinstance(value.raw, Pending):
        return not has_dynamic(value.type)
    if not has_dynamic(value.type):
        return True
    return all(_type_is_known(v) for v in value.elements())
