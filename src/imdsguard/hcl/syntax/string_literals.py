"""Quoted strings and heredocs, from their opening to their end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.literal import Literal, normalised
from imdsguard.hcl.syntax.template_parts import Parts, remove_indent, unescape_bare, unescape_quoted
from imdsguard.hcl.syntax.template_tree import build
from imdsguard.hcl.syntax.words import HEREDOC, OPENING, QUOTED_TEXT, heredoc_end

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.parser import Parser

_HEREDOC_LEVELS = 25
"""A heredoc counts as so many levels of nesting: to find its end, it looks at all the lines of those inside it."""

_PLAIN = re.compile(r'[^"\\$%\r\n]*"').match


def parse_quoted(parser: Parser) -> Node:
    """Read a quoted string; the parser stands on its opening quote."""
    start, at, text = parser.start, parser.end, parser.text
    plain = _PLAIN(text, at, parser.limit)
    if plain is not None:
        value = normalised(text[at : plain.end() - 1])
        parser.resume(plain.end())
        return Literal(value, parser.place(start, plain.end()))
    parts = Parts(parser)
    while True:
        run = QUOTED_TEXT(text, at, parser.limit)
        assert run is not None
        if run.end() > at:
            parts.add_text(unescape_quoted(parser, at, run.end()), at, run.end())
        at = run.end()
        char = text[at] if at < parser.limit else ""
        if char == '"':
            break
        if char not in ("$", "%"):
            what = "a quoted string cannot span lines" if char else "this quoted string is never closed"
            raise parser.problem(what, start, at)
        at = parts.add_sequence(at)
    node = build(parts, start, at + 1)
    parser.resume(at + 1)
    return node


def parse_heredoc(parser: Parser) -> Node:
    """Read a heredoc; the parser stands on its `<<MARKER` line."""
    start, at, text, limit = parser.start, parser.end, parser.text, parser.limit
    opening = HEREDOC.match(text, start, limit)
    assert opening is not None
    flush, marker = bool(opening[1]), opening[2]
    parts = Parts(parser)
    parser.depth += _HEREDOC_LEVELS
    line = at
    closing = heredoc_end(text, line, limit, marker)
    while True:
        if closing is None:
            raise parser.problem(f"this heredoc is never closed: {marker} must stand alone on a line", start, start + 2)
        sequence = OPENING.search(text, at, closing[0])
        if sequence is None:
            break
        parts.add_lines(at, sequence.start())
        at = parts.add_sequence(sequence.start())
        if at > closing[0]:
            line = text.find("\n", at, limit) + 1
            closing = heredoc_end(text, line, limit, marker) if line else None
    if flush or parts.found:  # a line may lose its indent, or its spaces beside a `~`
        parts.add_lines(at, closing[0])
    elif at < closing[0]:
        parts.add_text(unescape_bare(text[at : closing[0]]), at, closing[0])
    if flush:
        remove_indent(parts.found)
    node = build(parts, start, closing[1])
    parser.depth -= _HEREDOC_LEVELS
    parser.resume(closing[1])
    return node
