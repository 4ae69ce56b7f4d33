"""Comments of JSON syntax: the property "//" of a block ("JSON Configuration Syntax", Terraform)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.suppress.directive import Directive, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.syntax.json_text import JsonProperty, JsonValue
    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.suppress.foreign_comments import ForeignComments

_COMMENT = "//"
_LABELS = {"resource": 2, "data": 2, "module": 1}


def json_directives(source: SourceText, foreign: ForeignComments) -> Iterator[Directive]:
    """Give what the comments of a `.tf.json` file say. A file that is no JSON says nothing: reading it reports that."""
    from imdsguard.hcl.syntax.json_text import parse_json

    try:
        value = parse_json(source)
    except SyntaxProblem:
        return
    for top in _properties(value):
        if top.name in _LABELS:
            yield from _labelled(source, top, (), _LABELS[top.name], foreign, top.name)
        else:
            yield from _comments(source, top, None, "", foreign)


def _labelled(
    source: SourceText, named: JsonProperty, labels: tuple[str, ...], missing: int, foreign: ForeignComments, kind: str
) -> Iterator[Directive]:
    """Go down one level a label; what stands beside the labels is about no block."""
    if not missing:
        address = ".".join(labels if kind == "resource" else (kind, *labels))
        yield from _comments(source, named, named, address, foreign)
        return
    for inner in _properties(named.value):
        if inner.name == _COMMENT:
            yield from _comments(source, inner, None, "", foreign)
        else:
            yield from _labelled(source, inner, (*labels, inner.name), missing - 1, foreign, kind)


def _comments(
    source: SourceText, found: JsonProperty, block: JsonProperty | None, address: str, foreign: ForeignComments
) -> Iterator[Directive]:
    """Give the comments in a property, however deep, as comments on `block`."""
    place = source.place(block.start, block.end) if block is not None else None
    todo = [found]
    while todo:
        each = todo.pop()
        if each.name != _COMMENT:
            todo += reversed(_properties(each.value))
            continue
        here = source.place(each.value.start, each.value.end)
        for item in each.value.items or (each.value,):
            if not isinstance(item.content, str):
                continue
            for line in item.content.splitlines():
                said = parse(line.strip())
                if said is not None:
                    yield Directive(said, here, place, address)
                for tool, foreign_said in foreign.read(line) if block is not None else ():
                    yield Directive(foreign_said, here, place, address, tool)


def _properties(value: JsonValue) -> tuple[JsonProperty, ...]:
    """The properties of an object, or of the objects in an array (of arrays)."""
    if value.kind != "array":
        return value.properties
    found: list[JsonProperty] = []
    todo = list(reversed(value.items))
    while todo:
        item = todo.pop()
        found += item.properties
        todo += reversed(item.items)
    return tuple(found)
