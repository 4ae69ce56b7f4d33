"""`for` expressions and splats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, bounded, fixed_shape, placed
from imdsguard.hcl.values.choices import chosen
from imdsguard.hcl.values.conversions import unify
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.ranges import collapse
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, Collection, ListType, SetType, TupleType, Type
from imdsguard.hcl.values.typetools import friendly_name
from imdsguard.hcl.values.value import (
    NO_MARKS,
    NO_REFINEMENT,
    OpenObject,
    Pending,
    Refinement,
    Value,
    derived,
    hops_of,
    object_of,
    past,
    tuple_of,
    unknown,
)
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Loop:
    """The compiled parts of a `for`; `key_slot` and `value_slot` are the slots of its names in the frame."""

    collection: CompiledExpression
    key_slot: int | None
    value_slot: int
    key: CompiledExpression | None
    result: CompiledExpression
    condition: CompiledExpression | None
    group: bool
    place: Place


def for_expression(loop: Loop) -> CompiledExpression:
    """Compile a `for`."""

    def run(frame: Frame) -> Value:
        collection = loop.collection.run(frame)
        unready = _unready(collection, loop.place)
        if unready is not None:
            return unready
        if not any(True for _ in collection.elements()):
            _check_condition(loop, frame)
        turn = _Turn(loop, frame, collection.marks)
        made = turn.to_tuple(collection) if loop.key is None else turn.to_object(collection)
        if made is None:
            sources = (collection, *turn.unknowns)
            made = derived(DYNAMIC, *sources)
        return bounded(frame, made).with_marks(turn.marks)

    return CompiledExpression(run)


def _unready(collection: Value, place: Place) -> Value | None:
    """The unknown result if the collection is not known; None to go on. Raises for what is no collection."""
    if collection.raw is None:
        raise EvaluationError("A null value cannot be used as the collection in a 'for' expression.", place)
    if collection.type == DYNAMIC:
        return derived(DYNAMIC, collection).with_marks(collection.marks)
    if collection.type in (STRING, NUMBER, BOOL):
        name = friendly_name(collection.type)
        raise EvaluationError(f"A value of type {name} cannot be used as the collection in a 'for' expression.", place)
    if isinstance(collection.raw, Pending):
        return derived(DYNAMIC, collection).with_marks(collection.marks)
    return None


def _check_condition(loop: Loop, frame: Frame) -> None:
    """Try the `if` clause on unknowns: even where there is nothing to test, it must be a condition."""
    if loop.condition is not None:
        if loop.key_slot is not None:
            frame.slots[loop.key_slot] = unknown()
        frame.slots[loop.value_slot] = unknown()
        _as_bool(loop.condition.run(frame), loop.place)


def _as_bool(value: Value, place: Place) -> Value:
    if value.raw is None:
        raise EvaluationError("The value of the 'if' clause must not be null.", place)
    try:
        return convert(value, BOOL)
    except EvaluationError as error:
        raise placed(error, place, "The 'if' clause value is invalid: ", ".") from None


def pairs(collection: Value) -> Iterator[tuple[Value, Value]]:
    """Keys and members of a known collection, as `for` binds them: a list's keys are numbers, a set's its members."""
    raw = collection.raw
    if isinstance(raw, Mapping):
        for name, member in raw.items():
            yield Value(STRING, name), member
    elif isinstance(collection.type, SetType):
        for member in collection.elements():
            yield member, member
    else:
        for i, member in enumerate(collection.elements()):
            yield Value(NUMBER, i), member


class _Turn:
    """One evaluation of a `for`."""

    __slots__ = ("frame", "loop", "marks", "unknowns")

    def __init__(self, loop: Loop, frame: Frame, marks: frozenset[str]) -> None:
        self.loop = loop
        self.frame = frame
        self.marks = marks
        self.unknowns: list[Value] = []

    def _included(self, collection: Value) -> Iterator[None]:
        """Bind the names to one pair after the other, skipping what the `if` clause leaves out."""
        loop, frame = self.loop, self.frame
        slots, key_slot, value_slot = frame.slots, loop.key_slot, loop.value_slot
        test = loop.condition.run if loop.condition else None
        step = frame.bounds.step
        hops = hops_of(collection)
        for key, member in pairs(collection):
            step()
            if key_slot is not None:
                slots[key_slot] = key
            slots[value_slot] = past(hops, member) if hops else member
            if test is not None:
                answer = _as_bool(test(frame), loop.place)
                if answer.marks:
                    self.marks |= answer.marks
                if isinstance(answer.raw, Pending):
                    self.unknowns.append(answer)
                    continue
                if not answer.raw:
                    continue
            yield

    def to_tuple(self, collection: Value) -> Value | None:
        result, frame = self.loop.result.run, self.frame
        made = [result(frame) for _ in self._included(collection)]
        frame.bounds.items(len(made))
        return None if self.unknowns else tuple_of(made)

    def to_object(self, collection: Value) -> Value | None:
        loop, frame = self.loop, self.frame
        assert loop.key is not None
        groups: dict[str, list[Value]] = {}
        for _ in self._included(collection):
            name = self._key(loop.key.run(frame))
            if name is None:
                continue
            member = loop.result.run(frame)
            if name in groups and not loop.group:
                told = f"Two different items produced the key \"{name}\" in this 'for' expression."
                hint = "If duplicates are expected, use the ellipsis (...) after the value expression."
                raise EvaluationError(f"{told} {hint}", loop.place)
            groups.setdefault(name, []).append(member)
        frame.bounds.items(3 * len(groups))
        if self.unknowns:
            return None
        if loop.group:
            return object_of({name: tuple_of(members) for name, members in groups.items()})
        return object_of({name: members[0] for name, members in groups.items()})

    def _key(self, key: Value) -> str | None:
        if key.raw is None:
            raise EvaluationError("Key expression in 'for' expression must not produce a null value.", self.loop.place)
        self.marks |= key.marks
        if isinstance(key.raw, Pending):
            self.unknowns.append(key)
            return None
        if isinstance(key.raw, str):
            return key.raw
        try:
            text = convert(key, STRING).raw
        except EvaluationError as error:
            raise placed(error, self.loop.place, "The key expression produced an invalid result: ", ".") from None
        assert isinstance(text, str)
        return text


def splat(source: CompiledExpression, each: CompiledExpression, slot: int, place: Place) -> CompiledExpression:
    """Compile a splat: `each` is applied to every member of `source`, in `slot`."""

    def run(frame: Frame) -> Value:
        value = source.run(frame)
        is_sequence = isinstance(value.type, ListType | SetType | TupleType)
        if value.raw is None:
            if is_sequence:
                told = "Splat expressions (with the * symbol) cannot be applied to null sequences."
                raise EvaluationError(told, place)
            return tuple_of(()).with_marks(value.marks)
        if is_sequence:
            return _over_sequence(value, each, slot, frame)
        if isinstance(value, OpenObject):  # a resource: one object, and never null
            return _over_members(tuple_of([value]), each, slot, frame)
        if value.type == DYNAMIC:
            return _over_unknown(value, each, slot, frame).with_marks(value.marks)
        pending = value.raw if isinstance(value.raw, Pending) else None
        made = _over_members(tuple_of([value.without_marks()]), each, slot, frame)
        if pending is not None and not pending.refinement.not_null:
            return derived(DYNAMIC, value).with_marks(value.marks)  # one element, or none if it is null
        return made.with_marks(value.marks)

    return CompiledExpression(run, shape=fixed_shape(DYNAMIC))


def _over_unknown(value: Value, each: CompiledExpression, slot: int, frame: Frame) -> Value:
    """What a splat makes of a value of which nothing but its choices is known."""
    made = derived(DYNAMIC, value)
    if value.pending is None or value.pending.choices is None:
        return made
    frame.bounds.step()
    frame.slots[slot] = chosen(derived(DYNAMIC, value), (value,))
    try:
        return chosen(made, (each.run(frame),))
    except EvaluationError:
        return made  # what there is may be another thing, and it may be nothing


def _over_sequence(value: Value, each: CompiledExpression, slot: int, frame: Frame) -> Value:
    if not isinstance(value.raw, Pending):
        return _over_members(value.without_marks(), each, slot, frame).with_marks(value.marks)
    result = _unknown_result(value, each, slot, frame)
    refinement = Refinement(not_null=True)
    if isinstance(result, ListType) and isinstance(value.type, Collection):
        known = value.raw.refinement
        refinement = Refinement(not_null=True, min_length=known.min_length, max_length=known.max_length)
    made = derived(result, value, refinement=NO_REFINEMENT if result == DYNAMIC else refinement)
    return collapse(made).with_marks(value.marks)


def _member_type(member: Type, value: Value, each: CompiledExpression, slot: int, frame: Frame) -> Type:
    frame.bounds.step()
    frame.slots[slot] = derived(member, value)
    return each.run(frame).type


def _unknown_result(value: Value, each: CompiledExpression, slot: int, frame: Frame) -> Type:
    if isinstance(value.type, TupleType):
        return TupleType(tuple(_member_type(t, value, each, slot, frame) for t in value.type.elements))
    assert isinstance(value.type, Collection)
    return ListType(_member_type(value.type.element, value, each, slot, frame))


def _over_members(value: Value, each: CompiledExpression, slot: int, frame: Frame) -> Value:
    assert isinstance(value.raw, tuple)
    frame.bounds.items(len(value.raw))
    made: list[Value] = []
    for member in value.raw:
        frame.slots[slot] = member
        made.append(each.run(frame))
    if isinstance(value.type, TupleType):
        return bounded(frame, tuple_of(made))
    assert isinstance(value.type, Collection)
    if not made:
        return Value(ListType(_member_type(value.type.element, value, each, slot, frame)), (), NO_MARKS)
    common = unify([v.type for v in made])
    if common is None:
        return tuple_of(made)
    return Value(ListType(common), tuple(convert(v, common) for v in made), NO_MARKS)
