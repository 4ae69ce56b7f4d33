"""Tree-sitter, loaded only when a script is read: grammars by language, and what all readers of trees share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

    from imdsguard.aws.user_data.script import Language


@cache
def parser_for(language: Language) -> Parser:
    """The parser of a language; grammars are loaded once."""
    from tree_sitter import Language as Grammar
    from tree_sitter import Parser

    from imdsguard.aws.user_data.script import Language

    if language is Language.SHELL:
        from tree_sitter_bash import language as grammar
    elif language is Language.POWERSHELL:
        from tree_sitter_powershell import language as grammar
    else:
        from tree_sitter_python import language as grammar
    return Parser(Grammar(grammar()))


def tree_of(language: Language, text: str) -> Node:
    """Parse a script. Never fails: what is broken becomes ERROR nodes, the rest is still there."""
    return parser_for(language).parse(text.encode()).root_node


def text_of(node: Node) -> str:
    """The source text of a node."""
    return (node.text or b"").decode(errors="replace")


def walk(node: Node) -> Iterator[Node]:
    """All nodes below and with `node`, in the order of the source, without recursion (scripts may nest at will)."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))


def place_of(node: Node) -> tuple[int, int]:
    """Line and column of a node's start, from 1. Columns count bytes of the line's UTF-8 text up to it."""
    return node.start_point.row + 1, node.start_point.column + 1
