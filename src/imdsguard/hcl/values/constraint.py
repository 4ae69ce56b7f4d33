"""Type constraints of variables, with `optional()` and its defaults."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Value


class Constraint:
    """A type with the defaults of its optional attributes: made by `parse_constraint`."""

    type: Type

    def apply(self, value: Value) -> Value:
        """Fill in defaults, then convert. Raises `EvaluationError`."""
        raise NotImplementedError


def parse_constraint(node: Node) -> Constraint:
    """Read a type constraint. Raises `StaticError`."""
    raise NotImplementedError
