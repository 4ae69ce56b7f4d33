"""Compilation of an expression tree to closures: done once, evaluated as often as there are scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, literal
from imdsguard.hcl.syntax.literal import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from imdsguard.hcl.evaluate.build import Traversal
    from imdsguard.hcl.scope import HclScope
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place

    class Declares(Protocol):
        """A scope that can tell, without evaluating anything, whether a reference is declared."""

        def declared(self, root: str, steps: Sequence[str | Value], place: Place) -> None:
            """Raise `StaticError` if there is nothing of that name."""
            ...


_TOO_DEEP = "an expression nests deeper than imdsguard evaluates"


class Compiled:
    """An expression ready to be evaluated.

    `traversals` are all its references, those in branches that may never be chosen included; `roots` their first names.
    """

    __slots__ = ("_expression", "_slots", "constant", "roots", "traversals")

    def __init__(self, expression: CompiledExpression, slots: int, traversals: tuple[Traversal, ...]) -> None:
        self._expression = expression
        self._slots = slots
        self.constant: Value | None = expression.constant
        self.traversals = traversals
        self.roots = frozenset(t.root for t in traversals)

    def check(self, scope: Declares) -> None:
        """Raise `StaticError` if a reference is not declared, as Terraform does before it evaluates.

        Once for each module is enough.
        """
        for traversal in self.traversals:
            scope.declared(traversal.root, traversal.steps, traversal.place)

    def evaluate(self, scope: HclScope) -> Value:
        """Compute the value. Raises `EvaluationError` (and `StaticError`), `LimitReached`, and nothing else."""
        if self.constant is not None:
            return self.constant
        try:
            return self._expression.run(Frame(scope, self._slots))
        except EvaluationError as error:
            if error.sketch is not None and error.sketch[0] is not self._expression.run:
                error.sketch = None  # of a part of this expression only
            raise
        except RecursionError:
            raise LimitReached(_TOO_DEEP) from None


def compile_expression(node: Node, find: Callable[[str], Any] | None = None) -> Compiled:
    """Compile. `find` looks functions up, by default in the registry. Raises `LimitReached` for too deep a tree."""
    if isinstance(node, Literal):
        return Compiled(literal(node), 0, ())
    from imdsguard.hcl.evaluate.build import Builder

    builder = Builder(find)
    try:
        expression = builder.compile(node)
    except RecursionError:
        raise LimitReached(_TOO_DEEP) from None
    return Compiled(expression, builder.slots, tuple(builder.traversals))
