"""What a word of a shell script can be, as far as the script itself tells: light data flow, no execution."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.syntax_tree import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

MOST_READINGS = 8
"""How many values a variable set in several branches may have here; more would help nobody and cost time."""

LONGEST = 4_000
"""Characters of a value that are kept."""

Readings = tuple[str, ...]
"""The values a word may have, at least one. `GAP` stands in them for what only the running script knows."""

_UNKNOWN: Readings = (GAP,)
_QUOTES = {"string", "translated_string"}
_PLAIN = {"word", "string_content", "number", "variable_name", "extglob_pattern", "regex", "special_variable_name"}


def expand(node: Node, variables: Mapping[str, Readings], depth: int = 0) -> Readings:
    """The values the word `node` may have."""
    kind = node.type
    if depth > 60:
        return _UNKNOWN
    if kind == "raw_string":
        return (text_of(node)[1:-1],)
    if kind == "ansi_c_string":
        return (text_of(node)[2:-1],)
    if kind in {"simple_expansion", "expansion"}:
        return _variable(node, variables)
    if kind in _QUOTES:
        return _joined(node, variables, depth, skip={'"', '$"'})
    if kind in {"concatenation", "command_name", "array"}:
        return _joined(node, variables, depth, skip={"(", ")"}, between=" " if kind == "array" else "")
    if kind in _PLAIN or not node.children:
        return (_unescaped(text_of(node)),)
    return _UNKNOWN


def _joined(node: Node, variables: Mapping[str, Readings], depth: int, skip: set[str], between: str = "") -> Readings:
    parts: list[Readings] = []
    position = node.start_byte
    for child in node.children:
        if child.type in skip:
            position = child.end_byte
            continue
        if parts and between:
            parts.append((between,))
        elif child.start_byte > position and node.type in _QUOTES:
            parts.append((" " * (child.start_byte - position),))
        parts.append(expand(child, variables, depth + 1))
        position = child.end_byte
    return tuple("".join(choice)[:LONGEST] for choice in islice(product(*parts), MOST_READINGS))


def _variable(node: Node, variables: Mapping[str, Readings]) -> Readings:
    names = [c for c in node.children if c.type in {"variable_name", "special_variable_name", "subscript"}]
    if not names:
        return _UNKNOWN
    name = names[0]
    if name.type == "subscript":
        name = name.children[0]
    key = text_of(name)
    known = variables.get(key)
    default = _default(node)
    if known is None:
        return (default,) if default is not None else _UNKNOWN
    return known


def _default(node: Node) -> str | None:
    """The text after `:-` or `:=` in `${NAME:-text}`, if it is plain."""
    children = node.children
    for i, child in enumerate(children[:-1]):
        if child.type in {":-", "-", ":=", "="} and children[i + 1].type == "word":
            return text_of(children[i + 1])
    return None


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    out, escaped = [], False
    for character in text:
        if character == "\\" and not escaped:
            escaped = True
            continue
        out.append("" if escaped and character == "\n" else character)
        escaped = False
    return "".join(out)
