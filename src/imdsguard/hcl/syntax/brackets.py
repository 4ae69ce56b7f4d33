"""What stands in brackets and braces: tuples, objects and `for` expressions."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.lexer import NAME, NEWLINE
from imdsguard.hcl.syntax.nodes import For, Literal, Object, ObjectItem, Tuple, VariableNode

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.parser import Parser

_WORDS = {True: "true", False: "false", None: "null"}


def parse_tuple(parser: Parser) -> Node:
    """Read `[a, b]` or `[for ...]`; the parser stands on the bracket."""
    start, newlines = parser.start, parser.newlines
    parser.newlines = False
    parser.advance()
    if parser.at_word("for"):
        return _for(parser, start, newlines, "]")
    items: list[Node] = []
    height = 0
    while parser.kind != "]":
        items.append(parser.expression())
        height = max(height, parser.height)
        if parser.kind == ",":
            parser.advance()
        elif parser.kind != "]":
            raise parser.problem(f'expected "," or "]" in the list, found {parser.describe()}')
    _close(parser, newlines, height)
    return Tuple(tuple(items), parser.place(start, parser.last))


def parse_object(parser: Parser) -> Node:
    """Read `{ a = b }` or `{for ...}`; the parser stands on the brace. In an object newlines count, as separators."""
    start, newlines, brace = parser.start, parser.newlines, parser.end
    parser.newlines = False
    parser.advance()
    if parser.at_word("for"):
        return _for(parser, start, newlines, "}")
    parser.newlines = True
    parser.resume(brace)
    items: list[ObjectItem] = []
    height = 0
    while parser.kind != "}":
        if parser.kind == NEWLINE:
            parser.advance()
            continue
        key = _key(parser.expression())
        height = max(height, parser.height)
        if parser.kind not in ("=", ":"):
            raise parser.problem(f'expected "=" and a value behind the key, found {parser.describe()}')
        parser.advance()
        items.append(ObjectItem(key, parser.expression()))
        height = max(height, parser.height)
        if parser.kind in (",", NEWLINE):
            parser.advance()
        elif parser.kind != "}":
            raise parser.problem(f'expected ",", a new line or "}}" behind the value, found {parser.describe()}')
    _close(parser, newlines, height)
    return Object(tuple(items), parser.place(start, parser.last))


def _key(node: Node) -> Node:
    """Make a bare word the key that it names: a variable's name as much as `true` or `null`."""
    if isinstance(node, VariableNode):
        name = node.name
        return Literal(name if name.isascii() else unicodedata.normalize("NFC", name), node.place)
    if isinstance(node, Literal) and (node.value is None or isinstance(node.value, bool)):
        return Literal(_WORDS[node.value], node.place)
    return node


def _close(parser: Parser, newlines: bool, height: int) -> None:
    parser.newlines = newlines
    parser.advance()
    parser.height = height
    parser.grow(0)


def _for(parser: Parser, start: int, newlines: bool, closer: str) -> Node:
    """Read a `for` expression from its first word to its bracket; newlines do not count in it."""
    key, value = loop_names(parser)
    collection = parser.expression()
    height = parser.height
    parser.expect(":", 'a "for" expression needs ":" and its result here')
    result = parser.expression()
    height = max(height, parser.height)
    key_result: Node | None = None
    if parser.kind == "=>":
        if closer == "]":
            raise parser.problem('"=>" makes an object: use braces, not brackets, around this "for" expression')
        parser.advance()
        key_result, result = result, parser.expression()
        height = max(height, parser.height)
    elif closer == "}":
        raise parser.problem(f'a "for" expression in braces needs "=>" and a value here, not {parser.describe()}')
    group = parser.kind == "..."
    if group:
        if closer == "]":
            raise parser.problem('"..." groups the values of an object: it has no meaning in a list')
        parser.advance()
    condition: Node | None = None
    if parser.at_word("if"):
        parser.advance()
        condition = parser.expression()
        height = max(height, parser.height)
    if parser.kind != closer:
        raise parser.problem(f'expected "{closer}" at the end of the "for" expression, found {parser.describe()}')
    _close(parser, newlines, height)
    return For(key, value, collection, key_result, result, condition, group, parser.place(start, parser.last))


def loop_names(parser: Parser) -> tuple[str | None, str]:
    """Read `for k, v in`, from `for` on: the names of key (if there is one) and value."""
    parser.advance()
    key, value = None, _loop_name(parser)
    if parser.kind == ",":
        parser.advance()
        key, value = value, _loop_name(parser)
    if not parser.at_word("in"):
        raise parser.problem(f'"for" needs "in" behind its names, not {parser.describe()}')
    parser.advance()
    return key, value


def _loop_name(parser: Parser) -> str:
    if parser.kind != NAME:
        raise parser.problem(f'"for" needs the name of a variable here, not {parser.describe()}')
    name = parser.word
    parser.advance()
    return name
