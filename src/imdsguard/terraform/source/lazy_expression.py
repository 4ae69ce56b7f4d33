"""One expression of the source: parsed and compiled when it is first evaluated, then shared by all who evaluate it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, SyntaxProblem

if TYPE_CHECKING:
    from imdsguard.hcl.evaluate.compile import Compiled
    from imdsguard.hcl.syntax.body import SourceExpression
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place


class LazyExpression:
    """The right-hand side of an argument; `source` is it as written, not parsed yet.

    Two `LazyExpression` objects are equal only if they are the same object.
    """

    __slots__ = ("_compiled", "_problem", "place", "source")

    def __init__(self, source: SourceExpression) -> None:
        self.source = source
        self.place: Place = source.place
        self._compiled: Compiled | None = None
        self._problem: EvaluationError | None = None

    def node(self) -> Node:
        """Give the parsed expression. Raises `SyntaxProblem`."""
        if self._problem is not None:
            raise self._problem
        try:
            return self.source.node()
        except SyntaxProblem as problem:
            self._problem = problem
            raise

    def compiled(self) -> Compiled:
        """Give the expression ready for evaluation.

        Raises `SyntaxProblem`, and `LimitReached` for one that is too deep.
        """
        if self._compiled is None:
            from imdsguard.hcl.evaluate.compile import compile_expression

            self._compiled = compile_expression(self.node())
        return self._compiled

    @property
    def roots(self) -> frozenset[str]:
        """The root names that it refers to. Raises as `compiled` does."""
        return self.compiled().roots

    def literal(self) -> str | None:
        """Give the text if the expression is nothing but a string, else None."""
        from imdsguard.hcl.syntax.literal import Literal

        try:
            node = self.node()
        except EvaluationError:
            return None
        return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None
