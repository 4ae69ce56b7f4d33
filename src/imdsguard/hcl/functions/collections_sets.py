"""Functions on sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function
from imdsguard.hcl.values.conversions import unify
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.identity import identity_key, make_set
from imdsguard.hcl.values.types import DYNAMIC, ListType, SetType, TupleType, Type
from imdsguard.hcl.values.value import NO_MARKS, Refinement, Value, list_of, tuple_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY_SET = SetType(DYNAMIC)
FIRST = Parameter("first_set", ANY_SET, dynamic=True)
OTHERS = Parameter("other_sets", ANY_SET, dynamic=True)
LONGEST_REFINED_INPUT = 1024
LONGEST_REFINED_PRODUCT = 2048
"""Beyond these lengths Terraform says nothing of the length of an unknown product."""


def _common_type(*sets: Value) -> Type:
    types: list[Type] = []
    for value in sets:
        if not isinstance(value.type, SetType):
            return DYNAMIC
        if not (value.type.element is DYNAMIC and value.is_known and not value.raw):
            types.append(value.type.element)
    common = unify(types) if types else DYNAMIC
    if common is None:
        raise EvaluationError("given sets must all have compatible element types")
    return SetType(common)


def _members(call: FunctionCall, sets: Sequence[Value]) -> list[dict[object, Value]]:
    """The members of each set, converted to the common type, by identity."""
    return [{identity_key(v): v for v in convert(s, call.type).elements()} for s in sets]


def _made(call: FunctionCall, members: dict[object, Value]) -> Value:
    assert isinstance(call.type, SetType)
    return make_set(call.type.element, members.values())


@function("setunion", _common_type, FIRST, variadic=OTHERS)
def setunion(call: FunctionCall, *sets: Value) -> Value:
    """What is in any of the sets."""
    union: dict[object, Value] = {}
    for members in _members(call, sets):
        union.update(members)
    call.context.bounds.items(len(union))
    return _made(call, union)


@function("setintersection", _common_type, FIRST, variadic=OTHERS)
def setintersection(call: FunctionCall, *sets: Value) -> Value:
    """What is in all of the sets."""
    if not all(s.wholly_known for s in sets):
        return call.unknown()
    first, *others = _members(call, sets)
    return _made(call, {k: v for k, v in first.items() if all(k in other for other in others)})


@function("setsubtract", _common_type, Parameter("a", ANY_SET, dynamic=True), Parameter("b", ANY_SET, dynamic=True))
def setsubtract(call: FunctionCall, *sets: Value) -> Value:
    """What is in the first set and not in the second."""
    if not all(s.wholly_known for s in sets):
        return call.unknown()
    first, second = _members(call, sets)
    return _made(call, {k: v for k, v in first.items() if k not in second})


def _product_type(*sets: Value) -> Type:
    if len(sets) < 2:
        raise EvaluationError("at least two arguments are required")
    types: list[Type] = []
    for i, value in enumerate(sets):
        kind = value.type
        if isinstance(kind, (SetType, ListType)):
            types.append(kind.element)
        elif isinstance(kind, TupleType):
            common = unify(kind.elements) if kind.elements else DYNAMIC
            if common is None:
                raise ArgumentProblem(i, "all elements must be of the same type")
            types.append(common)
        else:
            raise ArgumentProblem(i, "a set or a list is required")
    element = TupleType(tuple(types))
    return SetType(element) if any(isinstance(v.type, SetType) for v in sets) else ListType(element)


@function("setproduct", _product_type, variadic=Parameter("sets", unknown=True, marked=True))
def setproduct(call: FunctionCall, *sets: Value) -> Value:
    """All combinations of one element of each."""
    marks = NO_MARKS.union(*(s.marks for s in sets))
    if not all(_length_known(s) for s in sets):
        return call.unknown(_product_refinement(sets)).with_marks(marks)
    assert isinstance(call.type, (ListType, SetType))
    element = call.type.element
    assert isinstance(element, TupleType)
    total = 1
    for value in sets:
        total *= len(tuple(value.elements()))
    call.context.bounds.items(total * (len(sets) + 1))
    combinations: list[tuple[Value, ...]] = [()] if total else []
    for value, kind in zip(sets, element.elements, strict=True):
        members = [convert(v, kind) for v in value.elements()]
        combinations = [(*head, member) for head in combinations for member in members]
    tuples = [tuple_of(c) for c in combinations]
    result = list_of(element, tuples) if isinstance(call.type, ListType) else make_set(element, tuples)
    return result.with_marks(marks)


def _length_known(value: Value) -> bool:
    if not value.is_known:
        return False
    return not isinstance(value.type, SetType) or value.wholly_known or len(tuple(value.elements())) < 2


def _product_refinement(sets: Sequence[Value]) -> Refinement:
    """What is known of the length of an unknown product."""
    longest = 1
    for value in sets:
        if isinstance(value.type, TupleType):
            length: int | None = len(value.type.elements)
        elif value.pending is not None:
            length = value.pending.refinement.max_length
        else:
            length = len(tuple(value.elements()))
        if length is None or length > LONGEST_REFINED_INPUT or longest * length > LONGEST_REFINED_PRODUCT:
            return Refinement()
        longest *= length
    return Refinement(max_length=0) if not longest else Refinement(min_length=1, max_length=longest)
