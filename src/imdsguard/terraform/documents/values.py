"""A document's JSON as values of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown, Value

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.value import Step

Marks: TypeAlias = Any
"""A mirror of a value: `true`, or a structure of its shape that has `true` in it. Hostile ones have any shape."""

AfterApply: TypeAlias = Callable[[], Value]
"""Makes the value for a part that is known after apply only."""


def marked(marks: Marks) -> bool:
    """Whether the value as a whole is marked."""
    return marks is True


def anything_marked(marks: Marks) -> bool:
    """Whether the value or any part of it is marked."""
    pending = [marks]
    while pending:
        mark = pending.pop()
        if mark is True:
            return True
        if isinstance(mark, dict):
            pending.extend(mark.values())
        elif isinstance(mark, list):
            pending.extend(mark)
    return False


def member(marks: Marks, key: str | int) -> Marks:
    """The marks of a member: all of a marked value is marked."""
    if isinstance(marks, dict):
        return marks.get(key) if isinstance(key, str) else None
    if isinstance(marks, list) and isinstance(key, int):
        return marks[key] if key < len(marks) else None
    return True if marks is True else None


def to_value(
    raw: Any, unknown: Marks, sensitive: Marks, place: Place, trace: tuple[Step, ...], after_apply: AfterApply
) -> Value:
    """Turn decoded JSON into a value; members that are known after apply are made by `after_apply`."""
    if unknown is True:
        return after_apply()
    secret = sensitive is True
    if isinstance(raw, (str, int)):  # bool, too
        return Known(raw, place, trace, secret)
    if isinstance(raw, list):
        items = (
            to_value(v, member(unknown, i), member(sensitive, i), place, trace, after_apply) for i, v in enumerate(raw)
        )
        return Known(tuple(items), place, trace, secret)
    if isinstance(raw, dict) or (raw is None and isinstance(unknown, dict) and anything_marked(unknown)):
        known: Mapping[str, Any] = raw or {}
        names = dict.fromkeys((*known, *(unknown if isinstance(unknown, dict) else ())))
        return Known(
            {
                name: to_value(
                    known.get(name), member(unknown, name), member(sensitive, name), place, trace, after_apply
                )
                for name in names
            },
            place,
            trace,
            secret,
        )
    if raw is None:
        return Absent(place, trace)
    if isinstance(raw, float):
        return Known(int(raw) if raw.is_integer() else raw, place, trace, secret)
    return Unknown(Reason(ReasonKind.NOT_A_VALUE, type(raw).__name__), place=place, trace=trace)
