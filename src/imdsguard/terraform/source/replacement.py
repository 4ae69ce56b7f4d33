"""`replace_triggered_by`: whose change replaces a resource (Terraform language, "The lifecycle meta-argument")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.value import Reference
from imdsguard.terraform.source.instance import index_of

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression


def replaced_by(instance: ModuleInstance, declaration: Declaration) -> tuple[Reference, ...]:
    """Give the resources, or attributes of them, under `replace_triggered_by`; an override's list counts instead.

    An address without a key is all instances, and so is one whose key is computed (`aws_x.y[each.key]`).
    """
    prefix = f"{instance.address}." if instance.address else ""
    for nested in reversed([each for body in declaration.body.layers() for each in body.nested("lifecycle")]):
        expression = nested.body.expression("replace_triggered_by")
        if expression is not None:
            return tuple(found for item in _items(expression) if (found := _reference(prefix, item)) is not None)
    return ()


def _items(expression: LazyExpression) -> tuple[Node, ...]:
    """Give what is written in the list."""
    from imdsguard.hcl.syntax.nodes import Tuple
    from imdsguard.hcl.syntax.static import reference_node

    try:
        node = reference_node(expression.source)
    except EvaluationError:
        return ()
    return node.items if isinstance(node, Tuple) else (node,)


def _reference(prefix: str, node: Node) -> Reference | None:
    """Read `type.name[key].attribute`; None for what Terraform refuses here."""
    from imdsguard.hcl.syntax.nodes import GetAttr, IndexNode, Literal, VariableNode

    steps: list[Node] = []
    while isinstance(node, (GetAttr, IndexNode)):
        steps.append(node)
        node = node.source
    steps.reverse()
    if not isinstance(node, VariableNode) or not steps or not isinstance(steps[0], GetAttr):
        return None
    address, attributes = f"{prefix}{node.name}.{steps[0].name}", steps[1:]
    if attributes and isinstance(attributes[0], IndexNode):
        key = attributes[0].key
        if isinstance(key, Literal) and isinstance(key.value, (str, int)) and not isinstance(key.value, bool):
            address += index_of(key.value)
        attributes = attributes[1:]
    return Reference(address, tuple(step.name for step in attributes[:1] if isinstance(step, GetAttr)))
