"""The operators: arithmetic, comparison, equality, logic. None of them short-circuits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import placed, written_at
from imdsguard.hcl.values import number
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.equality import equal
from imdsguard.hcl.values.marks import unmark_deep
from imdsguard.hcl.values.ranges import number_bounds
from imdsguard.hcl.values.symbol import symbolic
from imdsguard.hcl.values.types import BOOL, NUMBER, Type
from imdsguard.hcl.values.value import FALSE, NOT_NULL, TRUE, Number, Pending, Value, boolean, derived

if TYPE_CHECKING:
    from imdsguard.model.place import Place

Operator: TypeAlias = Callable[[Value, Value], Value]
_OPERATION = "Error during operation: "


_LOGIC = ("&&", "||")


def result_type(symbol: str) -> Type:
    """The type of what the operator gives."""
    return _BINARY[symbol][0]


def apply_binary(symbol: str, a: Value, b: Value, place: Place) -> Value:
    """Give `a symbol b`. Raises `EvaluationError`."""
    result, wanted, action = _BINARY[symbol]
    if wanted is not None:
        if a.type is not wanted:
            a = _operand(a, wanted, "left", place)
        if b.type is not wanted:
            b = _operand(b, wanted, "right", place)
        if a.raw is None or b.raw is None:
            raise EvaluationError("Error during operation: argument must not be null.", place)
    try:
        if (not a.marks and not b.marks) or wanted is None:
            made = action(a, b)
        else:
            bare_a, marks = unmark_deep(a)
            bare_b, more = unmark_deep(b)
            made = action(bare_a, bare_b).with_marks(marks | more)
    except EvaluationError as error:
        raise placed(error, place, _OPERATION, ".") from None
    assert made.type == result
    if isinstance(made.raw, Pending):
        made = symbolic(made, symbol, (a, b))
    elif symbol in _LOGIC:
        return _decided(made, [each for each in (a, b) if each.raw is made.raw], place)
    return made.at(written_at(place, a, b))


def _decided(made: Value, by: list[Value], place: Place) -> Value:
    """The outcome of `&&` or `||`, with the way of the operand that made it, or of both."""
    found = made.at(written_at(place, *by))
    return found.decided_by(by[1].origin, place) if len(by) > 1 and by[0].origin is not by[1].origin else found


def apply_unary(symbol: str, value: Value, place: Place) -> Value:
    """Give `-value` or `!value`. Raises `EvaluationError`."""
    wanted = NUMBER if symbol == "-" else BOOL
    try:
        given = convert(value, wanted)
    except EvaluationError as error:
        raise placed(error, place, "Unsuitable value for unary operand: ", ".") from None
    raw = given.raw
    if raw is None:
        raise EvaluationError("Error during operation: argument must not be null.", place)
    if isinstance(raw, Pending):
        made = symbolic(derived(wanted, given, refinement=NOT_NULL), symbol, (given,))
    elif wanted is BOOL:
        made = FALSE if raw else TRUE
    else:
        made = Value(NUMBER, number.negate(_number(given)))
    return made.with_marks(given.marks).at(written_at(place, value))


def _operand(value: Value, wanted: Type, side: str, place: Place) -> Value:
    try:
        return convert(value, wanted)
    except EvaluationError as error:
        raise placed(error, place, f"Unsuitable value for {side} operand: ", ".") from None


def _number(value: Value) -> Number:
    assert isinstance(value.raw, int | float | Fraction)
    return value.raw


def _unknown(type_: Type, a: Value, b: Value) -> Value:
    return derived(type_, a, b, refinement=NOT_NULL)


def _arithmetic(action: Callable[[Number, Number], Number]) -> Operator:
    def run(a: Value, b: Value) -> Value:
        if isinstance(a.raw, Pending) or isinstance(b.raw, Pending):
            return _unknown(NUMBER, a, b)
        return Value(NUMBER, action(_number(a), _number(b)))

    return run


def _less(a: Value, b: Value) -> Value:
    """`a < b`. Bounds of unknowns count as if they were excluded themselves, as in cty."""
    if not (isinstance(a.raw, Pending) or isinstance(b.raw, Pending)):
        return boolean(_number(a) < _number(b))
    a_low, _, a_high, _ = number_bounds(a)
    b_low, _, b_high, _ = number_bounds(b)
    if a_high is not None and b_low is not None and a_high < b_low:
        return TRUE
    if a_low is not None and b_high is not None and a_low > b_high:
        return FALSE
    return _unknown(BOOL, a, b)


def _greater(a: Value, b: Value) -> Value:
    return _less(b, a)


def _or(a: Value, b: Value) -> Value:
    if isinstance(a.raw, Pending) or isinstance(b.raw, Pending):
        return _unknown(BOOL, a, b)
    return boolean(bool(a.raw) or bool(b.raw))


def _and(a: Value, b: Value) -> Value:
    if isinstance(a.raw, Pending) or isinstance(b.raw, Pending):
        return _unknown(BOOL, a, b)
    return boolean(bool(a.raw) and bool(b.raw))


def _not_equal(a: Value, b: Value) -> Value:
    same = equal(a, b)
    if isinstance(same.raw, Pending):
        return same
    return (FALSE if same.raw else TRUE).with_marks(same.marks)


def _or_equal(strictly: Operator) -> Operator:
    return lambda a, b: _or(strictly(a, b), equal(a, b))


_BINARY: dict[str, tuple[Type, Type | None, Operator]] = {
    "+": (NUMBER, NUMBER, _arithmetic(number.add)),
    "-": (NUMBER, NUMBER, _arithmetic(number.subtract)),
    "*": (NUMBER, NUMBER, _arithmetic(number.multiply)),
    "/": (NUMBER, NUMBER, _arithmetic(number.divide)),
    "%": (NUMBER, NUMBER, _arithmetic(number.modulo)),
    "<": (BOOL, NUMBER, _less),
    ">": (BOOL, NUMBER, _greater),
    "<=": (BOOL, NUMBER, _or_equal(_less)),
    ">=": (BOOL, NUMBER, _or_equal(_greater)),
    "&&": (BOOL, BOOL, _and),
    "||": (BOOL, BOOL, _or),
    "==": (BOOL, None, equal),
    "!=": (BOOL, None, _not_equal),
}
