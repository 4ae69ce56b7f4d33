"""Sets: which values are the same member, and in which order members stand.

Members of a set of primitives are in their natural order. Other members are in the order of a text that cty makes of
them ("set hash"), in which numbers have ten digits: an odd order, but configurations can see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.values.choices import chosen
from imdsguard.hcl.values.marks import deep_marks, unmark_deep
from imdsguard.hcl.values.number import is_negative
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, ObjectType, SetType, TupleType, Type
from imdsguard.hcl.values.value import NO_MARKS, NO_REFINEMENT, Pending, Value

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Number

_TEN_DIGITS = Context(prec=10, rounding=ROUND_HALF_EVEN, Emax=999_999, Emin=-999_999)


def identity_key(value: Value) -> object:
    """Make a hashable that is equal for the values that are one member of a set, given that their types are equal.

    An unknown is the same as nothing else, and as another unknown only if both have one symbol.
    """
    raw = value.raw
    if isinstance(raw, str) or raw is None:
        return raw
    if isinstance(raw, Pending):
        return value if raw.symbol is None else (value.type, raw.symbol)
    if isinstance(raw, tuple):
        return tuple(identity_key(v) for v in raw)
    if isinstance(raw, Mapping):
        return tuple((k, identity_key(v)) for k, v in raw.items())
    return (value.type == BOOL, raw)


def same(a: Value, b: Value) -> bool:
    """Whether two values are one member of a set: equal type, equal content, marks aside."""
    return a.type == b.type and identity_key(a) == identity_key(b)


def make_set(element: Type, items: Iterable[Value]) -> Value:
    """Make a set of items of the element type: each once, in Terraform's order; marks of items move to the set."""
    marks = NO_MARKS
    members: list[Value] = []
    for item in items:
        inner = deep_marks(item)
        if inner:
            marks |= inner
            item, _ = unmark_deep(item)
        members.append(item)
    if any(m.type == DYNAMIC and isinstance(m.raw, Pending) for m in members):
        pending = next(m.raw for m in members if isinstance(m.raw, Pending))
        made = Value(SetType(DYNAMIC), Pending(pending.reason, pending.references, False, NO_REFINEMENT), marks)
        return chosen(made, members)
    return Value(SetType(element), tuple(sorted_members(element, members)), marks)


def sorted_members(element: Type, items: Iterable[Value]) -> list[Value]:
    """Each member once, in Terraform's order: known ones, unknown ones, nulls."""
    seen: dict[object, Value] = {}
    for item in items:
        seen.setdefault(identity_key(item), item)
    members = list(seen.values())
    if len(members) > 1:
        members.sort(key=_sort_key(element))
    return members


def _sort_key(element: Type) -> Callable[[Value], Any]:
    natural = element in (STRING, NUMBER, BOOL)

    def key(value: Value) -> tuple[int, Any]:
        if value.raw is None:
            return 2, b""
        if isinstance(value.raw, Pending):
            return 1, b""
        return 0, (value.raw if natural else set_hash(value).encode("utf-8", "surrogatepass"))

    return key


def set_hash(value: Value) -> str:
    """The text by which cty hashes and orders members of sets."""
    parts: list[str] = []
    _hash(value, parts.append)
    return "".join(parts)


def _hash(value: Value, put: Callable[[str], None]) -> None:
    raw = value.raw
    if isinstance(raw, Pending):
        put("?")
    elif raw is None:
        put("~")
    elif isinstance(raw, bool):
        put("T" if raw else "F")
    elif isinstance(raw, str):
        put(quoted(raw))
    elif isinstance(raw, tuple):
        before, after = "<>" if isinstance(value.type, TupleType) else "[]"
        put(before)
        for member in raw:
            _hash(member, put)
            put(";")
        put(after)
    elif isinstance(raw, Mapping):
        is_object = isinstance(value.type, ObjectType)
        put("<" if is_object else "{")
        for name in sorted(raw):
            if not is_object:
                put(quoted(name) + ":")
            _hash(raw[name], put)
            put(";")
        put(">" if is_object else "}")
    else:
        put(ten_digits(raw))


def ten_digits(n: Number) -> str:
    """A number as Go's `big.Float.String` writes it (`%.10g`)."""
    if isinstance(n, float):
        return "+Inf" if n > 0 else "-Inf"
    if n == 0:
        return "-0" if is_negative(n) else "0"
    if isinstance(n, int) and -(10**10) < n < 10**10:
        return str(int(n))
    exact = Fraction(n)
    rounded = _TEN_DIGITS.divide(_TEN_DIGITS.create_decimal(0) + exact.numerator, exact.denominator)
    sign, digits, _ = rounded.as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    power = rounded.adjusted()
    limit = len(text) if len(text) >= power + 1 and len(text) < 10 else 10
    minus = "-" if sign else ""
    if power < -4 or power >= limit:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{minus}0.{'0' * (-power - 1)}{text}"
    if power + 1 >= len(text):
        return minus + text + "0" * (power + 1 - len(text))
    return f"{minus}{text[: power + 1]}.{text[power + 1 :]}"


_ESCAPES = dict(zip('\a\b\f\n\r\t\v\\"', (rf"\{c}" for c in 'abfnrtv\\"'), strict=True))


def quoted(text: str) -> str:
    """A string as Go's `%q` writes it."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escaped(ord(c))) for c in text) + '"'


def _escaped(code: int) -> str:
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
