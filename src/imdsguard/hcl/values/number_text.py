"""Numbers as text: the shortest decimal that reads back as the same number (Go's `big.Float.Text('f', -1)`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.values.number import digits_of, is_negative, precision_of

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number


def format_number(n: Number) -> str:
    """Write a number as Terraform converts it to a string."""
    if isinstance(n, float):
        return "+Inf" if n > 0 else "-Inf"
    sign = "-" if is_negative(n) else ""
    if isinstance(n, int):
        if -(1 << 53) < n < 1 << 53:
            return f"{sign}{abs(int(n))}"
        if n.bit_length() <= precision_of(n):
            return sign + digits_of(abs(int(n)))
    top, bottom = abs(n.numerator), n.denominator
    digits, point = _shortest(top, bottom, precision_of(n))
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _decimal(mantissa: int, exponent: int) -> tuple[str, int]:
    """The digits of mantissa * 2**exponent without zeros at the end, and where the point stands in them."""
    if exponent >= 0:
        digits = digits_of(mantissa << exponent)
        point = len(digits)
    else:
        digits = digits_of(mantissa * 5**-exponent)
        point = len(digits) + exponent
    return digits.rstrip("0"), point


def _shortest(top: int, bottom: int, precision: int) -> tuple[str, int]:
    """Digits and point of the shortest decimal, digit for digit as Go chooses it."""
    bits = bottom.bit_length() - 1  # the denominator is a power of two
    digits, point = _decimal(top, -bits)
    shift = precision + 1 - top.bit_length()
    mantissa = top << shift if shift >= 0 else top >> -shift
    exponent = -bits - shift
    lower, _ = _decimal(mantissa - 1, exponent)
    upper, _ = _decimal(mantissa + 1, exponent)
    inclusive = mantissa & 2 == 0
    for i, digit in enumerate(digits):
        low = lower[i] if i < len(lower) else "0"
        high = upper[i] if i < len(upper) else "0"
        down = low != digit or (inclusive and i + 1 == len(lower))
        up = digit != high and (inclusive or int(digit) + 1 < int(high) or i + 1 < len(upper))
        if down and up:
            up = _rounds_up(digits, i + 1)
        if up:
            return _round_up(digits, i + 1, point)
        if down:
            return digits[: i + 1].rstrip("0"), point
    return digits, point


def _rounds_up(digits: str, kept: int) -> bool:
    if kept >= len(digits):
        return False
    if digits[kept] == "5" and kept + 1 == len(digits):
        return kept > 0 and int(digits[kept - 1]) % 2 == 1
    return digits[kept] >= "5"


def _round_up(digits: str, kept: int, point: int) -> tuple[str, int]:
    if kept >= len(digits):
        return digits, point
    head = digits[:kept].rstrip("9")
    if not head:
        return "1", point + 1
    return head[:-1] + str(int(head[-1]) + 1), point
