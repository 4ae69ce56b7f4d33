"""Sensitive and ephemeral marks: which there are in a value, and the value without them."""

from __future__ import annotations

from collections.abc import Mapping

from imdsguard.hcl.values.value import NO_MARKS, Raw, Value


def deep_marks(value: Value) -> frozenset[str]:
    """The marks of the value and of everything in it."""
    raw = value.raw
    marks = value.marks
    if isinstance(raw, tuple | dict):
        for member in value.elements():
            inner = member.marks if isinstance(member.raw, str) else deep_marks(member)
            if inner:
                marks |= inner
    return marks


def unmark_deep(value: Value) -> tuple[Value, frozenset[str]]:
    """The value without any marks in it, and which those were."""
    marks = deep_marks(value)
    return (_bare(value) if marks else value), marks


def _bare(value: Value) -> Value:
    raw: Raw = value.raw
    if isinstance(raw, tuple):
        raw = tuple(_bare(v) for v in raw)
    elif isinstance(raw, Mapping):
        raw = {k: _bare(v) for k, v in raw.items()}
    elif not value.marks:
        return value
    else:
        return value.without_marks()
    return Value(value.type, raw, NO_MARKS, value.origin)
