"""Functions on numbers. `pow` and `log` compute in double precision, as Terraform does."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.functions import doubles
from imdsguard.hcl.functions.arguments import whole
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, native
from imdsguard.hcl.values import number as arithmetic
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import NUMBER, STRING, ListType, SetType, TupleType, Type
from imdsguard.hcl.values.value import Value, list_of, number

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number, Raw

NUM = Parameter("num", NUMBER)
MOST_OF_RANGE = 1024
"""The longest list that `range` gives in Terraform."""


@native("abs", NUMBER, NUM)
def absolute(n: Number) -> Number:
    """The number without its sign."""
    return arithmetic.negate(n) if arithmetic.is_negative(n) else n


@native("ceil", NUMBER, NUM)
def ceil(n: Number) -> Number:
    """The next whole number upward."""
    return math.ceil(n) if isinstance(n, Fraction) else n


@native("floor", NUMBER, NUM)
def floor(n: Number) -> Number:
    """The next whole number downward."""
    return math.floor(n) if isinstance(n, Fraction) else n


@native("log", NUMBER, NUM, Parameter("base", NUMBER))
def log(n: Number, base: Number) -> Number:
    """The logarithm of `n` to `base`."""
    return arithmetic.from_float(doubles.quotient(doubles.log(_double(n)), doubles.log(_double(base))))


@native("pow", NUMBER, NUM, Parameter("power", NUMBER))
def power(n: Number, exponent: Number) -> Number:
    """`n` to a power."""
    return arithmetic.from_float(doubles.power(_double(n), _double(exponent)))


@native("signum", NUMBER, NUM)
def signum(n: Number) -> Number:
    """-1, 0 or 1; whole numbers only."""
    value = whole(n)
    return arithmetic.machine_int((value > 0) - (value < 0))


@function("max", NUMBER, variadic=Parameter("numbers", NUMBER, dynamic=True))
def maximum(_: FunctionCall, *numbers: Value) -> Value:
    """The greatest."""
    return _extreme(numbers, 1)


@function("min", NUMBER, variadic=Parameter("numbers", NUMBER, dynamic=True))
def minimum(_: FunctionCall, *numbers: Value) -> Value:
    """The least."""
    return _extreme(numbers, -1)


def _extreme(numbers: tuple[Value, ...], sign: int) -> Value:
    if not numbers:
        raise EvaluationError("must pass at least one number")
    found = numbers[0]
    for candidate in numbers[1:]:
        difference = _compare(candidate.raw, found.raw)
        if difference * sign > 0:
            found = candidate
    return found


def _compare(a: Raw, b: Raw) -> int:
    assert isinstance(a, (int, float, Fraction))
    assert isinstance(b, (int, float, Fraction))
    return (a > b) - (a < b)


def _parseint_type(text: Value, _: Value) -> Type:
    if text.type != STRING:
        raise ArgumentProblem(0, f"first argument must be a string, not {text.type.name}")
    return NUMBER


@function("parseint", _parseint_type, Parameter("number"), Parameter("base", NUMBER))
def parseint(_: FunctionCall, text: Value, base: Value) -> Value:
    """Read a whole number in a base from 2 to 62."""
    radix = whole(base.raw)
    if not 2 <= radix <= 62:
        raise ArgumentProblem(1, "base must be a whole number between 2 and 62 inclusive")
    digits = str(text.raw)
    parsed = _integer(digits, radix)
    if parsed is None:
        raise ArgumentProblem(0, f'cannot parse "{digits[:80]}" as a base {radix} integer')
    return number(arithmetic.machine_int(parsed) if parsed.bit_length() <= arithmetic.MACHINE else parsed)


def _integer(text: str, base: int) -> int | None:
    """Read digits as Go's `big.Int` does: beyond base 36 the upper-case letters follow the lower-case ones."""
    sign = -1 if text[:1] == "-" else 1
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isascii() or not digits.isalnum():
        return None
    if len(digits) > arithmetic.MAX_DIGITS // 20:
        raise LimitReached("a number has more digits than imdsguard reads")
    if base == 10 and digits.isdigit():
        return sign * arithmetic.int_of(digits)
    value = 0
    for digit in digits:
        weight = int(digit, 36) + (26 if digit.isupper() and base > 36 else 0)
        if weight >= base:
            return None
        value = value * base + weight
    return sign * value


@function("range", ListType(NUMBER), variadic=Parameter("params", NUMBER))
def numbers_between(_: FunctionCall, *parameters: Value) -> Value:
    """`range(3)` is [0, 1, 2]; also with start, and with start and step."""
    if not 1 <= len(parameters) <= 3:
        raise EvaluationError("must have one, two, or three arguments")
    given: list[Number] = [p.raw for p in parameters]  # type: ignore[misc]
    start, end = (arithmetic.machine_int(0), given[0]) if len(given) == 1 else (given[0], given[1])
    step = given[2] if len(given) == 3 else arithmetic.machine_int(-1 if end < start else 1)
    if step == 0:
        raise ArgumentProblem(2, "step must not be zero")
    if step < 0 and end > start:
        raise ArgumentProblem(1, "end must be less than start when step is negative")
    if step > 0 and end < start:
        raise ArgumentProblem(1, "end must be greater than start when step is positive")
    items: list[Value] = []
    current = start
    while current > end if step < 0 else current < end:
        if len(items) >= MOST_OF_RANGE:
            raise EvaluationError(
                "more than 1024 values were generated; either decrease the difference between start and end or use a "
                "smaller step"
            )
        items.append(number(current))
        current = arithmetic.add(current, step)
    return list_of(NUMBER, items)


@function("sum", NUMBER, Parameter("list"))
def total(call: FunctionCall, items: Value) -> Value:
    """The sum of the elements."""
    if items.type.__class__ not in (ListType, SetType, TupleType):
        raise ArgumentProblem(0, f"argument must be list, set, or tuple. Received {items.type.name}")
    elements = list(items.elements())
    if not elements:
        raise ArgumentProblem(0, "cannot sum an empty list")
    if not items.wholly_known:
        return call.unknown()
    result: Number | None = None
    for element in elements:
        try:
            converted = convert(element, NUMBER).raw
        except EvaluationError:
            converted = None
        if converted is None:
            raise ArgumentProblem(0, "argument must be list, set, or tuple of number values")
        assert isinstance(converted, (int, float, Fraction))
        result = converted if result is None else arithmetic.add(result, converted)
    assert result is not None
    return number(result)


def _double(n: Number) -> float:
    """The nearest double. Raises `EvaluationError` if there is none."""
    try:
        return float(n)
    except OverflowError:
        raise EvaluationError("value must be between -1.79769e+308 and 1.79769e+308 inclusive") from None
