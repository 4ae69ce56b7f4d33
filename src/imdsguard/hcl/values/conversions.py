"""Which types convert to which, how Terraform says that they do not, and the type that several have in common.

What is in common is the element type of a list made of them, or the type of a conditional. After the documentation of
`convert.UnifyUnsafe` in cty: structures of one kind are unified member by member, objects and tuples of different
shapes become maps and lists, and otherwise one of the given types wins, `string` before others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

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
    object_type,
)
from imdsguard.hcl.values.typetools import constraint_name, distinct

if TYPE_CHECKING:
    from collections.abc import Sequence


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


def unify(types: Sequence[Type]) -> Type | None:
    """Return the type all of these convert to (unsafe conversions allowed); None if there is none, or no types."""
    if not types:
        return None
    first = types[0]
    if all(t is first for t in types):
        return first
    types = distinct(types)
    if len(types) == 1:
        return types[0]
    kinds = {t.__class__ for t in types if t != DYNAMIC}
    dynamic = DYNAMIC in types
    done, result = _of_one_kind(types, kinds, dynamic)
    return result if done else _preferred(types)


def _of_one_kind(types: Sequence[Type], kinds: set[type[Type]], dynamic: bool) -> tuple[bool, Type | None]:
    """Unify what is alike in structure; (False, None) leaves it to preference."""
    if len(kinds) == 1:
        (kind,) = kinds
        if kind is Primitive:
            return False, None
        if dynamic:
            return True, DYNAMIC
        if kind is ObjectType:
            return True, _objects([t for t in types if isinstance(t, ObjectType)])
        if kind is TupleType:
            return True, _tuples([t for t in types if isinstance(t, TupleType)])
        return True, _collections([t for t in types if isinstance(t, Collection)])
    for structural, collection in ((ObjectType, MapType), (TupleType, ListType)):
        if kinds == {structural, collection}:
            common = _structures_as_collection(types, structural)
            return common is not None, common
    return ObjectType in kinds and TupleType in kinds, None


def _collections(types: Sequence[Collection]) -> Type | None:
    element = unify([t.element for t in types])
    return None if element is None else types[0].__class__(element)


def _structures_as_collection(types: Sequence[Type], structural: type[Type]) -> Type | None:
    """Objects among maps, tuples among lists: unify the former as collections first."""
    if structural is ObjectType:
        common = _map_of([t for t in types if isinstance(t, ObjectType)])
    else:
        common = _list_of([t for t in types if isinstance(t, TupleType)])
    if common is None:
        return None
    result = unify([common if isinstance(t, structural) else t for t in types])
    return result if isinstance(result, ListType | MapType) else None


def _objects(types: Sequence[ObjectType]) -> Type | None:
    names = types[0].attributes.keys()
    if any(t.attributes.keys() != names for t in types):
        return _map_of(types)
    attributes: dict[str, Type] = {}
    for name in names:
        common = unify([t.attributes[name] for t in types])
        if common is None:
            return None
        attributes[name] = common
    return object_type(attributes)


def _map_of(types: Sequence[ObjectType]) -> Type | None:
    element = unify([a for t in types for _, a in t.items])
    return None if element is None else MapType(element)


def _tuples(types: Sequence[TupleType]) -> Type | None:
    length = len(types[0].elements)
    if any(len(t.elements) != length for t in types):
        return _list_of(types)
    elements: list[Type] = []
    for i in range(length):
        common = unify([t.elements[i] for t in types])
        if common is None:
            return None
        elements.append(common)
    return TupleType(tuple(elements))


def _list_of(types: Sequence[TupleType]) -> Type | None:
    element = unify([e for t in types for e in t.elements])
    return None if element is None else ListType(element)


def _preferred(types: Sequence[Type]) -> Type | None:
    for wanted in _by_preference(types):
        if all(t == wanted or can_convert(t, wanted) for t in types):
            return wanted
    return None


def _by_preference(types: Sequence[Type]) -> list[Type]:
    """Sort so that each type comes after those preferred to it (a partial order, so no plain sort)."""
    better: list[list[int]] = [[] for _ in types]
    waiting = [0] * len(types)
    for i, a in enumerate(types):
        for j in range(i + 1, len(types)):
            order = _compare(a, types[j])
            if order:
                winner, loser = (i, j) if order < 0 else (j, i)
                better[winner].append(loser)
                waiting[loser] += 1
    ready = [i for i, count in enumerate(waiting) if count == 0]
    result: list[Type] = []
    while ready:
        i = ready.pop(0)
        result.append(types[i])
        for loser in better[i]:
            waiting[loser] -= 1
            if waiting[loser] == 0:
                ready.append(loser)
    return result


def _compare(a: Type, b: Type) -> int:
    """-1 if `a` is preferred to `b`, 1 for the reverse, 0 if it cannot be told."""
    if a == DYNAMIC or b == DYNAMIC:
        return (a == DYNAMIC) - (b == DYNAMIC)
    if isinstance(a, Primitive) and isinstance(b, Primitive):
        return (b == STRING) - (a == STRING)
    if isinstance(a, Collection) and a.__class__ is b.__class__ and isinstance(b, Collection):
        return _compare(a.element, b.element)
    if isinstance(a, ObjectType) and isinstance(b, ObjectType):
        if a.attributes.keys() != b.attributes.keys():
            return 0
        return _agreed([_compare(t, b.attributes[k]) for k, t in a.items])
    if isinstance(a, TupleType) and isinstance(b, TupleType):
        if len(a.elements) != len(b.elements):
            return 0
        return _agreed([_compare(x, y) for x, y in zip(a.elements, b.elements, strict=True)])
    ranks = {ListType: 0, TupleType: 1, SetType: 2}
    if a.__class__ in ranks and b.__class__ in ranks:
        return -1 if ranks[a.__class__] < ranks[b.__class__] else 1
    if isinstance(a, MapType) and isinstance(b, ObjectType):
        return -1
    return 1 if isinstance(a, ObjectType) and isinstance(b, MapType) else 0


def _agreed(orders: list[int]) -> int:
    return (max(orders, default=0) > 0) - (min(orders, default=0) < 0)
