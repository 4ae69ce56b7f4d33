"""Logarithm and power in double precision with Go's answers where C's library (and so Python) raises."""

from __future__ import annotations

import math

INFINITY = math.inf


def log(x: float) -> float:
    """The natural logarithm: minus infinity of 0, not a number below."""
    if x == 0:
        return -INFINITY
    return math.nan if x < 0 else math.log(x)


def quotient(a: float, b: float) -> float:
    """`a / b`, with infinities and not-a-numbers where Python raises."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(INFINITY, a) * math.copysign(1.0, b)


def power(x: float, y: float) -> float:
    """`x` to the power of `y`."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INFINITY if x < 0 and y % 2 == 1 else INFINITY
    except ValueError:
        return _unusual_power(x, y)


def _unusual_power(x: float, y: float) -> float:
    """Zero to a negative power is infinite, a negative number to a fraction is not a number."""
    if x != 0:
        return math.nan
    return math.copysign(INFINITY, x) if y % 2 == 1 else INFINITY
