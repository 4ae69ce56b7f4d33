"""`[a, b]` and `{ a = 1 }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, bounded, placed
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import DYNAMIC, STRING, ObjectType, TupleType, Type, object_type
from imdsguard.hcl.values.value import NO_MARKS, Origin, Pending, Value, derived, object_of
from imdsguard.model.value import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.place import Place


def tuple_from(items: Sequence[CompiledExpression], place: Place) -> CompiledExpression:
    """Compile a tuple."""
    runs = [i.run for i in items]
    origin = Origin(Step("", place))
    seen = TupleType(())

    def run(frame: Frame) -> Value:
        nonlocal seen
        frame.bounds.items(len(runs))
        raw = tuple([r(frame) for r in runs])
        types = tuple([v.type for v in raw])
        if types != seen.elements:  # mostly they are the very same: so is the type then
            seen = TupleType(types)
        return bounded(frame, Value(seen, raw, NO_MARKS, origin))

    def shape(frame: Frame) -> Type:
        return TupleType(tuple(i.type_in(frame) for i in items))

    return CompiledExpression(run, shape=shape)


def object_from(
    items: Sequence[tuple[CompiledExpression, CompiledExpression]], places: Sequence[Place], place: Place
) -> CompiledExpression:
    """Compile an object; of equal keys the last one wins. `places` are those of the keys."""
    names = [k.constant.raw if k.constant is not None else None for k, _ in items]
    fixed = [name for name in names if isinstance(name, str)]
    if len(fixed) < len(items):
        return _computed_keys(items, places, place)
    runs = [v.run for _, v in items]
    last = {name: i for i, name in enumerate(fixed)}
    order = [(name, last[name]) for name in sorted(last)]
    origin = Origin(Step("", place))
    seen: tuple[tuple[Type, ...], ObjectType] = ((), object_type({}))

    def run(frame: Frame) -> Value:
        nonlocal seen
        frame.bounds.items(2 * len(runs))
        made = [r(frame) for r in runs]
        types = tuple([v.type for v in made])
        if types != seen[0]:
            seen = (types, ObjectType(tuple([(name, types[i]) for name, i in order])))
        return bounded(frame, Value(seen[1], {name: made[i] for name, i in order}, NO_MARKS, origin))

    def shape(frame: Frame) -> Type:
        return object_type({name: v.type_in(frame) for name, (_, v) in zip(fixed, items, strict=True)})

    return CompiledExpression(run, shape=shape)


def _computed_keys(
    items: Sequence[tuple[CompiledExpression, CompiledExpression]], places: Sequence[Place], place: Place
) -> CompiledExpression:
    """An object with at least one key that is not written as text."""
    runs = [(k.run, v.run, where) for (k, v), where in zip(items, places, strict=True)]
    origin = Origin(Step("", place))

    def run(frame: Frame) -> Value:
        frame.bounds.items(2 * len(runs))
        members: dict[str, Value] = {}
        marks = NO_MARKS
        unknowns: list[Value] = []
        for key_run, value_run, where in runs:
            key = key_run(frame)
            marks |= key.marks
            name = _name(key, where)
            member = value_run(frame)
            if name is None:
                unknowns.append(key)
            else:
                members[name] = member
        if unknowns:
            return derived(DYNAMIC, *unknowns, *members.values()).with_marks(marks).at(origin)
        return bounded(frame, object_of(members)).with_marks(marks).at(origin)

    return CompiledExpression(run)


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


def ambiguous_key(place: Place) -> CompiledExpression:
    """A reference as key, without parentheses: Terraform does not guess what is meant."""

    def run(_: Frame) -> Value:
        told = "If this expression is intended to be a reference, wrap it in parentheses."
        raise EvaluationError(f"Ambiguous attribute key. {told}", place)

    return CompiledExpression(run)
