"""A value as `terraform console` shows it to a person: HCL where it can be, `(known after apply)` where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.values.number_text import format_number
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, SetType
from imdsguard.hcl.values.value import EPHEMERAL, SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Value

_CONVERSIONS: dict[Type, str] = {STRING: "tostring", NUMBER: "tonumber", BOOL: "tobool"}
_WRAPPERS = ((ListType, "tolist"), (SetType, "toset"), (MapType, "tomap"))


def display(value: Value, quote: Callable[[str], str], indent: int = 0) -> str:
    """Write a value, over several lines if it has parts. `quote` makes a quoted string that is safe where it goes.

    Sensitive and ephemeral values are never shown.
    """
    if SENSITIVE in value.marks:
        return "(sensitive value)"
    if EPHEMERAL in value.marks:
        return "(ephemeral value)"
    raw = value.raw
    if not value.is_known:
        return "(known after apply)"
    if raw is None:
        return "null" if value.type is DYNAMIC else _typed_null(value)
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return quote(raw)
    if isinstance(raw, (int, float, Fraction)):
        return format_number(raw)
    wrapper = next((name for kind, name in _WRAPPERS if isinstance(value.type, kind)), "")
    text = _structure(value, quote, indent)
    return f"{wrapper}({text})" if wrapper else text


def _structure(value: Value, quote: Callable[[str], str], indent: int) -> str:
    raw, inner = value.raw, indent + 2
    if isinstance(raw, Mapping):
        lines = [f"{quote(name)} = {display(part, quote, inner)}" for name, part in raw.items()]
        opening, closing, end = "{", "}", ""
    else:
        lines = [display(part, quote, inner) for part in value.elements()]
        opening, closing, end = "[", "]", ","
    if not lines:
        return opening + closing
    body = "".join(f"{' ' * inner}{line}{end}\n" for line in lines)
    return f"{opening}\n{body}{' ' * indent}{closing}"


def _typed_null(value: Value) -> str:
    conversion = _CONVERSIONS.get(value.type)
    return f"{conversion}(null)" if conversion else f"null /* {value.type.name} */"
