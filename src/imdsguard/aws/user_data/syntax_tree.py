"""Tree-sitter, loaded only when a script is read: grammars by language, and what all readers of trees share.

A node keeps its tree alive (py-tree-sitter, issue 24; 0.26.0 did not, issue 472). What brings the grammars themselves
down is kept from them: a fault in C ends the whole process.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

    from imdsguard.aws.user_data.script import Language

MOST_INDENTS = 300
"""Depths of indentation in a Python script. The grammar keeps the open ones in 1024 bytes, and writes past them at some
510. (tree-sitter-python, issue 350)"""
_OUTSIDE_TABLES = re.compile(r"(?<=[{.$?A-Za-z0-9-])[\U00010000-\U0010ffff]+")
_INDENT = re.compile(r"^[ \t]+(?=\S)", re.MULTILINE)


class TooDeepError(Exception):
    """A script that its grammar cannot be given."""


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
    """Parse a script: what is broken becomes ERROR nodes, the rest is still there. Raises `TooDeepError` for Python."""
    from imdsguard.aws.user_data.script import Language

    if language is Language.SHELL:
        text = _OUTSIDE_TABLES.sub(_placeholders, text)
    elif language is Language.PYTHON and len({_width(found[0]) for found in _INDENT.finditer(text)}) > MOST_INDENTS:
        raise TooDeepError
    return parser_for(language).parse(text.encode()).root_node


def _placeholders(found: re.Match[str]) -> str:
    """As many bytes of text, for characters that the shell's grammar would look up behind the end of a table.

    It asks the C library's `isdigit` and `isalpha` of what follows a brace, a dollar or a word; these know 256
    characters. (tree-sitter-bash, issue 337)
    """
    return "\ufffd_" * len(found[0])


def _width(indent: str) -> int:
    """How deep the grammar takes an indentation to be."""
    return len(indent) + 7 * indent.count("\t")


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
