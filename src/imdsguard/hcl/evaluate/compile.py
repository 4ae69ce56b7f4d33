"""Compilation of an expression tree to closures.

For FUNCTIONS: `registry.find(name)` gives a Function; a call compiles to `function.call(arguments, CallContext(...))`, or,
if `function.lazy`, to `function.call_lazy(thunks, context)`: a thunk is a `Callable[[], Value]` (raises as evaluation does).
The registry's own types decide; the compiler follows them.
"""
from __future__ import annotations
from dataclasses import dataclass
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.scope import Scope
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place


@dataclass(frozen=True, slots=True)
class Traversal:
    """A reference as it can be told without evaluation: `var.a["k"].b`; ends before a computed key."""

    root: str
    steps: tuple[str | Value, ...]
    place: Place


class Compiled:
    """An expression ready to be evaluated."""

    traversals: tuple[Traversal, ...]
    roots: frozenset[str]

    def evaluate(self, scope: Scope) -> Value:
        """Raises `EvaluationError`, `StaticError`, `LimitReached` and nothing else."""
        raise NotImplementedError


def compile_expression(node: Node) -> Compiled:
    """Compile. Raises `LimitReached` for a tree that is too deep."""
    raise NotImplementedError
