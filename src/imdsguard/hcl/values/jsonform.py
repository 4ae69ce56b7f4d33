"""Values to JSON and back: `jsonencode`'s exact text, `jsondecode`'s values, the form values have in reports."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.number import from_float, parse_number
from imdsguard.hcl.values.number_text import format_number
from imdsguard.hcl.values.types import Collection, ObjectType, TupleType, Type
from imdsguard.hcl.values.value import FALSE, NULL, SENSITIVE, TRUE, Pending, Value, number, object_of, string, tuple_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.hcl.values.value import Number

_ESCAPE = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff]')
_NAMED = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}


def quote(text: str) -> str:
    """A string as Go's encoding/json writes it: `<`, `>` and `&` escaped too."""
    return f'"{_ESCAPE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    char = found.group()
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _NAMED.get(char) or f"\\u{ord(char):04x}"


def to_json(value: Value) -> str:
    """The text of a wholly known value, without any space, as `jsonencode` gives it.

    Raises `EvaluationError` for infinity.
    """
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Value, put: Callable[[str], None]) -> None:
    raw = value.raw
    if isinstance(raw, str):
        put(quote(raw))
    elif isinstance(raw, Mapping):
        before = "{"
        for name in sorted(raw):
            put(f"{before}{quote(name)}:")
            _write(raw[name], put)
            before = ","
        put("}" if raw else "{}")
    elif isinstance(raw, tuple):
        before = "["
        for member in raw:
            put(before)
            _write(member, put)
            before = ","
        put("]" if raw else "[]")
    else:
        put(_scalar(raw))


def _scalar(raw: bool | Number | Pending | None) -> str:
    if raw is None or isinstance(raw, Pending):
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float):
        raise EvaluationError("cannot serialize infinity as JSON")
    return format_number(raw)


class _Number(str):
    __slots__ = ()


def from_json(text: str) -> Value:
    """The value of a JSON text: arrays are tuples, objects objects.

    Raises `EvaluationError`, and `LimitReached` for huge numbers.
    """
    try:
        data = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_no_constant)
        return from_plain(data)
    except RecursionError:
        raise LimitReached("JSON nests deeper than imdsguard follows") from None
    except ValueError as error:
        raise EvaluationError(f"invalid JSON: {error}") from None


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def from_plain(data: Any) -> Value:
    """The value of data as `json.loads` gives it; numbers may be `int`, `float` or text."""
    if isinstance(data, _Number):
        found = parse_number(data)
        assert found is not None
        return number(found)
    if isinstance(data, str):
        return string(normalised(data))
    if data is None:
        return NULL
    if isinstance(data, bool):
        return TRUE if data else FALSE
    if isinstance(data, dict):
        return object_of({normalised(k): from_plain(v) for k, v in data.items()})
    if isinstance(data, list):
        return tuple_of([from_plain(v) for v in data])
    found = parse_number(repr(data))
    assert found is not None
    return number(found)


def normalised(text: str) -> str:
    """In NFC, with what is no character replaced."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def type_json(type: Type) -> Any:  # noqa: A002
    """A type in cty's JSON form: `"string"`, `["list", "string"]`, `["object", {"a": "number"}]`."""
    if isinstance(type, Collection):
        return [type.word, type_json(type.element)]
    if isinstance(type, TupleType):
        return ["tuple", [type_json(t) for t in type.elements]]
    if isinstance(type, ObjectType):
        return ["object", {k: type_json(t) for k, t in type.items}]
    return type.name


def expect_form(value: Value, *, reveal: bool = True) -> dict[str, Any]:
    """`type`, `value`, `unknown` and `sensitive`, as the conformance corpus and `imdsguard console` give them.

    Numbers are `int` or `Exact`; with `reveal` false, sensitive parts are null. Raises `EvaluationError` for an
    infinity: it cannot be stored.
    """
    form: dict[str, Any] = {"type": type_json(value.type)}
    if isinstance(value.raw, Pending):
        form["unknown"] = True
    else:
        form["value"] = plain(value, reveal=reveal)
        unknown = _mirror(value, lambda v: isinstance(v.raw, Pending))
        if unknown:
            form["unknown"] = unknown
    sensitive = _mirror(value, lambda v: SENSITIVE in v.marks)
    if sensitive:
        form["sensitive"] = sensitive
    return form


class Exact(str):
    """A number that is not whole, or does not fit a machine's integer: its digits as Terraform prints them."""

    __slots__ = ()


def plain(value: Value, *, reveal: bool = True) -> Any:
    """Python data of a value: unknown attributes of objects are left out, other unknowns are None."""
    raw = value.raw
    if not reveal and SENSITIVE in value.marks:
        return None
    if raw is None or isinstance(raw, Pending):
        return None
    if isinstance(raw, tuple):
        return [plain(v, reveal=reveal) for v in raw]
    if isinstance(raw, Mapping):
        return {k: plain(v, reveal=reveal) for k, v in raw.items() if not isinstance(v.raw, Pending)}
    if isinstance(raw, str | bool):
        return raw
    return stored_number(raw)


def stored_number(n: Number) -> int | Exact:
    """A number as a plan keeps it: what is a double exactly has a double's precision. Raises for infinities."""
    if isinstance(n, float):
        raise EvaluationError("infinity cannot be stored")
    if isinstance(n, int) and -(2**63) <= n < 2**63:
        return int(n)
    return Exact(format_number(_as_stored(n)))


def _as_stored(n: int | Fraction) -> Number:
    try:
        double = float(n)
    except OverflowError:
        return n
    return from_float(double) if Fraction(double) == n else n


def _mirror(value: Value, holds: Callable[[Value], bool]) -> Any:
    if holds(value):
        return True
    raw = value.raw
    if isinstance(raw, tuple):
        members = [_mirror(v, holds) for v in raw]
        return members if any(members) else False
    if isinstance(raw, Mapping):
        return {k: m for k, v in raw.items() if (m := _mirror(v, holds))} or False
    return False
