"""Functions on lists and tuples."""

from __future__ import annotations

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.arguments import is_sequence, whole
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function
from imdsguard.hcl.values.conversions import unify
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.equality import equal
from imdsguard.hcl.values.number import machine_int
from imdsguard.hcl.values.types import DYNAMIC, NUMBER, STRING, ListType, SetType, TupleType, Type
from imdsguard.hcl.values.value import EMPTY_TUPLE, NO_MARKS, Value, derived, list_of, number, tuple_of

ANY_LIST = ListType(DYNAMIC)


@function("compact", ListType(STRING), Parameter("list", ListType(STRING)), picks=0)
def compact(call: FunctionCall, items: Value) -> Value:
    """Leave out empty strings and nulls."""
    if not items.wholly_known:
        return call.unknown()
    return list_of(STRING, [v for v in items.elements() if v.raw])


def _element_type(items: Value, index: Value) -> Type:
    kind = items.type
    if isinstance(kind, ListType):
        return kind.element
    if not isinstance(kind, TupleType):
        raise EvaluationError(f"cannot read elements from {kind.name}")
    if not index.is_known:
        return DYNAMIC
    position = _wrapped(index, len(kind.elements))
    # For the type of a tuple's element Terraform takes a remainder with the sign of the index, and fails below zero.
    if whole(index.raw) < 0 and position:
        raise EvaluationError("cannot use element function with a negative index of a tuple")
    return kind.elements[position]


def _wrapped(index: Value, length: int) -> int:
    if not length:
        raise EvaluationError("cannot use element function with an empty list")
    return whole(index.raw) % length


@function("element", _element_type, Parameter("list", marked=True), Parameter("index", NUMBER), not_null=False, picks=0)
def element(_: FunctionCall, items: Value, index: Value) -> Value:
    """The element at an index, counting on from the start after the end."""
    assert isinstance(items.raw, tuple)
    return items.raw[_wrapped(index, len(items.raw))].with_marks(items.marks)


@function("index", NUMBER, Parameter("list"), Parameter("value"))
def index_of(call: FunctionCall, items: Value, wanted: Value) -> Value:
    """The index of the first element that equals a value."""
    if not isinstance(items.type, (ListType, TupleType)):
        raise EvaluationError("argument must be a list or tuple")
    elements = list(items.elements())
    if not elements:
        raise EvaluationError("cannot search an empty list")
    for i, candidate in enumerate(elements):
        answer = equal(candidate, wanted)
        if not answer.is_known:
            return call.unknown()
        if answer.raw is True:
            return number(machine_int(i))
    raise EvaluationError("item not found")


def _distinct_type(items: Value) -> Type:
    return items.type


@function("distinct", _distinct_type, Parameter("list", ANY_LIST), picks=0)
def distinct(call: FunctionCall, items: Value) -> Value:
    """Leave out what came before."""
    if not items.wholly_known:
        return call.unknown()
    assert isinstance(call.type, ListType)
    kept: list[Value] = []
    seen: set[object] = set()
    for candidate in items.elements():
        if isinstance(candidate.raw, (str, bool, int)) or candidate.is_null:
            key = (type(candidate.raw) is bool, candidate.raw)
            if key not in seen:
                seen.add(key)
                kept.append(candidate)
        else:
            call.context.bounds.step(len(kept))
            if not any(equal(k, candidate).raw is True for k in kept):
                kept.append(candidate)
    return list_of(call.type.element, kept)


def _chunks_type(items: Value, _: Value) -> Type:
    return ListType(items.type)


@function("chunklist", _chunks_type, Parameter("list", ANY_LIST, marked=True), Parameter("size", NUMBER, marked=True))
def chunklist(_: FunctionCall, items: Value, size: Value) -> Value:
    """Cut a list into lists of a size; a size of 0 gives one list."""
    width = whole(size.raw)
    if width < 0:
        raise EvaluationError("the size argument must be positive")
    marks = items.marks | size.marks
    plain = items.without_marks()
    assert isinstance(plain.type, ListType)
    elements = tuple(plain.elements())
    if elements and not width:
        chunks = [plain]
    else:
        chunks = [list_of(plain.type.element, elements[i : i + width]) for i in range(0, len(elements), width or 1)]
    return list_of(plain.type, chunks).with_marks(marks)


def _flat_type(items: Value) -> Type:
    if not is_sequence(items.type):
        raise EvaluationError("can only flatten lists, sets and tuples")
    return DYNAMIC


@function("flatten", _flat_type, Parameter("list", marked=True), picks=0)
def flatten(call: FunctionCall, items: Value) -> Value:
    """Put what is in lists in a list in its place, at all depths."""
    flat: list[Value] = []
    marks = _flatten(call, items, flat)
    if marks is None:
        return derived(DYNAMIC, items, *items.elements()).with_marks(items.marks)
    call.context.bounds.items(len(flat))
    return tuple_of(flat).with_marks(marks)


def _flatten(call: FunctionCall, items: Value, flat: list[Value]) -> frozenset[str] | None:
    """Add what is in `items` to `flat`; give the marks of the lists on the way, or None if one of them is unknown."""
    call.context.bounds.step(len(tuple(items.elements())))
    marks = items.marks
    known = not (isinstance(items.type, SetType) and not items.wholly_known and len(list(items.elements())) > 1)
    for item in items.elements():
        if not item.is_known and (item.type is DYNAMIC or is_sequence(item.type)):
            known = False
        elif is_sequence(item.type) and not item.is_null:
            inner = _flatten(call, item, flat)
            known = known and inner is not None
            marks |= inner or NO_MARKS
        else:
            flat.append(item)
    return marks if known else None


def _reversed_type(items: Value) -> Type:
    kind = items.type
    if isinstance(kind, TupleType):
        return TupleType(kind.elements[::-1])
    if isinstance(kind, (ListType, SetType)):
        return ListType(kind.element)
    raise ArgumentProblem(0, f"can only reverse list or tuple values, not {kind.name}")


@function("reverse", _reversed_type, Parameter("list", marked=True), picks=0)
def reverse(call: FunctionCall, items: Value) -> Value:
    """The same from the end."""
    return Value(call.type, tuple(items.elements())[::-1], items.marks)


def _slice_type(items: Value, start: Value, end: Value) -> Type:
    kind = items.type
    if isinstance(kind, SetType):
        raise ArgumentProblem(
            0,
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the "
            "ordering of the result is not important",
        )
    if not isinstance(kind, (ListType, TupleType)):
        raise ArgumentProblem(0, "must be a list or tuple value")
    first, last = _slice_bounds(items, start, end)
    if isinstance(kind, ListType):
        return kind
    return DYNAMIC if first is None or last is None else TupleType(kind.elements[first:last])


def _slice_bounds(items: Value, start: Value, end: Value) -> tuple[int | None, int | None]:
    length: int | None = None
    if isinstance(items.type, TupleType):
        length = len(items.type.elements)
    elif items.is_known:
        length = len(list(items.elements()))
    bounds: list[int | None] = []
    for i, (what, value) in enumerate((("start", start), ("end", end)), 1):
        position = whole(value.raw) if value.is_known else None
        bounds.append(position)
        if position is not None and position < 0:
            raise ArgumentProblem(i, f"{what} index must not be less than zero")
        if position is not None and length is not None and position > length:
            raise ArgumentProblem(i, f"{what} index must not be greater than the length of the list")
    first, last = bounds
    if first is not None and last is not None and first > last:
        raise ArgumentProblem(1, "start index must not be greater than end index")
    return first, last


@function(
    "slice",
    _slice_type,
    Parameter("list", marked=True),
    Parameter("start_index", NUMBER),
    Parameter("end_index", NUMBER),
)
def cut(call: FunctionCall, items: Value, start: Value, end: Value) -> Value:
    """The elements from an index up to another, which is not included."""
    first, last = _slice_bounds(items, start, end)
    return Value(call.type, tuple(items.elements())[first:last], items.marks)


def _concat_type(*lists: Value) -> Type:
    if not lists:
        raise EvaluationError("at least one argument is required")
    if all(isinstance(v.type, ListType) for v in lists):
        common = unify([v.type for v in lists])
        if common is not None:
            return common
    types: list[Type] = []
    for i, value in enumerate(lists):
        kind = value.type
        if isinstance(kind, TupleType):
            types.extend(kind.elements)
        elif not isinstance(kind, ListType):
            raise ArgumentProblem(i, f"all arguments must be lists or tuples; got {kind.name}")
        elif not value.is_known:
            return DYNAMIC
        else:
            types.extend(kind.element for _ in value.elements())
    return TupleType(tuple(types))


@function("concat", _concat_type, variadic=Parameter("seqs", marked=True), picks=0)
def concat(call: FunctionCall, *lists: Value) -> Value:
    """Join lists: into a list if they are all lists of types that unify, else into a tuple."""
    marks = NO_MARKS.union(*(v.marks for v in lists))
    if isinstance(call.type, ListType):
        lists = tuple(convert(v, call.type) for v in lists)
    items = [item for v in lists for item in v.elements()]
    call.context.bounds.items(len(items))
    if isinstance(call.type, ListType):
        return Value(call.type, tuple(items), marks)
    return tuple_of(items).with_marks(marks) if items else EMPTY_TUPLE.with_marks(marks)
