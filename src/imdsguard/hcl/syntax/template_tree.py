"""From the parts of a template to nodes: `if` and `for` directives become trees."""

from __future__ import annotations

import unicodedata
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.nodes import Literal, Template, TemplateFor, TemplateIf, Wrap
from imdsguard.hcl.syntax.template_parts import ELSE, ENDFOR, ENDIF, FOR, IF, INTERPOLATION, TEXT, Part, Parts
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.parser import Parser

MAX_DIRECTIVES = 200
"""How deep directives may nest in one template."""


@record(frozen=False, slots=True)
class _Open:
    """A directive that waits for its end; `then` is set once `else` was read."""

    part: Part
    nodes: list[Node] = field(default_factory=list)
    then: Template | None = None
    body_start: int = 0


def build(parts: Parts, start: int, end: int) -> Node:
    """Make the node of a template that stands between two offsets. Raises `SyntaxProblem` for unpaired directives."""
    parser = parts.parser
    found = parts.found
    if not found:
        return Literal("", parser.place(start, end))
    if len(found) == 1 and found[0].kind == INTERPOLATION:
        inner = found[0].node
        assert inner is not None
        _set_height(parser, parts.height, 1)
        return Wrap(inner, parser.place(start, end))
    stack = [_Open(Part(TEXT, start, start))]
    deepest = 1
    at = 0
    while at < len(found):
        part = found[at]
        if part.kind == TEXT:
            at = _text(parser, found, at, stack[-1].nodes)
            continue
        at += 1
        if part.kind == INTERPOLATION:
            assert part.node is not None
            stack[-1].nodes.append(part.node)
        elif part.kind in (IF, FOR):
            stack.append(_Open(part, body_start=part.end))
            deepest = max(deepest, len(stack))
            if deepest > MAX_DIRECTIVES:
                raise parser.problem(f"directives nest deeper than {MAX_DIRECTIVES} levels", part.start, part.end)
        else:
            _close(parser, part, stack)
    if len(stack) > 1:
        part = stack[-1].part
        message = f'this "{part.kind}" directive is never ended: write "%{{ end{part.kind} }}"'
        raise parser.problem(message, part.start, part.end)
    _set_height(parser, parts.height, 2 * deepest)
    nodes = stack[0].nodes
    if len(nodes) == 1 and isinstance(nodes[0], Literal) and all(p.kind == TEXT for p in found):
        return Literal(nodes[0].value, parser.place(start, end))
    return Template(tuple(nodes), parser.place(start, end))


def _set_height(parser: Parser, inner: int, levels: int) -> None:
    parser.height = inner + levels - 1
    parser.grow(0)


def _text(parser: Parser, found: list[Part], at: int, nodes: list[Node]) -> int:
    """Join the pieces of text that follow each other into one literal; gives where they end."""
    first = at
    while at < len(found) and found[at].kind == TEXT:
        at += 1
    text = "".join(part.text for part in found[first:at])
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    nodes.append(Literal(text, parser.place(found[first].start, found[at - 1].end)))
    return at


def _close(parser: Parser, part: Part, stack: list[_Open]) -> None:
    """Take an `else`, `endif` or `endfor`."""
    opened = stack[-1]
    kind = opened.part.kind if len(stack) > 1 else ""
    fits = {ELSE: kind == IF and opened.then is None, ENDIF: kind == IF, ENDFOR: kind == FOR}[part.kind]
    if not fits:
        raise parser.problem(f'nothing is open here that "{part.kind}" could belong to', part.start, part.end)
    body = Template(tuple(opened.nodes), parser.place(opened.body_start, part.start))
    if part.kind == ELSE:
        opened.then, opened.nodes, opened.body_start = body, [], part.end
        return
    stack.pop()
    expression = opened.part.node
    assert expression is not None
    place = parser.place(opened.part.start, part.end)
    if kind == IF:
        then, otherwise = (body, None) if opened.then is None else (opened.then, body)
        stack[-1].nodes.append(TemplateIf(expression, then, otherwise, place))
    else:
        key, value = opened.part.names
        stack[-1].nodes.append(TemplateFor(key, value, expression, body, place))
