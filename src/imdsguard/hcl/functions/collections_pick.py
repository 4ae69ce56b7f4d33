"""Functions that ask something of a collection, or pick from several."""

from __future__ import annotations

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.arguments import is_sequence, never_empty, still
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function
from imdsguard.hcl.functions.graphemes import count
from imdsguard.hcl.values.conversions import unify
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.equality import equal
from imdsguard.hcl.values.number import machine_int
from imdsguard.hcl.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Collection,
    ListType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from imdsguard.hcl.values.value import FALSE, TRUE, Refinement, Value, list_of, null, number

BOOLS = ListType(BOOL)
ANY_LIST = ListType(DYNAMIC)


def _length_type(value: Value) -> Type:
    if value.type in (STRING, DYNAMIC) or isinstance(value.type, (TupleType, ObjectType, Collection)):
        return NUMBER
    raise EvaluationError("argument must be a string, a collection type, or a structural type")


@function("length", _length_type, Parameter("value", unknown=True, dynamic=True, marked=True))
def length(call: FunctionCall, value: Value) -> Value:
    """How many elements, or characters; of an unknown value what its type and refinements tell."""
    return _length(call, value).with_marks(value.marks)


def _length(call: FunctionCall, value: Value) -> Value:
    kind, pending = value.type, value.pending
    if isinstance(kind, TupleType):
        return number(machine_int(len(kind.elements)))
    if isinstance(kind, ObjectType):
        return number(machine_int(len(kind.items)))
    if pending is not None:
        known = pending.refinement
        if kind == STRING:
            return call.unknown(Refinement(low=count(known.prefix)))
        if isinstance(kind, Collection):
            if known.max_length == known.min_length:
                return number(machine_int(known.min_length))
            return call.unknown(Refinement(low=known.min_length, high=known.max_length))
        return call.unknown()
    if kind == STRING:
        return number(machine_int(count(str(value.raw))))
    members = len(tuple(value.elements()))
    if isinstance(kind, SetType) and members > 1 and not value.wholly_known:
        return call.unknown(Refinement(low=1, high=members))  # unknown members may turn out to be equal
    return number(machine_int(members))


@function("alltrue", BOOL, Parameter("list", BOOLS))
def alltrue(call: FunctionCall, conditions: Value) -> Value:
    """Whether all are true; a null is not."""
    for condition in conditions.elements():
        if not condition.is_known:
            return call.unknown()
        if not condition.raw:
            return FALSE
    return TRUE


@function("anytrue", BOOL, Parameter("list", BOOLS))
def anytrue(call: FunctionCall, conditions: Value) -> Value:
    """Whether at least one is true."""
    if any(c.raw is True for c in conditions.elements()):
        return TRUE
    return FALSE if conditions.wholly_known else call.unknown()


@function("contains", BOOL, Parameter("list"), Parameter("value"))
def contains(call: FunctionCall, items: Value, wanted: Value) -> Value:
    """Whether a collection has an element that equals a value; nothing is converted."""
    if not is_sequence(items.type):
        raise EvaluationError("argument must be list, tuple, or set")
    undecided = False
    for item in items.elements():
        answer = equal(wanted, item)
        if not answer.is_known:
            undecided = True
        elif answer.raw is True:
            return TRUE
    return call.unknown() if undecided else FALSE


def _coalesce_type(*candidates: Value) -> Type:
    common = unify([v.type for v in candidates]) if candidates else DYNAMIC
    if common is None:
        raise EvaluationError("all arguments must have the same type")
    return common


@function("coalesce", _coalesce_type, variadic=Parameter("vals", null=True, unknown=True, dynamic=True), picks=0)
def coalesce(call: FunctionCall, *candidates: Value) -> Value:
    """The first that is not null and not an empty string."""
    last = max((i for i, c in enumerate(candidates) if not (c.is_null or c.raw == "")), default=0)
    for i, candidate in enumerate(candidates):
        converted = convert(candidate, call.type)
        if not converted.is_known:  # if there is a value at all, it is this one where no other is left
            return still(call.type, converted) if i == last or never_empty(converted) else call.unknown()
        if not converted.is_null and not (call.type == STRING and converted.raw == ""):
            passed_over = next((each.origin for each in candidates[:i] if each.origin is not None), None)
            return converted.decided_by(passed_over, call.context.place)
    raise EvaluationError("no non-null, non-empty-string arguments")


def _coalescelist_type(*lists: Value) -> Type:
    if not lists:
        raise EvaluationError("at least one argument is required")
    for value in lists:
        if not value.is_known:
            return DYNAMIC
        if not isinstance(value.type, (ListType, TupleType)):
            raise EvaluationError("coalescelist arguments must be lists or tuples")
    first = lists[0].type
    return first if all(v.type == first for v in lists) else DYNAMIC


@function(
    "coalescelist", _coalescelist_type, variadic=Parameter("vals", null=True, unknown=True, dynamic=True), picks=0
)
def coalescelist(call: FunctionCall, *lists: Value) -> Value:
    """The first that is not empty."""
    for value in lists:
        if not value.is_known:
            return call.unknown()
        if value.raw:
            return value
    raise EvaluationError("no non-null arguments")


def _one_type(items: Value) -> Type:
    if isinstance(items.type, (ListType, SetType)):
        return items.type.element
    if isinstance(items.type, TupleType) and len(items.type.elements) < 2:
        return items.type.elements[0] if items.type.elements else DYNAMIC
    raise ArgumentProblem(0, "must be a list, set, or tuple value with either zero or one elements")


@function("one", _one_type, Parameter("list"), not_null=False, picks=0)
def one(call: FunctionCall, items: Value) -> Value:
    """The only element, or null if there is none."""
    members = list(items.elements())
    if len(members) < 2:
        return members[0] if members else null(call.type)
    if isinstance(items.type, SetType) and not items.wholly_known:
        return call.unknown()
    raise ArgumentProblem(0, "must be a list, set, or tuple value with either zero or one elements")


def _matchkeys_type(items: Value, keys: Value, wanted: Value) -> Type:
    if unify([keys.type, wanted.type]) is None:
        raise EvaluationError("keys and searchset must be of the same type")
    return items.type


@function(
    "matchkeys",
    _matchkeys_type,
    Parameter("values", ANY_LIST),
    Parameter("keys", ANY_LIST),
    Parameter("searchset", ANY_LIST),
)
def matchkeys(call: FunctionCall, items: Value, keys: Value, wanted: Value) -> Value:
    """The values whose keys are wanted."""
    assert isinstance(call.type, ListType)
    members, names = list(items.elements()), list(keys.elements())
    if len(members) != len(names):
        raise EvaluationError("length of keys and values should be equal")
    common = unify([keys.type, wanted.type])
    assert common is not None
    searched = list(convert(wanted, common).elements())
    if not searched:
        return list_of(call.type.element, ())
    if not items.wholly_known or not keys.wholly_known:
        return call.unknown()
    call.context.bounds.step(len(names) * len(searched))
    found: list[Value] = []
    for member, name in zip(members, convert(keys, common).elements(), strict=True):
        for candidate in searched:
            answer = equal(name, candidate)
            if not answer.is_known:
                return list_of(call.type.element, ())  # Terraform takes an unknown wanted key as no match at all
            if answer.raw is True:
                found.append(member)
                break
    return list_of(call.type.element, found)
