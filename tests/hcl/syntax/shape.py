"""Expression trees as short text, for tests that read like examples."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax import nodes as n
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.syntax.template import parse_template

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node


def expression(text: str) -> str:
    return shape(parse_expression(text, SourceText.of_text("main.tf", text).place))


def template(text: str) -> str:
    return shape(parse_template(text, SourceText.of_text("main.tpl", text).place))


def shape(node: Node | None) -> str:  # noqa: C901
    """Write a tree with all its brackets: `(1 + (2 * 3))`."""
    match node:
        case None:
            return "-"
        case n.Literal(value):
            return _literal(value)
        case n.VariableNode(name):
            return name
        case n.GetAttr(source, name):
            return f"{shape(source)}.{name}"
        case n.IndexNode(source, key, legacy=legacy):
            return f"{shape(source)}.<{shape(key)}>" if legacy else f"{shape(source)}[{shape(key)}]"
        case n.Splat(source, each):
            return f"splat({shape(source)}, {shape(each)})"
        case n.SplatItem():
            return "@"
        case n.Unary(operator, operand):
            return f"({operator}{shape(operand)})"
        case n.Binary(operator, left, right):
            return f"({shape(left)} {operator} {shape(right)})"
        case n.Conditional(condition, then, otherwise):
            return f"({shape(condition)} ? {shape(then)} : {shape(otherwise)})"
        case n.Parens(inner):
            return f"parens({shape(inner)})"
        case n.Tuple(items):
            return f"[{_all(items)}]"
        case n.Object(items):
            return "{" + ", ".join(f"{shape(i.key)} = {shape(i.value)}" for i in items) + "}"
        case n.CallNode(name, arguments, expand):
            return f"{name}({_all(arguments)}{'...' if expand else ''})"
        case n.Template(parts):
            return f"template({_all(parts)})"
        case n.Wrap(inner):
            return f"wrap({shape(inner)})"
        case n.TemplateIf(condition, then, otherwise):
            return f"if({shape(condition)}, {shape(then)}, {shape(otherwise)})"
        case n.TemplateFor(key, value, collection, body):
            return f"for({key}, {value}, {shape(collection)}, {shape(body)})"
        case n.For():
            result = shape(node.result) + ("..." if node.group else "")
            if node.key_result is not None:
                result = f"{shape(node.key_result)} => {result}"
            return f"for({node.key}, {node.value}, {shape(node.collection)}, {result}, {shape(node.condition)})"
    raise AssertionError(node)


def _all(parts: tuple[Node, ...]) -> str:
    return ", ".join(shape(part) for part in parts)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Fraction):
        return str(float(value))
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value)
