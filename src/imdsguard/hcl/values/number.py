"""Terraform's numbers: binary floating point with a mantissa of 512 bits, as Go's `big.Float` computes.

Whole numbers are `int`, others `Fraction`, infinities `float`. A few functions of Terraform give numbers of a smaller
precision (`pow` and `log` 53 bits, `length` 64), and that shows in later results: `NarrowInt` and `NarrowFraction`
carry it.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number

PRECISION = 512
DOUBLE = 53
MACHINE = 64
INFINITY = float("inf")
MAX_EXPONENT = 20_000
"""The largest power of ten we compute with. Terraform goes further, to no one's use and at a price."""
MAX_BITS = 70_000
MAX_DIGITS = 100_000

_NUMBER = re.compile(r"([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([eEpP])([+-]?\d+))?", re.ASCII)
_SMALL = 1 << 500


class NarrowInt(int):
    """A whole number whose precision is not 512 bits, or the negative zero."""

    precision: int
    negative_zero: bool = False


class NarrowFraction(Fraction):
    """A number, not whole, whose precision is not 512 bits."""

    __slots__ = ("precision",)
    precision: int


def precision_of(n: Number) -> int:
    """How many bits the mantissa of `n` has room for."""
    return n.precision if isinstance(n, NarrowInt | NarrowFraction) else PRECISION


def _narrowed(n: int | Fraction, precision: int) -> Number:
    if precision == PRECISION:
        return n
    if isinstance(n, int):
        whole = NarrowInt(n)
        whole.precision = precision
        return whole
    part = NarrowFraction(n.numerator, n.denominator)
    part.precision = precision
    return part


def _negative_zero() -> NarrowInt:
    zero = NarrowInt(0)
    zero.precision = PRECISION
    zero.negative_zero = True
    return zero


NEGATIVE_ZERO = _negative_zero()
"""Compares equal to 0 and prints as `-0`, as Go's does."""


def _round_quotient(numerator: int, denominator: int, precision: int) -> int | Fraction:
    """Round a quotient (denominator positive) half-even to `precision` bits of mantissa."""
    if numerator == 0:
        return 0
    negative = numerator < 0
    top = -numerator if negative else numerator
    shift = precision - (top.bit_length() - denominator.bit_length())
    if shift >= 0:
        quotient, rest = divmod(top << shift, denominator)
    else:
        denominator <<= -shift
        quotient, rest = divmod(top, denominator)
    extra = quotient.bit_length() - precision  # 0 or 1
    if extra > 0:
        low = quotient & 1
        quotient >>= 1
        shift -= 1
        if low and (rest or quotient & 1):
            quotient += 1
    elif 2 * rest > denominator or (2 * rest == denominator and quotient & 1):
        quotient += 1
    if negative:
        quotient = -quotient
    if shift <= 0:
        if quotient.bit_length() - shift > MAX_BITS:
            raise LimitReached("a number is larger than imdsguard computes with")
        return quotient << -shift
    if shift > MAX_BITS:
        raise LimitReached("a number is smaller than imdsguard computes with")
    result = Fraction(quotient, 1 << shift)
    return result.numerator if result.denominator == 1 else result


def round_number(n: Number, precision: int = PRECISION) -> Number:
    """Round to the mantissa of 512 bits (half to even), and give whole numbers as `int`."""
    if isinstance(n, float):
        if n in (INFINITY, -INFINITY):
            return n
        n = Fraction(n)
    if isinstance(n, int):
        if n.bit_length() <= precision:
            return int(n) if isinstance(n, bool) else n
        return _round_quotient(n, 1, precision)
    return _round_quotient(n.numerator, n.denominator, precision)


def from_float(x: float) -> Number:
    """The number that a function computed in double precision (`pow`, `log`) gives: 53 bits.

    Raises `EvaluationError` for NaN.
    """
    if x != x:
        raise EvaluationError("the result is not a number")
    if x in (INFINITY, -INFINITY):
        return x
    if x == 0:
        return NEGATIVE_ZERO if str(x)[0] == "-" else 0
    exact = Fraction(x)
    return _narrowed(exact.numerator if exact.denominator == 1 else exact, DOUBLE)


def machine_int(n: int) -> Number:
    """The number that a function gives which counts in machine integers (`length`): 64 bits."""
    return _narrowed(n, MACHINE)


def parse_number(text: str) -> Number | None:
    """Read a decimal number as Go's `big.ParseFloat` does in base 10; None if `text` is none. Raises `LimitReached`."""
    if len(text) < 18 and text.isascii() and text.isdigit():
        return int(text)
    if len(text) > MAX_DIGITS:
        raise LimitReached("a number has more digits than imdsguard reads")
    found = _NUMBER.fullmatch(text)
    if found is None:
        sign, word = (text[0], text[1:]) if text[:1] in ("+", "-") else ("+", text)
        if word in ("Inf", "inf"):
            return -INFINITY if sign == "-" else INFINITY
        return None
    sign, whole, part, bare, mark, power = found.groups()
    part = bare or part or ""
    digits = int_of((whole or "") + part)
    if digits == 0:
        return NEGATIVE_ZERO if sign == "-" else 0
    if sign == "-":
        digits = -digits
    exponent = _bounded(power) if power else 0
    if mark in ("p", "P"):
        return _scaled(digits, 10, -len(part), 1 << max(exponent, 0), 1 << max(-exponent, 0))
    return _scaled(digits, 10, exponent - len(part), 1, 1)


def _bounded(power: str) -> int:
    if len(power) > 8 or abs(int(power)) > MAX_EXPONENT:
        raise LimitReached("a number has a larger exponent than imdsguard computes with")
    return int(power)


def _scaled(digits: int, base: int, exponent: int, top: int, bottom: int) -> Number:
    if exponent >= 0:
        top *= int(pow(base, exponent))
    else:
        bottom *= int(pow(base, -exponent))
    return _round_quotient(digits * top, bottom, PRECISION)


def int_of(digits: str) -> int:
    """Read decimal digits of any number (Python bounds its own `int` to 4300)."""
    if len(digits) <= 4000:
        return int(digits or "0")
    middle = len(digits) // 2
    return int_of(digits[:middle]) * int(10 ** (len(digits) - middle)) + int_of(digits[middle:])


def digits_of(n: int) -> str:
    """Write a whole number of any size, not negative, in decimal."""
    if n.bit_length() < 13_000:
        return str(int(n))
    half = n.bit_length() * 3 // 20  # about half of the digits
    high, low = divmod(n, 10**half)
    return digits_of(high) + digits_of(low).rjust(half, "0")


def _infinite(a: Number, b: Number) -> bool:
    return isinstance(a, float) or isinstance(b, float)


def _result(n: int | Fraction, a: Number, b: Number) -> Number:
    precision = PRECISION
    if isinstance(a, NarrowInt | NarrowFraction) and isinstance(b, NarrowInt | NarrowFraction):
        precision = max(a.precision, b.precision)
    rounded = round_number(n, precision)
    if isinstance(rounded, Fraction) and rounded.denominator == 1:
        rounded = rounded.numerator
    if isinstance(rounded, NarrowInt):
        rounded = int(rounded)
    return _narrowed(rounded, precision) if not isinstance(rounded, float) else rounded


def add(a: Number, b: Number) -> Number:
    """`a + b`. Raises `EvaluationError` for infinities of opposite signs."""
    if type(a) is int and type(b) is int:
        total = a + b
        return total if -_SMALL < total < _SMALL else round_number(total)
    if _infinite(a, b):
        total_float = _sign_float(a) + _sign_float(b)
        if total_float != total_float:
            raise EvaluationError("can't compute sum of opposing infinities")
        return total_float
    return _result(_exact(a) + _exact(b), a, b)


def subtract(a: Number, b: Number) -> Number:
    """`a - b`. Raises `EvaluationError` for infinities of the same sign."""
    if type(a) is int and type(b) is int:
        return add(a, -b)
    if _infinite(a, b):
        difference = _sign_float(a) - _sign_float(b)
        if difference != difference:
            raise EvaluationError("can't subtract infinity from itself")
        return difference
    return _result(_exact(a) - _exact(b), a, b)


def multiply(a: Number, b: Number) -> Number:
    """`a * b`. Raises `EvaluationError` for zero times infinity."""
    if type(a) is int and type(b) is int:
        if a.bit_length() + b.bit_length() > MAX_BITS:
            raise LimitReached("a number is larger than imdsguard computes with")
        product = a * b
        return product if -_SMALL < product < _SMALL else round_number(product)
    if _infinite(a, b):
        if a == 0 or b == 0:
            raise EvaluationError("can't multiply zero by infinity")
        return INFINITY if (a > 0) == (b > 0) else -INFINITY
    exact = _exact(a) * _exact(b)
    precision = max(precision_of(a), precision_of(b))
    if precision < PRECISION:  # cty keeps as many bits as the product needs
        rounded = round_number(exact)
        assert isinstance(rounded, int | Fraction)
        return _narrowed(rounded, max(precision, _mantissa_bits(rounded)))
    return _result(exact, a, b)


def _mantissa_bits(n: int | Fraction) -> int:
    top = abs(n.numerator)
    return (top // (top & -top)).bit_length() if top else 0


def divide(a: Number, b: Number) -> Number:
    """`a / b`: x/0 is infinite, as in Terraform. Raises `EvaluationError` for 0/0 and infinity by infinity."""
    if (a == 0 and b == 0) or (isinstance(a, float) and isinstance(b, float)):
        raise EvaluationError("can't divide zero by zero or infinity by infinity")
    negative = is_negative(a) != is_negative(b)
    if isinstance(a, float) or b == 0:
        return -INFINITY if negative else INFINITY
    if isinstance(b, float) or a == 0:
        return NEGATIVE_ZERO if negative else 0
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return _result(int(a) // int(b), a, b)
    return _result(Fraction(_exact(a)) / _exact(b), a, b)


def modulo(a: Number, b: Number) -> Number:
    """`a % b`, with the sign of `a`; `a % 0` is `a`. Raises `EvaluationError` where one is infinite."""
    if b == 0:
        return a
    if _infinite(a, b):
        raise EvaluationError("can't use modulo with zero and infinity")
    if isinstance(a, int) and isinstance(b, int) and -_SMALL < a < _SMALL:
        rest = abs(int(a)) % abs(int(b))
        return _narrowed(-rest if a < 0 else rest, precision_of(a))
    quotient = divide(a, b)
    assert not isinstance(quotient, float)
    return subtract(a, multiply(int(quotient), b))


def negate(n: Number) -> Number:
    """`-n`: of zero, the negative zero."""
    if isinstance(n, float):
        return -n
    if n == 0:
        return 0 if is_negative(n) else NEGATIVE_ZERO
    return _narrowed(-_exact(n), precision_of(n))


def is_negative(n: Number) -> bool:
    """Whether the sign is minus, also of the negative zero."""
    return n < 0 or (isinstance(n, NarrowInt) and n.negative_zero)


def is_whole(n: Number) -> bool:
    """Whether `n` is a finite whole number."""
    return isinstance(n, int)


def _exact(n: Number) -> int | Fraction:
    assert not isinstance(n, float)
    if isinstance(n, int):
        return int(n)
    return Fraction(n.numerator, n.denominator) if isinstance(n, NarrowFraction) else n


def _sign_float(n: Number) -> float:
    return n if isinstance(n, float) else 0.0
