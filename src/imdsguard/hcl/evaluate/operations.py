"""Attribute access and indexing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.choices import chosen
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.number import is_negative
from imdsguard.hcl.values.symbol import symbolic
from imdsguard.hcl.values.types import (
    DYNAMIC,
    NUMBER,
    STRING,
    Collection,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
)
from imdsguard.hcl.values.value import OpenObject, Pending, Value, derived

if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type
    from imdsguard.model.place import Place
    from imdsguard.model.value import Reference

_NO_ELEMENT = "Invalid index: the given key does not identify an element in this collection value"


def get_attr(value: Value, name: str, place: Place | None = None) -> Value:
    """Give `value.name`. Raises `EvaluationError`."""
    raw = value.raw
    type_ = value.type
    if raw is None:
        raise EvaluationError("Attempt to get attribute from null value: it does not have any attributes.", place)
    if isinstance(type_, ObjectType):
        if isinstance(raw, Mapping):
            found = raw.get(name)
            if found is not None:
                return found.with_marks(value.marks) if value.marks else found
        elif name in type_.attributes:
            return _part(value, type_.attributes[name], name)
        raise EvaluationError(f'Unsupported attribute: this object does not have an attribute named "{name}".', place)
    if isinstance(type_, MapType):
        if isinstance(raw, Pending):
            return _part(value, type_.element, name)
        return _map_element(value, name, place)
    if isinstance(value, OpenObject):
        return value.attribute(name).with_marks(value.marks)
    if type_ == DYNAMIC:
        return _part(value, DYNAMIC, name)
    raise EvaluationError(_no_attributes(type_, name), place)


def _no_attributes(type_: Type, name: str) -> str:
    if isinstance(type_, Primitive):
        return f"Unsupported attribute: can't access attributes on a primitive-typed value ({type_.name})."
    element = type_.element if isinstance(type_, ListType | SetType) else None
    if isinstance(type_, ListType | SetType) and isinstance(element, ObjectType) and name in element.attributes:
        return f'Unsupported attribute: did you mean to access attribute "{name}" of one element of this {type_.word}?'
    return "Unsupported attribute: this value does not have any attributes."


def _map_element(value: Value, name: str, place: Place | None) -> Value:
    assert isinstance(value.raw, Mapping)
    found = value.raw.get(name)
    if found is None:
        raise EvaluationError(f"{_NO_ELEMENT}.", place)
    return found.with_marks(value.marks) if value.marks else found


def _part(value: Value, type_: Type, step: str | int, *, named: bool = True) -> Value:
    """The unknown part of an unknown value: if the whole stands for an attribute, the part does for one below it."""
    pending = value.raw
    assert isinstance(pending, Pending)
    references: tuple[Reference, ...] = pending.references
    exact = pending.exact
    if exact:
        first = references[0]
        references = (first.__class__(first.address, (*first.attribute, step)),)
    choices = None if exact or pending.choices is None else _parts(pending.choices, step, named=named)
    part = Value(type_, Pending(pending.reason, references, exact, choices=choices), value.marks, value.origin)
    if pending.symbol is None:
        return part
    return symbolic(part, f"[{step}]", (value,))


def _parts(choices: tuple[Reference, ...], step: str | int, *, named: bool) -> tuple[Reference, ...] | None:
    """What a part of one of `choices` may be: an attribute of a resource, an instance of one, an element of a list."""
    if not named:
        return choices
    if any(each.attribute for each in choices):
        return None
    return tuple(each.__class__(each.address, (str(step),)) for each in choices)


def index(value: Value, key: Value, place: Place | None = None) -> Value:
    """Give `value[key]`. Raises `EvaluationError`."""
    if value.raw is None:
        raise EvaluationError("Attempt to index null value: it does not have any indices.", place)
    if key.raw is None:
        raise EvaluationError("Invalid index: can't use a null value as an indexing key.", place)
    type_ = value.type
    if isinstance(value, OpenObject) and isinstance(key.raw, str):
        return value.attribute(key.raw).with_marks(value.marks | key.marks)
    if type_ == DYNAMIC or key.type == DYNAMIC:
        return _unknown_element(DYNAMIC, value, key)
    if isinstance(type_, ListType | TupleType):
        return _at(value, _as(key, NUMBER, place), place).with_marks(value.marks | key.marks)
    if isinstance(type_, MapType | ObjectType):
        found = _as(key, STRING, place)
        if isinstance(value.raw, Pending) or not isinstance(found.raw, str):
            element = type_.element if isinstance(type_, MapType) else DYNAMIC
            return _unknown_element(element, value, found)
        return _named(value, found.raw, place).with_marks(value.marks | key.marks)
    if isinstance(type_, SetType):
        raise EvaluationError("Invalid index: elements of a set are identified only by their value.", place)
    raise EvaluationError("Invalid index: this value does not have any indices.", place)


def _unknown_element(type_: Type, value: Value, key: Value) -> Value:
    raw = key.raw
    if isinstance(value.raw, Pending) and isinstance(raw, str | int) and not isinstance(raw, bool):
        step = raw if isinstance(raw, str) else int(raw)
        return _part(value, type_, step, named=False).with_marks(key.marks)
    element = symbolic(chosen(derived(type_, value, key), (value,)), "[]", (value, key))
    return element.with_marks(value.marks | key.marks).at(value.origin)


def _as(key: Value, wanted: Type, place: Place | None) -> Value:
    try:
        return convert(key, wanted)
    except EvaluationError as error:
        raise EvaluationError(f"{_NO_ELEMENT}: {error.message}.", place) from None


def _named(value: Value, name: str, place: Place | None) -> Value:
    assert isinstance(value.raw, Mapping)
    found = value.raw.get(name)
    if found is None:
        raise EvaluationError(f"{_NO_ELEMENT}.", place)
    return found


def _at(value: Value, key: Value, place: Place | None) -> Value:
    raw, n = value.raw, key.raw
    if isinstance(raw, Pending) or isinstance(n, Pending):
        if isinstance(value.type, TupleType):
            if isinstance(n, int) and 0 <= n < len(value.type.elements):
                return _unknown_element(value.type.elements[n], value, key)
            return _unknown_element(DYNAMIC, value, key)
        assert isinstance(value.type, Collection)
        return _unknown_element(value.type.element, value, key)
    assert isinstance(raw, tuple)
    assert not isinstance(n, str | tuple | Mapping)
    assert n is not None
    told = _NO_ELEMENT
    if is_negative(n) and n != 0:
        raise EvaluationError(f"{told}: a negative number is not a valid index for a sequence.", place)
    if not isinstance(n, int):
        raise EvaluationError(f"{told}: indexing a sequence requires a whole number.", place)
    if n >= len(raw):
        rest = "the collection has no elements" if not raw else "the given index is greater than or equal to its length"
        raise EvaluationError(f"{told}: {rest}.", place)
    return raw[n]
