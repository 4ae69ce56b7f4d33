"""A value that is written out. Most expressions are nothing but one: they are told at sight, without the parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.hcl.values.value import Number
    from imdsguard.model.place import Place

WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}

_AT_SIGHT = re.compile(r'"([^"\\$%\r\n]*)"|([0-9]{1,17})|true|false|null').fullmatch


@record(frozen=True, slots=True)
class Literal:
    """A number, `true`, `false`, `null`, or (inside templates) a piece of literal text (NFC-normalised, unescaped)."""

    value: str | bool | Number | None
    place: Place


def literal_at_sight(text: str, locate: Callable[[int, int], Place], start: int, end: int) -> Literal | None:
    """Give what stands from `start` to `end` if it is a plain string, a plain whole number or a word, else None."""
    found = _AT_SIGHT(text, start, end)
    if found is None:
        return None
    string, digits = found.groups()
    value: str | int | bool | None
    if digits is not None:
        value = int(digits)
    elif string is not None:
        value = normalised(string)
    else:
        value = WORDS[found[0]]
    return Literal(value, locate(start, end))


def normalised(text: str) -> str:
    """Give the text in Unicode's normal form C, as HCL does with every string."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)
