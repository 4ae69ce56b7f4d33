"""JSON with the place of every value and property, and with properties that are written twice kept apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.source import SourceText

MAX_NESTING = 300
"""How deep arrays and objects may nest."""

_SPACE = re.compile(r"[ \t\r\n]*").match
_STRING = re.compile(r'"([^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*)"').match
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-])").match
_WORD = re.compile(r"(true|false|null)(?![0-9A-Za-z_])").match
_ESCAPE = re.compile(r"\\u[dD][89abAB]([0-9a-fA-F]{2})\\u[dD][c-fC-F]([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)")
_SIMPLE_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"true": True, "false": False, "null": None}


@record(frozen=True, slots=True)
class JsonNumber:
    """A number as it is written."""

    text: str


@record(frozen=True, slots=True)
class JsonProperty:
    """One `"name": value` of an object; the offsets are those of the name's string."""

    name: str
    start: int
    end: int
    value: JsonValue


@record(frozen=True, slots=True)
class JsonValue:
    """A value and its range. `kind` is "string", "number", "constant" (true, false, null), "array" or "object"."""

    kind: str
    content: str | bool | JsonNumber | None
    start: int
    end: int
    items: tuple[JsonValue, ...] = ()
    properties: tuple[JsonProperty, ...] = ()


def parse_json(source: SourceText) -> JsonValue:
    """Parse a JSON text. Raises `SyntaxProblem`."""
    reader = _JsonReader(source)
    value, at = reader.value(reader.space(0), 0)
    at = reader.space(at)
    if at < len(source.text):
        raise reader.problem("nothing may follow the JSON value", at)
    return value


class _JsonReader:
    __slots__ = ("source", "text")

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text

    def problem(self, message: str, at: int) -> SyntaxProblem:
        return SyntaxProblem(f"not valid JSON: {message}", self.source.place(at, min(at + 1, len(self.text))))

    def space(self, at: int) -> int:
        match = _SPACE(self.text, at)
        assert match is not None
        return match.end()

    def value(self, at: int, depth: int) -> tuple[JsonValue, int]:
        """Read the value that starts at `at`; gives it and the offset behind it."""
        text = self.text
        char = text[at : at + 1]
        if char == '"':
            content, end = self.string(at)
            return JsonValue("string", content, at, end), end
        if char in ("{", "["):
            if depth >= MAX_NESTING:
                raise self.problem(f"values nest deeper than {MAX_NESTING} levels", at)
            return self.object(at, depth) if char == "{" else self.array(at, depth)
        match = _WORD(text, at)
        if match is not None:
            return JsonValue("constant", _CONSTANTS[match[1]], at, match.end()), match.end()
        match = _NUMBER(text, at)
        if match is not None:
            return JsonValue("number", JsonNumber(match[0]), at, match.end()), match.end()
        raise self.problem(f"expected a value, found {_name(char)}", at)

    def array(self, start: int, depth: int) -> tuple[JsonValue, int]:
        items: list[JsonValue] = []
        at = self.space(start + 1)
        if self.text.startswith("]", at):
            return JsonValue("array", None, start, at + 1), at + 1
        while True:
            value, at = self.value(at, depth + 1)
            items.append(value)
            at = self.space(at)
            char = self.text[at : at + 1]
            if char == "]":
                return JsonValue("array", None, start, at + 1, items=tuple(items)), at + 1
            if char != ",":
                raise self.problem(f'expected "," or "]" in the array, found {_name(char)}', at)
            at = self.space(at + 1)

    def object(self, start: int, depth: int) -> tuple[JsonValue, int]:
        properties: list[JsonProperty] = []
        at = self.space(start + 1)
        if self.text.startswith("}", at):
            return JsonValue("object", None, start, at + 1), at + 1
        while True:
            if not self.text.startswith('"', at):
                raise self.problem(f"expected a property's name in quotes, found {_name(self.text[at : at + 1])}", at)
            name, end = self.string(at)
            colon = self.space(end)
            if not self.text.startswith(":", colon):
                raise self.problem(f'expected ":" behind the name, found {_name(self.text[colon : colon + 1])}', colon)
            value, behind = self.value(self.space(colon + 1), depth + 1)
            properties.append(JsonProperty(name, at, end, value))
            at = self.space(behind)
            char = self.text[at : at + 1]
            if char == "}":
                return JsonValue("object", None, start, at + 1, properties=tuple(properties)), at + 1
            if char != ",":
                raise self.problem(f'expected "," or "}}" in the object, found {_name(char)}', at)
            at = self.space(at + 1)

    def string(self, at: int) -> tuple[str, int]:
        match = _STRING(self.text, at)
        if match is None:
            raise self.problem("this string is not closed on its line, or holds a control character", at)
        text = match[1]
        if "\\" in text:
            text = _ESCAPE.sub(lambda escape: self._unescape(escape, at + 1), text)
        return text, match.end()

    def _unescape(self, match: re.Match[str], offset: int) -> str:
        if match[1]:
            pair = match[0]
            high, low = int(pair[2:6], 16), int(pair[8:12], 16)
            return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
        if match[3]:
            code = int(match[3], 16)
            return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
        if match[4] in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[match[4]]
        raise self.problem(f'"{match[0]}" is no escape sequence', offset + match.start())


def _name(char: str) -> str:
    return f'"{char}"' if char else "the end of the file"
