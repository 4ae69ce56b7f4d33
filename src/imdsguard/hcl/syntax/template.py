"""Whole templates: files for `templatefile`, the argument of `templatestring`, the strings of JSON syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.parser import Parser
from imdsguard.hcl.syntax.template_parts import Parts
from imdsguard.hcl.syntax.template_tree import build
from imdsguard.hcl.syntax.words import OPENING

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.lexer import Locate
    from imdsguard.hcl.syntax.nodes import Node


def parse_template(text: str, locate: Locate) -> Node:
    """Parse a template that fills `text`; `locate` turns offsets of `text` into places.

    Text without any sequence gives a `Literal`, one lone interpolation a `Wrap`. Raises `SyntaxProblem`, and
    `LimitReached` for a number with more digits than we compute with.
    """
    parser = Parser(text, 0, len(text), locate)
    parts = Parts(parser)
    at = 0
    try:
        while (opening := OPENING.search(text, at)) is not None:
            parts.add_lines(at, opening.start())
            at = parts.add_sequence(opening.start())
        parts.add_lines(at, len(text))
        return build(parts, 0, len(text))
    except RecursionError:
        raise SyntaxProblem("the template nests deeper than we follow", locate(0, 0)) from None
