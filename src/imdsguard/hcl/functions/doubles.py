"""Logarithm and power in double precision, bit for bit as Go computes them (its amd64 build).

C's library, and so Python's `math`, rounds better and therefore differently in the last digit. The logarithm is the
method of FreeBSD's `e_log.c`; a power is made of repeated squares, and of a series for what the exponent has behind the
point.
"""

from __future__ import annotations

import math
from fractions import Fraction

INFINITY = math.inf
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_LN2_UPPER = 0.69314718055966295651160180568695068359375
_LN2_LOWER = 0.28235290563031577122588448175013436025525412068e-12
_TAYLOR = tuple(1 / math.factorial(n) for n in range(8, 1, -1))
LARGEST_EXPONENT = 1 << 12
"""Beyond this binary exponent a square over- or underflows anyway."""


def log(x: float) -> float:
    """The natural logarithm: minus infinity of 0, not a number below."""
    if x < 0:
        return math.nan
    if x == 0 or math.isinf(x):
        return INFINITY if x else -INFINITY
    mantissa, exponent = math.frexp(x)
    if mantissa < math.sqrt(2) / 2:
        mantissa *= 2
        exponent -= 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    l1, l2, l3, l4, l5, l6, l7 = _LOG
    rest = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7))) + s4 * (l2 + s4 * (l4 + s4 * l6))
    half = 0.5 * f * f
    return exponent * LN2_HIGH - ((half - (s * (half + rest) + exponent * LN2_LOW)) - f)


def quotient(a: float, b: float) -> float:
    """`a / b`, with infinities and not-a-numbers where Python raises."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(INFINITY, a) * math.copysign(1.0, b)


def power(x: float, y: float) -> float:
    """`x` to the power of `y`."""
    if y == 0 or x == 1:
        return 1.0
    if y == 1:
        return x
    if x == 0 or math.isinf(x) or math.isinf(y) or abs(y) >= 2.0**63:
        return _extreme_power(x, y)
    if abs(y) == 0.5:
        if x < 0:
            return math.nan
        return math.sqrt(x) if y > 0 else 1 / math.sqrt(x)
    part, whole = math.modf(abs(y))
    if part and x < 0:
        return math.nan
    result, exponent = 1.0, 0
    if part:
        if part > 0.5:
            part -= 1
            whole += 1
        result = _exp(part * log(x))
    result, exponent = _squares(x, int(whole), result)
    if y < 0:
        result, exponent = 1 / result, -exponent
    try:
        return math.ldexp(result, exponent)
    except OverflowError:
        return math.copysign(INFINITY, result)


def _squares(x: float, times: int, result: float) -> tuple[float, int]:
    """`result` times `x` to a whole power, as a mantissa and a binary exponent."""
    exponent = 0
    square, scale = math.frexp(x)
    while times:
        if abs(scale) > LARGEST_EXPONENT:
            return result, exponent + scale
        if times & 1:
            result *= square
            exponent += scale
        square *= square
        scale *= 2
        if square < 0.5:
            square += square
            scale -= 1
        times >>= 1
    return result, exponent


def _extreme_power(x: float, y: float) -> float:
    """Powers of zero and of infinity, and powers so great that only the sign of the logarithm counts."""
    odd = abs(y) < 2.0**53 and y % 2 == 1
    if x == 0 or math.isinf(x):
        size = 0.0 if (x == 0) == (y > 0) else INFINITY
        return math.copysign(size, x) if odd else size
    if x == -1:
        return 1.0
    return 0.0 if (abs(x) < 1) == (y > 0) else INFINITY


def _exp(x: float) -> float:
    """E to the power of a small `x`: Taylor's series of a sixteenth of it, then four doublings."""
    scale = round(x * math.log2(math.e))
    x = _fused(-float(scale), _LN2_UPPER, x)
    x = _fused(-float(scale), _LN2_LOWER, x)
    x *= 0.0625
    total = _TAYLOR[0]
    for factor in (*_TAYLOR[1:], 1.0):
        total = _fused(total, x, factor)
    x *= total
    for _ in range(3):
        x *= x + 2
    return math.ldexp(_fused(x, x + 2, 1.0), scale)


def _fused(a: float, b: float, c: float) -> float:
    """`a * b + c`, rounded once."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))
