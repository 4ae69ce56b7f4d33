"""`[a, b]` and `{ a = 1 }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.code import Code, Frame, placed
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import DYNAMIC, STRING, TupleType, Type, object_type
from imdsguard.hcl.values.value import NO_MARKS, Origin, Pending, Value, derived, object_of, tuple_of
from imdsguard.model.value import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.place import Place


def tuple_of_code(items: Sequence[Code], place: Place) -> Code:
    """Compile a tuple."""
    runs = [i.run for i in items]
    origin = Origin(Step("", place))

    def run(frame: Frame) -> Value:
        frame.bounds.step(len(runs) + 1)
        return tuple_of([r(frame) for r in runs]).at(origin)

    def shape(frame: Frame) -> Type:
        return TupleType(tuple(i.type_in(frame) for i in items))

    return Code(run, shape=shape)


def object_of_code(items: Sequence[tuple[Code, Code]], places: Sequence[Place], place: Place) -> Code:
    """Compile an object; of equal keys the last one wins. `places` are those of the keys."""
    fixed = [k.constant.raw if k.constant is not None and isinstance(k.constant.raw, str) else None for k, _ in items]
    runs = [(name, k.run, v.run, where) for (k, v), name, where in zip(items, fixed, places, strict=True)]
    origin = Origin(Step("", place))

    def run(frame: Frame) -> Value:
        frame.bounds.step(len(runs) + 1)
        members: dict[str, Value] = {}
        marks = NO_MARKS
        unknowns: list[Value] = []
        for fixed_name, key_run, run_value, where in runs:
            name = fixed_name
            if name is None:
                key = key_run(frame)
                marks |= key.marks
                name = _name(key, where)
                if name is None:
                    unknowns.append(key)
            member = run_value(frame)
            if name is not None:
                members[name] = member
        if unknowns:
            return derived(DYNAMIC, *unknowns, *members.values()).with_marks(marks).at(origin)
        return object_of(members).with_marks(marks).at(origin)

    def shape(frame: Frame) -> Type:
        if None in fixed:
            return DYNAMIC
        members = zip(fixed, items, strict=True)
        return object_type({name: v.type_in(frame) for name, (_, v) in members if name is not None})

    return Code(run, shape=shape)


def _name(key: Value, place: Place) -> str | None:
    """The key as text, or None if it is unknown."""
    if key.raw is None:
        raise EvaluationError("Can't use a null value as a key.", place)
    try:
        text = convert(key, STRING).raw
    except EvaluationError as error:
        raise placed(error, place, "Can't use this value as a key: ", ".") from None
    if isinstance(text, Pending):
        return None
    assert isinstance(text, str)
    return text


def ambiguous_key(place: Place) -> Code:
    """A reference as key, without parentheses: Terraform does not guess what is meant."""

    def run(_: Frame) -> Value:
        told = "If this expression is intended to be a reference, wrap it in parentheses."
        raise EvaluationError(f"Ambiguous attribute key. {told}", place)

    return Code(run)
