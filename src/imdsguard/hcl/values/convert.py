"""Conversion of values, as Terraform converts them where a type is wanted (cty's `convert.Convert`).

Nulls and unknowns take the wanted type, refinements that still hold stay, and so do marks and origins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.conversions import can_convert, mismatch, unify
from imdsguard.hcl.values.number import parse_number
from imdsguard.hcl.values.number_text import format_number
from imdsguard.hcl.values.ranges import collapse
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
    Type,
    object_type,
)
from imdsguard.hcl.values.typetools import element_types, has_dynamic, without_optional
from imdsguard.hcl.values.value import NO_REFINEMENT, OpenObject, Pending, Refinement, Value, built_from

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Raw

__all__ = ["can_convert", "convert"]


def convert(value: Value, target: Type) -> Value:
    """Convert to a type, or raise `EvaluationError` with Terraform's message ("string required").

    `dynamic` in the target takes whatever stands there. A target with optional attributes gives an object that has
    them, null where they were missing.
    """
    source = value.type
    if source is target or target is DYNAMIC or target == DYNAMIC:
        return value
    if isinstance(value.raw, Pending) and isinstance(value, OpenObject) and isinstance(target, ObjectType):
        return _pick(value, target)
    if source == without_optional(target):
        return value
    if not can_convert(source, target):
        raise EvaluationError(mismatch(source, target))
    raw = value.raw
    if raw is None:
        return Value(_replaced(source, without_optional(target)), None, value.marks, value.origin)
    if isinstance(raw, Pending):
        return _convert_pending(value, raw, _replaced(source, without_optional(target)))
    if isinstance(target, SetType):
        made = _set(value, target.element)  # marks of members move to the set
        return Value(made.type, made.raw, value.marks | made.marks, value.origin)
    type_, converted = _convert_known(value, target)
    return Value(type_, converted, value.marks, value.origin)


def _convert_known(value: Value, target: Type) -> tuple[Type, Raw]:
    if isinstance(target, Primitive):
        return target, _primitive(value, target)
    if isinstance(target, ListType):
        return _list(value, target.element)
    if isinstance(target, MapType):
        return _map(value, target.element)
    if isinstance(target, ObjectType):
        return _object(value, target)
    assert isinstance(target, TupleType)
    items = tuple(convert(v, t) for v, t in zip(value.elements(), target.elements, strict=True))
    return TupleType(tuple(v.type for v in items)), items


def _primitive(value: Value, target: Type) -> Raw:
    raw = value.raw
    if target == STRING:
        if isinstance(raw, bool):
            return "true" if raw else "false"
        assert not isinstance(raw, str | tuple | Mapping | Pending)
        assert raw is not None
        return format_number(raw)
    assert isinstance(raw, str)
    if target == NUMBER:
        found = parse_number(raw)
        if found is None:
            raise EvaluationError("a number is required")
        return found
    if raw in ("true", "1"):
        return True
    if raw in ("false", "0"):
        return False
    lower = raw.lower()
    hint = f'; to convert from string, use lowercase "{lower}"' if lower in ("true", "false") else ""
    raise EvaluationError(f"a bool is required{hint}")


def _common(value: Value, wanted: Type) -> tuple[Type, list[Value]]:
    """The members converted to the wanted element type, or to the one they have in common, and that type."""
    members = list(value.elements())
    if not has_dynamic(wanted):
        return without_optional(wanted), [convert(v, wanted) for v in members]
    if not members:
        known = value.type.element if isinstance(value.type, Collection) and wanted == DYNAMIC else wanted
        return without_optional(known), members
    if wanted == DYNAMIC and isinstance(value.type, TupleType | ObjectType):
        wanted = unify(element_types(value.type)) or DYNAMIC
    members = [convert(v, wanted) for v in members]
    common = unify([v.type for v in members])
    if common is None:
        raise EvaluationError("cannot find a common base type for all elements")
    members = [convert(v, common) for v in members]
    if any(v.type != common for v in members) and any(v.type != members[0].type for v in members):
        raise EvaluationError("element types must all match for conversion to a collection")
    return members[0].type, members


def _list(value: Value, wanted: Type) -> tuple[Type, Raw]:
    element, members = _common(value, wanted)
    if isinstance(value.type, SetType) and len(members) > 1 and not value.wholly_known:
        # Two that are not known may be one, and nobody knows in which order they come. (go-cty, conversion_collection)
        return ListType(element), built_from(ListType(element), *members).raw
    return ListType(element), tuple(members)


def _set(value: Value, wanted: Type) -> Value:
    from imdsguard.hcl.values.identity import make_set

    element, members = _common(value, wanted)
    return make_set(element, members)


def _map(value: Value, wanted: Type) -> tuple[Type, Raw]:
    assert isinstance(value.raw, Mapping)
    element, members = _common(value, wanted)
    return MapType(element), dict(zip(value.raw, members, strict=True))


def _object(value: Value, target: ObjectType) -> tuple[Type, Raw]:
    given = value.raw
    assert isinstance(given, Mapping)
    made: dict[str, Value] = {}
    for name, wanted in target.items:
        if name in given:
            made[name] = convert(given[name], wanted)
        elif name in target.optional:
            made[name] = Value(without_optional(wanted), None, origin=value.origin)
        else:
            raise EvaluationError(f'map has no element for required attribute "{name}"')
    return object_type({k: v.type for k, v in made.items()}), made


def _pick(value: OpenObject, target: ObjectType) -> Value:
    """Compute the attributes that the type asks for."""
    made = {name: convert(value.attribute(name), wanted) for name, wanted in target.items}
    return Value(object_type({k: v.type for k, v in made.items()}), made, value.marks, value.origin)


def _convert_pending(value: Value, pending: Pending, target: Type) -> Value:
    refinement = refinement_after(pending.refinement, value.type, target)
    raw = Pending(pending.reason, pending.references, pending.exact, refinement, choices=pending.choices)
    converted = collapse(Value(target, raw, value.marks, value.origin))
    return converted if pending.symbol is None else symbolic(converted, f"to {target.name}", (value,))


def refinement_after(refinement: Refinement, source: Type, target: Type) -> Refinement:
    """What is still known of an unknown after its conversion."""
    if isinstance(source, TupleType) and isinstance(target, ListType | SetType):
        count = len(source.elements)
        low = min(1, count) if isinstance(target, SetType) else count
        return Refinement(not_null=refinement.not_null, min_length=low, max_length=count)
    if isinstance(source, ObjectType) and isinstance(target, MapType):
        count = len(source.items)
        return Refinement(not_null=refinement.not_null, min_length=count, max_length=count)
    if source == target or (source.__class__ is target.__class__ and isinstance(target, ListType | MapType)):
        return refinement
    if isinstance(source, Collection) and isinstance(target, Collection):
        low = min(1, refinement.min_length)
        return Refinement(not_null=refinement.not_null, min_length=low, max_length=refinement.max_length)
    return Refinement(not_null=True) if refinement.not_null else NO_REFINEMENT


def _replaced(source: Type, target: Type) -> Type:
    """The wanted type with what is `dynamic` in it taken from the type at hand."""
    if source == DYNAMIC or not has_dynamic(target):
        return target
    if target == DYNAMIC:
        return source
    if isinstance(target, Collection):
        members = element_types(source)
        common = unify(members) if members else None
        return target.__class__(_replaced(common, target.element)) if common is not None else target
    if isinstance(target, ObjectType):
        if isinstance(source, MapType):
            return object_type({k: _replaced(source.element, t) for k, t in target.items})
        assert isinstance(source, ObjectType)
        given = source.attributes
        return object_type({k: _replaced(given[k], t) if k in given else t for k, t in target.items})
    assert isinstance(target, TupleType)
    assert isinstance(source, TupleType)
    pairs = zip(source.elements, target.elements, strict=True)
    return TupleType(tuple(_replaced(s, t) for s, t in pairs))
