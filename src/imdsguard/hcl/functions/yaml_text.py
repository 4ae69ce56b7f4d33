"""Values as YAML text, byte for byte as Terraform's `yamlencode` writes it: blocks, strings in quotes or as literals.

Terraform uses a translation of libyaml's emitter; PyYAML's own writes long, multi-line and unusual strings differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.values.number_text import format_number

if TYPE_CHECKING:
    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.values.value import Value

WIDTH = 80
LONGEST_SIMPLE_KEY = 128
"""Bytes of a key that may stand before its colon on one line."""
BREAKS = "\r\n\x85\u2028\u2029"

_ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\xa0": "_",
    "\u2028": "L",
    "\u2029": "P",
}


def encode(value: Value, bounds: Bounds) -> str:
    """Write a wholly known, unmarked value. Raises `LimitReached`."""
    writer = _Writer(bounds)
    writer.node(value, -2, fresh=True)
    return writer.text()


class _Writer:
    """Writes nodes one after the other. `_column` is where the next character goes."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._pieces: list[str] = []
        self._column = 0
        self._lone_word = False

    def text(self) -> str:
        """All that was written; a lone word is closed with a mark, as more might follow it."""
        end = "\n...\n" if self._lone_word else "\n" if self._column else ""
        return "".join(self._pieces) + end

    def node(self, value: Value, indent: int, *, fresh: bool) -> None:
        """Write a value inside a block that is indented by `indent`; `fresh` says that it may begin on this line."""
        self._bounds.step()
        raw = value.raw
        if isinstance(raw, tuple) and raw:
            self._sequence(raw, indent + 2, fresh=fresh)
        elif isinstance(raw, Mapping) and raw:
            self._mapping(raw, indent + 2, fresh=fresh)
        else:
            if self._column:
                self._put(" ")
            self._scalar(value, indent + 2, root=indent < 0)

    def _sequence(self, items: tuple[Value, ...], indent: int, *, fresh: bool) -> None:
        for i, item in enumerate(items):
            if i or not fresh:
                self._line(indent)
            elif self._column:
                self._put(" ")
            self._put("-")
            self.node(item, indent, fresh=True)

    def _mapping(self, members: Mapping[str, Value], indent: int, *, fresh: bool) -> None:
        for i, (key, item) in enumerate(members.items()):
            if i or not fresh:
                self._line(indent)
            elif self._column:
                self._put(" ")
            simple = len(key.encode()) <= LONGEST_SIMPLE_KEY and not any(b in key for b in BREAKS)
            if simple:
                self._quoted(key, None)
                self._put(":")
                # A sequence in a mapping is not indented any further.
                self.node(item, indent - 2 if isinstance(item.raw, tuple) and item.raw else indent, fresh=False)
            else:
                self._put("? ")
                self._string(key, indent + 2)
                self._line(indent)
                self._put(":")
                self.node(item, indent, fresh=True)

    def _scalar(self, value: Value, indent: int, *, root: bool) -> None:
        raw = value.raw
        if isinstance(raw, str):
            self._string(raw, indent + 2 if root else indent)
            return
        if isinstance(raw, (tuple, Mapping)):
            self._put("[]" if isinstance(raw, tuple) else "{}")
            return
        self._put(_word(value))
        self._lone_word = root

    def _string(self, text: str, indent: int) -> None:
        if "\n" in text and _literal_allowed(text):
            self._literal(text, indent)
        else:
            self._quoted(text, indent)

    def _literal(self, text: str, indent: int) -> None:
        hint = "2" if text[0] == " " or text[0] in BREAKS else ""
        kept = "+" if len(text) == 1 or text[-2] in BREAKS else ""
        chomp = kept if text[-1] in BREAKS else "-"
        self._put(f"|{hint}{chomp}\n")
        at_start = True
        for letter in text:
            if letter in BREAKS:
                self._put(letter)
                at_start = True
            else:
                self._put(" " * indent + letter if at_start else letter)
                at_start = False
        if at_start:
            self._column = 0

    def _quoted(self, text: str, indent: int | None) -> None:
        """Write in double quotes, broken at spaces where the line is full and `indent` is given."""
        self._put('"')
        after_space = False
        for i, letter in enumerate(text):
            if letter in '"\\' or letter in BREAKS or not _printable(letter):
                self._put(_escaped(letter))
                after_space = False
            elif letter == " ":
                if indent is not None and not after_space and self._column > WIDTH and 0 < i < len(text) - 1:
                    self._line(indent)
                    if text[i + 1] == " ":
                        self._put("\\")
                else:
                    self._put(" ")
                after_space = True
            else:
                self._put(letter)
                after_space = False
        self._put('"')

    def _line(self, indent: int) -> None:
        if self._column or not self._pieces:
            self._put("\n")
        self._put(" " * indent)

    def _put(self, text: str) -> None:
        self._bounds.text(len(text))
        self._pieces.append(text)
        last = text.rfind("\n")
        self._column = self._column + len(text) if last < 0 else len(text) - last - 1


def _literal_allowed(text: str) -> bool:
    if text.endswith(" ") or not all(_printable(c) for c in text):
        return False
    return not any(f" {b}" in text for b in BREAKS)


def _printable(letter: str) -> bool:
    # Terraform's emitter knows no characters of four bytes.
    code = ord(letter)
    return (
        letter == "\n"
        or 0x20 <= code <= 0x7E
        or 0xA0 <= code <= 0xD7FF
        or (0xE000 <= code <= 0xFFFD and code != 0xFEFF)
    )


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return "\\" + _ESCAPES[letter]
    code = ord(letter)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _word(value: Value) -> str:
    raw = value.raw
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    assert isinstance(raw, (int, float, Fraction))
    return format_number(raw)
