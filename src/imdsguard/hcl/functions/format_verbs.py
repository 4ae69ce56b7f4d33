"""What each verb of `format` makes of a value: Go's formatting of strings and of numbers of any size."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.graphemes import clusters, count
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.number import digits_of, is_negative
from imdsguard.hcl.values.number_text import format_number
from imdsguard.hcl.values.types import BOOL, NUMBER, STRING, Type
from imdsguard.hcl.values.value import string
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number, Value

SHORTEST = -1


@record(frozen=True, slots=True)
class Verb:
    """One verb of a format string. `width` and `precision` are None where they are not given."""

    raw: str
    offset: int
    mode: str
    argument: int
    flags: frozenset[str]
    width: int | None
    precision: int | None


def render(verb: Verb, value: Value) -> str:
    """The text of a known value. Raises `EvaluationError`."""
    if verb.mode != "v" and value.is_null:
        raise _unsupported(verb, "null value cannot be formatted")
    if verb.mode == "v":
        return _padded(verb, _as_is(verb, value))
    if verb.mode == "t":
        return "true" if _converted(verb, value, BOOL).raw else "false"
    if verb.mode in "sq":
        return _text(verb, str(_converted(verb, value, STRING).raw))
    if verb.mode in "bdoxX":
        return _integer(verb, _number(verb, value))
    if verb.mode in "eEfgG":
        return _float(verb, _number(verb, value))
    raise EvaluationError(f'unsupported format verb "{verb.mode}" in "{verb.raw}" at offset {verb.offset}')


def _unsupported(verb: Verb, reason: str) -> EvaluationError:
    return EvaluationError(f'unsupported value for "{verb.raw}" at {verb.offset}: {reason}')


def _converted(verb: Verb, value: Value, target: Type) -> Value:
    try:
        return convert(value, target)
    except EvaluationError as error:
        raise _unsupported(verb, error.message) from None


def _number(verb: Verb, value: Value) -> Number:
    raw = _converted(verb, value, NUMBER).raw
    assert isinstance(raw, (int, float, Fraction))
    return raw


def _as_is(verb: Verb, value: Value) -> str:
    if "#" not in verb.flags and not value.is_null:
        if value.type == STRING:
            return str(value.raw)
        if value.type == NUMBER:
            return _general(_number(verb, value), SHORTEST)
    return to_json(value)


def _text(verb: Verb, text: str) -> str:
    if verb.precision:
        text = "".join(clusters(text)[: verb.precision])
    return _padded(verb, text if verb.mode == "s" else to_json(string(text)))


def _padded(verb: Verb, text: str) -> str:
    if verb.width is None:
        return text
    padding = ("0" if "0" in verb.flags else " ") * (verb.width - count(text))
    return text + padding if "-" in verb.flags else padding + text


def _sign(verb: Verb, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _integer(verb: Verb, n: Number) -> str:
    if not isinstance(n, int):
        raise _unsupported(verb, "an integer is required")
    size = abs(int(n))
    digits = digits_of(size) if verb.mode == "d" else f"{size:{verb.mode}}"
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb.mode, "") if "#" in verb.flags else ""
    if verb.precision == 0 and digits == "0":
        return ""
    zeros = max(0, (verb.precision or 0) - len(digits))
    sign = _sign(verb, n < 0)
    space = max(0, (verb.width or 0) - len(sign) - len(prefix) - zeros - len(digits))
    if "-" in verb.flags:
        return f"{sign}{prefix}{'0' * zeros}{digits}{' ' * space}"
    if "0" in verb.flags and verb.precision is None:
        return f"{sign}{prefix}{'0' * (zeros + space)}{digits}"
    return f"{' ' * space}{sign}{prefix}{'0' * zeros}{digits}"


def _float(verb: Verb, n: Number) -> str:
    mode = verb.mode
    if mode in "gG":
        body = _general(n, SHORTEST if verb.precision is None else verb.precision)
    else:
        places = 6 if verb.precision is None else verb.precision
        body = _fixed(n, places) if mode == "f" else _scientific(n, places)
    body = body.upper() if mode in "EG" and not isinstance(n, float) else body
    sign = _sign(verb, body[0] == "-")
    if body[0] == "+":
        sign = " " if " " in verb.flags else "+"
    body = body.lstrip("+-") if body[0] in "+-" else body
    space = max(0, (verb.width or 0) - len(sign) - len(body))
    if "0" in verb.flags and not isinstance(n, float):
        return f"{sign}{'0' * space}{body}"
    if "-" in verb.flags:
        return f"{sign}{body}{' ' * space}"
    return f"{' ' * space}{sign}{body}"


def _fixed(n: Number, places: int) -> str:
    """`%f`: the exact value, rounded half to even."""
    if isinstance(n, float):
        return format_number(n)
    scaled = digits_of(round(abs(Fraction(n)) * 10**places)).rjust(places + 1, "0")
    sign = "-" if is_negative(n) else ""
    return f"{sign}{scaled[:-places]}.{scaled[-places:]}" if places else sign + scaled


def _scientific(n: Number, places: int) -> str:
    """`%e`: the exact value, rounded half to even."""
    if isinstance(n, float):
        return format_number(n)
    digits, point = _rounded(n, places + 1)
    return ("-" if is_negative(n) else "") + _with_exponent(digits.ljust(places + 1, "0"), point if n else 1)


def _general(n: Number, precision: int) -> str:
    """`%g`: whichever of the two is shorter; `SHORTEST` digits that read back as the same number, or so many."""
    if isinstance(n, float):
        return format_number(n)
    if precision == SHORTEST:
        digits, point = _parts(format_number(n).lstrip("-"))
        threshold = 6
    else:
        digits, point = _rounded(n, precision or 1)
        threshold = precision or 1
        if threshold > len(digits) >= point:
            threshold = len(digits)
    sign = "-" if is_negative(n) else ""
    if n and not -4 <= point - 1 < threshold:
        return sign + _with_exponent(digits, point)
    if not n:
        return sign + "0"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits.ljust(point, "0")
    return f"{sign}{digits[:point]}.{digits[point:]}"


def _with_exponent(digits: str, point: int) -> str:
    exponent = point - 1
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _parts(text: str) -> tuple[str, int]:
    """Significant digits of a decimal and where the point stands in them."""
    whole, _, part = text.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole.lstrip("0")) if whole.strip("0") else len(digits) - len(part)
    return digits.rstrip("0"), point


def _rounded(n: int | Fraction, wanted: int) -> tuple[str, int]:
    """So many significant digits (zeros at the end left out) and where the point stands in them."""
    exact = abs(Fraction(n))
    if not exact:
        return "0", 1
    point = len(digits_of(exact.numerator)) - len(digits_of(exact.denominator)) + 1
    if exact < Fraction(10) ** (point - 1):
        point -= 1
    digits = digits_of(round(exact * Fraction(10) ** (wanted - point)))
    if len(digits) > wanted:  # rounded up to the next power of ten
        point += 1
    return digits.rstrip("0"), point


def safe_prefix(text: str) -> str:
    """What is sure to stay at the start whatever follows: the last character may still combine with it."""
    parts = clusters(text)
    return "".join(parts[:-1]) if parts and not text[-1:].isascii() else text
