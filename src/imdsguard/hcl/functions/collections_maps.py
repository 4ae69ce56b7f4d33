"""Functions on maps and objects."""

from __future__ import annotations

from collections.abc import Mapping

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import DYNAMIC, STRING, ListType, MapType, ObjectType, TupleType, Type, object_type
from imdsguard.hcl.values.value import (
    EMPTY_OBJECT,
    NO_MARKS,
    SENSITIVE,
    Origin,
    Value,
    derived,
    hops_of,
    list_of,
    map_of,
    object_of,
    past,
    string,
    tuple_of,
)
from imdsguard.model.value import Step

LISTS_BY_NAME = MapType(ListType(STRING))


def _keys_type(mapping: Value) -> Type:
    if isinstance(mapping.type, MapType):
        return ListType(STRING)
    if isinstance(mapping.type, ObjectType):
        return TupleType((STRING,) * len(mapping.type.items))
    raise ArgumentProblem(0, "must have map or object type")


@function("keys", _keys_type, Parameter("inputMap", unknown=True, marked=True))
def keys(call: FunctionCall, mapping: Value) -> Value:
    """The keys in their order; those of an object are known even if it is not."""
    if isinstance(mapping.type, ObjectType):
        return tuple_of([string(k) for k in mapping.type.attributes]).with_marks(mapping.marks)
    if not mapping.is_known:
        return call.unknown().with_marks(mapping.marks)
    return list_of(STRING, [string(k) for k in _members(mapping)]).with_marks(mapping.marks)


def _values_type(mapping: Value) -> Type:
    if isinstance(mapping.type, MapType):
        return ListType(mapping.type.element)
    if isinstance(mapping.type, ObjectType):
        return TupleType(tuple(t for _, t in mapping.type.items))
    raise EvaluationError("values() requires a map as the first argument")


@function("values", _values_type, Parameter("mapping", marked=True), picks=0)
def values(call: FunctionCall, mapping: Value) -> Value:
    """The values in the order of their keys."""
    return Value(call.type, tuple(_members(mapping).values()), mapping.marks)


def _members(mapping: Value) -> Mapping[str, Value]:
    assert isinstance(mapping.raw, Mapping)
    return mapping.raw


def _lookup_type(mapping: Value, key: Value, *default: Value) -> Type:
    if len(default) > 1:
        raise EvaluationError(f"lookup() takes two or three arguments, got {len(default) + 2}")
    kind = mapping.type
    if isinstance(kind, MapType):
        if default:
            try:
                convert(default[0], kind.element)
            except EvaluationError:
                raise ArgumentProblem(2, "the default value must have the same type as the map elements") from None
        return kind.element
    if not isinstance(kind, ObjectType):
        raise ArgumentProblem(0, "lookup() requires a map as the first argument")
    if not key.is_known:
        return DYNAMIC
    name = str(key.raw)
    if name in kind.attributes:
        return kind.attributes[name]
    if default:
        return default[0].type
    shown = "(sensitive value)" if SENSITIVE in key.marks else f'"{name}"'
    raise ArgumentProblem(0, f"the given object has no attribute {shown}")


@function(
    "lookup",
    _lookup_type,
    Parameter("inputMap", unknown=True, marked=True),
    Parameter("key", STRING, unknown=True, marked=True),
    variadic=Parameter("default", null=True, unknown=True, dynamic=True, marked=True),
    not_null=False,
)
def lookup(call: FunctionCall, mapping: Value, key: Value, *default: Value) -> Value:
    """The value of a key, or the default."""
    marks = mapping.marks | key.marks
    if not mapping.is_known or not key.is_known:
        return derived(call.type, mapping, key).with_marks(marks)
    found = _members(mapping).get(str(key.raw))
    if found is not None:
        return past(hops_of(mapping), found).with_marks(marks)
    if default:
        given = convert(default[0], call.type).decided_by(mapping.origin, call.context.place)
        return given.with_marks(marks)
    shown = "(sensitive value)" if SENSITIVE in key.marks else f'"{key.raw}"'
    raise EvaluationError(f"lookup failed to find key {shown}")


def _merge_type(*maps: Value) -> Type:
    attributes: dict[str, Type] = {}
    kinds: list[Type] = []
    known = True
    for value in maps:
        kind = value.type
        if kind is DYNAMIC:
            return DYNAMIC
        if not isinstance(kind, (MapType, ObjectType)):
            raise EvaluationError(f'arguments must be maps or objects, got "{kind.name}"')
        if isinstance(kind, ObjectType):
            kind = EMPTY_OBJECT.type if value.is_null else kind
            assert isinstance(kind, ObjectType)
            attributes.update(kind.attributes)
        elif value.is_known and not value.is_null:
            attributes.update(dict.fromkeys(_members(value), kind.element))
        elif not value.is_known:
            known = False
        kinds.append(kind)
    if not kinds:
        return EMPTY_OBJECT.type
    if all(k == kinds[0] for k in kinds):
        return kinds[0]
    return object_type(attributes) if known else DYNAMIC


@function("merge", _merge_type, variadic=Parameter("maps", null=True, dynamic=True, marked=True))
def merge(call: FunctionCall, *maps: Value) -> Value:
    """All keys of all maps; of a key that is in several, the last value."""
    merged: dict[str, Value] = {}
    marks = NO_MARKS
    for value in maps:
        if value.is_null:
            continue
        if not isinstance(value.raw, Mapping):
            raise EvaluationError(f'arguments must be maps or objects, got "{value.type.name}"')
        marks |= value.marks
        hops = hops_of(value)
        merged.update({name: past(hops, member) for name, member in value.raw.items()} if hops else value.raw)
    call.context.bounds.items(len(merged))
    whole = map_of(call.type.element, merged) if isinstance(call.type, MapType) else object_of(merged)
    made_here = None if call.context.place is None else Origin(Step("", call.context.place))  # each part has its way
    return whole.with_marks(marks).at(made_here)


@function("transpose", LISTS_BY_NAME, Parameter("values", LISTS_BY_NAME))
def transpose(call: FunctionCall, lists: Value) -> Value:
    """From each string in the lists to the keys of the lists that it is in."""
    if not lists.wholly_known:
        return call.unknown()
    found: dict[str, list[Value]] = {}
    for key, items in _members(lists).items():
        if items.is_null or any(v.is_null for v in items.elements()):
            raise EvaluationError("input must be a map of lists of strings")
        for item in items.elements():
            found.setdefault(str(item.raw), []).append(string(key))
    return map_of(ListType(STRING), {k: list_of(STRING, v) for k, v in found.items()})


def _zipmap_type(names: Value, items: Value) -> Type:
    kind = items.type
    if isinstance(kind, ListType):
        return MapType(kind.element)
    if not isinstance(kind, TupleType):
        raise EvaluationError("values argument must be a list or tuple value")
    if not names.wholly_known:
        return DYNAMIC
    given = list(names.elements())
    _same_length(len(given), len(kind.elements))
    for i, name in enumerate(given):
        if name.is_null:
            raise EvaluationError(f"keys list has null value at index {i}")
    return object_type({str(n.raw): t for n, t in zip(given, kind.elements, strict=True)})


def _same_length(names: int, items: int) -> None:
    if names != items:
        raise EvaluationError(f"number of keys ({names}) does not match number of values ({items})")


@function("zipmap", _zipmap_type, Parameter("keys", ListType(STRING), marked=True), Parameter("values", marked=True))
def zipmap(call: FunctionCall, names: Value, items: Value) -> Value:
    """A map from a list of keys and a list of values."""
    marks = names.marks | items.marks
    if not names.wholly_known:
        return call.unknown().with_marks(marks)
    given, members = list(names.elements()), list(items.elements())
    _same_length(len(given), len(members))
    if any(n.is_null for n in given):
        raise EvaluationError("keys list has a null value")
    marks = marks.union(*(n.marks for n in given))
    zipped = {str(n.raw): v for n, v in zip(given, members, strict=True)}
    if isinstance(call.type, MapType):
        return map_of(call.type.element, zipped).with_marks(marks)
    return object_of(zipped).with_marks(marks)
