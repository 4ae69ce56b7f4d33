"""What is said in native syntax, in JSON: `http_tokens = "required"` as `"http_tokens": "required"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.native_body import NativeBody, NativeExpression
from imdsguard.hcl.syntax.nodes import Literal, Object, Template, Tuple
from imdsguard.hcl.syntax.source import SourceText

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node

    Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def in_json(text: str) -> str:
    """Give a text with the arguments and blocks at its end as members of a JSON object; sentences stay as they are."""
    lines = text.splitlines()
    for number in range(len(lines)):
        members = _members("\n".join(lines[number:]))
        if members:
            return "\n".join([*lines[:number], members])
    return text


def _members(text: str) -> str:
    """Give the members of a text that is nothing but arguments and blocks; "" for any other."""
    from json import dumps

    source = SourceText("", text.encode())
    body, problems = scan(source)
    if problems or not (body.found or body.inner):
        return ""
    try:
        found = _object(body)
    except EvaluationError:
        return ""
    return ",\n".join(f"{dumps(name)}: {dumps(value, ensure_ascii=False)}" for name, value in found.items())


def _object(body: NativeBody) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for name, attribute in body.attributes().items():
        expression = attribute.expression
        assert isinstance(expression, NativeExpression)
        made[name] = _value(expression.node(), expression.source.text)
    for block in body.inner:
        within: dict[str, Json] = made
        names = (block.type, *block.labels)
        for name in names[:-1]:
            below = within.setdefault(name, {})
            assert isinstance(below, dict)
            within = below
        inner = _object(block)
        known = within.get(names[-1])
        if known is None:
            within[names[-1]] = inner
        else:
            within[names[-1]] = [*(known if isinstance(known, list) else [known]), inner]
    return made


def _value(node: Node, text: str) -> Json:
    if isinstance(node, Literal):
        value = node.value
        return value if value is None or isinstance(value, (str, bool, int, float)) else float(value)
    if isinstance(node, Tuple):
        return [_value(item, text) for item in node.items]
    if isinstance(node, Object):
        return {str(_value(item.key, text)): _value(item.value, text) for item in node.items}
    written = _written(node, text)
    return written[1:-1] if isinstance(node, Template) else f"${{{written}}}"


def _written(node: Node, text: str) -> str:
    lines = text.splitlines(keepends=True)
    place = node.place
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    end = sum(map(len, lines[: (place.end_line or place.line) - 1])) + place.end_column - 1
    return text[start:end]
