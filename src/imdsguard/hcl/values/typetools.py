"""Questions about types, and types made from types."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from imdsguard.hcl.values.types import (
    DYNAMIC,
    Collection,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.hcl.values.value import Value


@lru_cache(maxsize=4096)
def has_dynamic(type: Type) -> bool:  # noqa: A002
    """Whether `dynamic` stands anywhere in it."""
    if isinstance(type, Primitive):
        return False
    if isinstance(type, Collection):
        return has_dynamic(type.element)
    if isinstance(type, TupleType):
        return any(has_dynamic(e) for e in type.elements)
    return any(has_dynamic(t) for _, t in type.items) if isinstance(type, ObjectType) else True


@lru_cache(maxsize=4096)
def without_optional(type: Type) -> Type:  # noqa: A002
    """The same type, with no attribute optional: what values have."""
    if isinstance(type, Collection):
        element = without_optional(type.element)
        return type if element is type.element else _same_kind(type, element)
    if isinstance(type, TupleType):
        return TupleType(tuple(without_optional(e) for e in type.elements))
    if isinstance(type, ObjectType):
        return ObjectType(tuple((k, without_optional(t)) for k, t in type.items))
    return type


def _same_kind(collection: Collection, element: Type) -> Type:
    return collection.__class__(element)


def conforms(given: Type, wanted: Type) -> bool:
    """Whether `given` could be `wanted`, where `dynamic` in `wanted` stands for anything (cty's TestConformance)."""
    if wanted == DYNAMIC or given == wanted:
        return True
    if isinstance(given, Collection):
        return (
            given.__class__ is wanted.__class__
            and isinstance(wanted, Collection)
            and conforms(given.element, wanted.element)
        )
    if isinstance(given, TupleType) and isinstance(wanted, TupleType):
        return len(given.elements) == len(wanted.elements) and all(
            conforms(g, w) for g, w in zip(given.elements, wanted.elements, strict=True)
        )
    if isinstance(given, ObjectType) and isinstance(wanted, ObjectType):
        return given.attributes.keys() == wanted.attributes.keys() and all(
            conforms(t, wanted.attributes[k]) for k, t in given.items
        )
    return False


def same_kind_type(example: Value, element: Type) -> Type:
    """The collection type of the same kind as `example`'s, of other elements."""
    assert isinstance(example.type, Collection)
    return _same_kind(example.type, element)


def distinct(types: Iterable[Type]) -> list[Type]:
    """Each type once, in order of first appearance."""
    return list(dict.fromkeys(types))


def element_types(type: Type) -> tuple[Type, ...]:  # noqa: A002
    """The types of the members: one for a collection, each for a tuple or an object."""
    if isinstance(type, Collection):
        return (type.element,)
    if isinstance(type, TupleType):
        return type.elements
    return tuple(t for _, t in type.items) if isinstance(type, ObjectType) else ()


def is_sequence(type: Type) -> bool:  # noqa: A002
    """Whether it is a list, set or tuple."""
    return isinstance(type, ListType | SetType | TupleType)


def is_keyed(type: Type) -> bool:  # noqa: A002
    """Whether it is a map or an object."""
    return isinstance(type, MapType | ObjectType)


def constraint_name(type: Type) -> str:  # noqa: A002
    """The type in the words of Terraform's messages: `list of string`, `object`, `any type`."""
    if type == DYNAMIC:
        return "any type"
    if isinstance(type, Collection):
        kind = type.name.split("(", 1)[0]
        return f"{kind} of {constraint_name(type.element)}"
    if isinstance(type, TupleType):
        return "tuple"
    return "object" if isinstance(type, ObjectType) else type.name


def friendly_name(type: Type) -> str:  # noqa: A002
    """As `constraint_name`, for the type of a value: `dynamic` instead of `any type`."""
    if type == DYNAMIC:
        return "dynamic"
    if isinstance(type, Collection):
        return f"{type.name.split('(', 1)[0]} of {friendly_name(type.element)}"
    return constraint_name(type)
