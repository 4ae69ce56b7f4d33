"""Functions on marks: sensitive and ephemeral."""

from __future__ import annotations

from collections.abc import Mapping

from imdsguard.hcl.functions.function import FunctionCall, Parameter, function
from imdsguard.hcl.values.types import BOOL, Type
from imdsguard.hcl.values.value import EPHEMERAL, FALSE, SENSITIVE, TRUE, OpenObject, Value, null

ANYTHING = Parameter("value", null=True, unknown=True, dynamic=True, marked=True)
ONLY_SENSITIVE = frozenset((SENSITIVE,))


def _same_type(value: Value) -> Type:
    return value.type


@function("sensitive", _same_type, ANYTHING, not_null=False, picks=0)
def sensitive(_: FunctionCall, value: Value) -> Value:
    """Mark a value as sensitive."""
    return value.with_marks(ONLY_SENSITIVE)


@function("nonsensitive", _same_type, ANYTHING, not_null=False, picks=0)
def nonsensitive(_: FunctionCall, value: Value) -> Value:
    """Take the mark off the value itself; what is in it keeps its own."""
    return _marked(value, value.marks - ONLY_SENSITIVE)


@function("issensitive", BOOL, ANYTHING)
def issensitive(call: FunctionCall, value: Value) -> Value:
    """Whether the value itself is marked."""
    if SENSITIVE in value.marks:
        return TRUE
    return FALSE if value.is_known else call.unknown()


@function("ephemeralasnull", _same_type, ANYTHING, not_null=False)
def ephemeralasnull(_: FunctionCall, value: Value) -> Value:
    """Put null for everything ephemeral."""
    return _without_ephemeral(value)


def _without_ephemeral(value: Value) -> Value:
    if EPHEMERAL in value.marks:
        marks = value.marks - {EPHEMERAL}
        return null(value.type).with_marks(marks) if value.is_known else _marked(value, marks)
    if isinstance(value.raw, tuple):
        return Value(value.type, tuple(_without_ephemeral(v) for v in value.raw), value.marks, value.origin)
    if isinstance(value.raw, Mapping):
        members = {k: _without_ephemeral(v) for k, v in value.raw.items()}
        return Value(value.type, members, value.marks, value.origin)
    return value


def _marked(value: Value, marks: frozenset[str]) -> Value:
    """The value with exactly these marks (but an open object, whose members are computed when asked for, as it is)."""
    if value.marks == marks or isinstance(value, OpenObject):
        return value
    return Value(value.type, value.raw, marks, value.origin)
