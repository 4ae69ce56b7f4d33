"""Arguments that Terraform reads without evaluating them: literals, references, types; the same from both syntaxes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.json import JsonExpression
from imdsguard.hcl.syntax.nodes import GetAttr, IndexNode, Literal, VariableNode

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.body import SourceExpression
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place


def literal_node(expression: SourceExpression) -> Node:
    """Give the tree of an argument in which no variable may stand (a variable's `default`, a `.tfvars` value).

    A string of JSON syntax is then plain text: its `${` means nothing. Raises `SyntaxProblem`.
    """
    if isinstance(expression, JsonExpression):
        from imdsguard.hcl.syntax import json_nodes

        if expression.problem is not None:
            raise expression.problem
        return json_nodes.literal_node(expression.source, expression.value)
    return expression.node()


def reference_node(expression: SourceExpression, *, quoted: bool = True) -> Node:
    """Give the tree of an argument that holds references, keywords or a type (`provider`, `depends_on`, `type`).

    In JSON syntax these are written as strings, also inside arrays and as the names and values of objects. In native
    syntax Terraform still takes a quoted reference, for old code's sake, unless `quoted` is false.
    Raises `SyntaxProblem`.
    """
    if isinstance(expression, JsonExpression):
        from imdsguard.hcl.syntax import json_nodes

        if expression.problem is not None:
            raise expression.problem
        return json_nodes.reference_node(expression.source, expression.value)
    node = expression.node()
    if quoted and isinstance(node, Literal) and isinstance(node.value, str):
        return _unquoted(node.value, node.place)
    return node


def static_traversal(node: Node) -> tuple[str | int, ...] | None:
    """Give the steps of `name.name[0]["key"]`, root first; None for any other expression.

    A string from a bare step and one from a quoted key are not told apart. A quoted string counts as a reference if it
    is one (as in `depends_on = ["aws_instance.a"]`).
    """
    if isinstance(node, Literal) and isinstance(node.value, str):
        from imdsguard.hcl.errors import SyntaxProblem

        try:
            node = _unquoted(node.value, node.place)
        except SyntaxProblem:
            return None
        if isinstance(node, Literal):
            return None
    steps: list[str | int] = []
    while True:
        if isinstance(node, VariableNode):
            steps.append(node.name)
            return tuple(reversed(steps))
        if isinstance(node, GetAttr):
            steps.append(node.name)
            node = node.source
        elif isinstance(node, IndexNode):
            key = node.key
            if not isinstance(key, Literal) or key.value is None or isinstance(key.value, bool | Fraction | float):
                return None
            steps.append(key.value)
            node = node.source
        else:
            return None


def _unquoted(text: str, place: Place) -> Node:
    from imdsguard.hcl.syntax.parser import parse_expression

    return parse_expression(text, lambda _start, _end: place)
