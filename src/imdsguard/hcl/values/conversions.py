"""Which types convert to which, and how Terraform says that they do not."""

from __future__ import annotations

from functools import lru_cache

from imdsguard.hcl.values.types import (
    DYNAMIC,
    STRING,
    Collection,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
)
from imdsguard.hcl.values.typetools import constraint_name
from imdsguard.hcl.values.unify import unify


@lru_cache(maxsize=8192)
def can_convert(source: Type, target: Type) -> bool:
    """Whether values of a type may be convertible to another (from string to number: some are)."""
    if DYNAMIC in (source, target) or source == target:
        return True
    if isinstance(target, Primitive):
        return isinstance(source, Primitive) and STRING in (source, target)
    if isinstance(target, ListType | SetType):
        return _to_sequence(source, target.element)
    if isinstance(target, MapType):
        if isinstance(source, MapType):
            return can_convert(source.element, target.element)
        return isinstance(source, ObjectType) and _all_to(tuple(t for _, t in source.items), target.element)
    if isinstance(target, ObjectType):
        return _to_object(source, target)
    if isinstance(target, TupleType) and isinstance(source, TupleType):
        return len(source.elements) == len(target.elements) and all(
            can_convert(s, t) for s, t in zip(source.elements, target.elements, strict=True)
        )
    return False


def _to_sequence(source: Type, element: Type) -> bool:
    if isinstance(source, ListType | SetType):
        return can_convert(source.element, element)
    return isinstance(source, TupleType) and _all_to(source.elements, element)


def _all_to(members: tuple[Type, ...], element: Type) -> bool:
    if not members:
        return True
    if element != DYNAMIC:
        return all(can_convert(m, element) for m in set(members))
    common = unify(members)
    if common == DYNAMIC:  # of members whose type is known in part: nothing homogeneous can be made
        return all(m == DYNAMIC for m in members)
    return common is not None


def _to_object(source: Type, target: ObjectType) -> bool:
    if isinstance(source, MapType):
        return all(can_convert(source.element, t) for _, t in target.items)
    if not isinstance(source, ObjectType):
        return False
    has = source.attributes
    return all(can_convert(has[k], t) if k in has else k in target.optional for k, t in target.items)


def mismatch(source: Type, target: Type) -> str:
    """Say why `source` cannot become `target`, in Terraform's phrases."""
    if isinstance(source, ObjectType) and isinstance(target, ObjectType):
        return _object_mismatch(source, target)
    if isinstance(source, TupleType) and isinstance(target, TupleType):
        return _tuple_mismatch(source, target)
    if isinstance(source, TupleType) and isinstance(target, ListType | SetType):
        if target.element == DYNAMIC:
            return f"all {'list' if isinstance(target, ListType) else 'set'} elements must have the same type"
        for i, member in enumerate(source.elements):
            if not can_convert(member, target.element):
                return f"element {i}: {mismatch(member, target.element)}"
    if isinstance(source, ObjectType) and isinstance(target, MapType):
        if target.element == DYNAMIC:
            return "all map elements must have the same type"
        for name, member in source.items:
            if not can_convert(member, target.element):
                return f'element "{name}": {mismatch(member, target.element)}'
    same_kind = isinstance(target, ListType | SetType | MapType) and (
        source.__class__ is target.__class__ or {source.__class__, target.__class__} == {ListType, SetType}
    )
    if same_kind and isinstance(source, Collection) and isinstance(target, Collection):
        return f"incorrect {target.word} element type: {mismatch(source.element, target.element)}"
    return f"{constraint_name(target)} required"


def _object_mismatch(source: ObjectType, target: ObjectType) -> str:
    missing = [k for k, _ in target.items if k not in source.attributes and k not in target.optional]
    for name, wanted in target.items:
        given = source.attributes.get(name)
        if given is not None and not can_convert(given, wanted):
            return f'attribute "{name}": {mismatch(given, wanted)}'
    quoted = [f'"{name}"' for name in missing]
    if len(quoted) > 1:
        return f"attributes {', '.join(quoted[:-1])} and {quoted[-1]} are required".replace(", and", " and")
    return f"attribute {quoted[0]} is required" if quoted else "object required"


def _tuple_mismatch(source: TupleType, target: TupleType) -> str:
    if len(source.elements) != len(target.elements):
        return f"{len(target.elements)} elements are required"
    for i, (given, wanted) in enumerate(zip(source.elements, target.elements, strict=True)):
        if not can_convert(given, wanted):
            return f"element {i}: {mismatch(given, wanted)}"
    return "tuple required"
