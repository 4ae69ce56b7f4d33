"""Expression trees of JSON values. Terraform reads a string in three ways: as a template, a text or a reference."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.json_text import JsonNumber
from imdsguard.hcl.syntax.nodes import Literal, Object, ObjectItem, Tuple
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.template import parse_template
from imdsguard.hcl.syntax.words import is_name
from imdsguard.hcl.values.number import parse_number

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.json_text import JsonValue
    from imdsguard.hcl.syntax.lexer import Locate
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.source import SourceText

_ReadString = Callable[[str, "Locate"], "Node"]


def template_node(source: SourceText, value: JsonValue) -> Node:
    """Make the tree of a value whose strings are templates. Raises `SyntaxProblem`."""
    return _node(source, value, parse_template, parse_template)


def literal_node(source: SourceText, value: JsonValue) -> Node:
    """Make the tree of a value whose strings are nothing but text: where Terraform knows no variables yet."""
    return _node(source, value, _text, _text)


def reference_node(source: SourceText, value: JsonValue) -> Node:
    """Make the tree of a value whose strings are native expressions: references, types. Raises `SyntaxProblem`."""
    return _node(source, value, parse_expression, _reference_key)


def _text(text: str, locate: Locate) -> Node:
    return Literal(text if text.isascii() else unicodedata.normalize("NFC", text), locate(0, len(text)))


def _reference_key(text: str, locate: Locate) -> Node:
    return _text(text, locate) if is_name(text) else parse_expression(text, locate)


def _node(source: SourceText, value: JsonValue, read: _ReadString, read_key: _ReadString) -> Node:
    place = source.place(value.start, value.end)
    content = value.content
    if isinstance(content, str):
        return read(content, _locate(source, value.start, value.end, content))
    if isinstance(content, JsonNumber):
        return Literal(parse_number(content.text), place)
    if value.kind == "constant":
        return Literal(content, place)
    if value.kind == "array":
        return Tuple(tuple(_node(source, item, read, read_key) for item in value.items), place)
    items: list[ObjectItem] = []
    seen: set[str] = set()
    for found in value.properties:
        if found.name in seen:
            raise SyntaxProblem(f'"{found.name}" is set twice in this object', source.place(found.start, found.end))
        seen.add(found.name)
        key = read_key(found.name, _locate(source, found.start, found.end, found.name))
        items.append(ObjectItem(key, _node(source, found.value, read, read_key)))
    return Object(tuple(items), place)


def _locate(source: SourceText, start: int, end: int, text: str) -> Locate:
    """Give the places in a string: exact where nothing in it is escaped, else that of the whole string."""
    if end - start == len(text) + 2:
        return lambda first, last: source.place(start + 1 + first, start + 1 + last)
    whole = source.place(start, end)
    return lambda _first, _last: whole
