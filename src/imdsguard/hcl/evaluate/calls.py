"""Function calls: arguments, expansion of the last one, and what surrounds a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, Run, bounded, written_at
from imdsguard.hcl.values.ranges import collapse
from imdsguard.hcl.values.size import size_of
from imdsguard.hcl.values.types import DYNAMIC, ListType, SetType, TupleType
from imdsguard.hcl.values.value import OpenObject, Pending, Value, derived

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.hcl.functions.function import CallContext
    from imdsguard.hcl.syntax.nodes import CallNode, Node
    from imdsguard.model.place import Place


class Argument:
    """An argument that is not evaluated yet: what `try` and `can` are given."""

    __slots__ = ("_frame", "_run", "node")

    def __init__(self, node: Node, run: Run, frame: Frame) -> None:
        self.node = node
        self._run = run
        self._frame = frame

    def __call__(self) -> Value:
        """Evaluate it. Raises `EvaluationError`."""
        return self._run(self._frame)


def call(
    node: CallNode, arguments: Sequence[CompiledExpression], find: Callable[[str], Any] | None
) -> CompiledExpression:
    """Compile a call. The function is looked up when it is first called: its module is not imported before.

    What is compiled raises `EvaluationError` when it runs: for a function that there is not, and what the function
    itself raises.
    """
    name, place, expand = node.name, node.place, node.expand
    runs = [a.run for a in arguments]
    found: list[Any] = []

    def run(frame: Frame) -> Value:
        frame.bounds.step()
        if not found:
            found.append(_look_up(name, find))
        function = found[0]
        if function is None:
            raise EvaluationError(f'There is no function named "{name}".', place)
        context = _context(frame, place)
        if function.lazy:
            thunks = [Argument(n, r, frame) for n, r in zip(node.arguments, runs, strict=True)]
            result: Value = function.call_lazy(thunks, context)
            return result
        values = [r(frame) for r in runs]
        if expand:
            expanded = values.pop()
            last = _expanded(expanded, place)
            if last is None:
                return derived(DYNAMIC, *values, expanded)
            values.extend(last)
        frame.bounds.step(sum([size_of(v)[0] for v in values]) >> 4)
        result = bounded(frame, function.call(values, context))
        if isinstance(result.raw, Pending) and not isinstance(result, OpenObject):
            result = collapse(result)
        if result.origin is not None or isinstance(result, OpenObject):
            return result
        return result.at(written_at(place, *values))

    return CompiledExpression(run)


def _look_up(name: str, find: Callable[[str], Any] | None) -> Any:
    if find is not None:
        return find(name)
    from imdsguard.hcl.functions import registry

    return registry.find(name)


def _context(frame: Frame, place: Place) -> CallContext:
    from imdsguard.hcl.functions.function import CallContext

    scope = frame.scope
    return CallContext(scope, place, getattr(scope, "providers", None), getattr(scope, "template_depth", 0))


def _expanded(value: Value, place: Place) -> list[Value] | None:
    """The arguments that `value...` stands for; None if that is not known."""
    if value.raw is None:
        raise EvaluationError("The expanding argument (indicated by ...) must not be null.", place)
    if value.type == DYNAMIC:
        return None
    if not isinstance(value.type, ListType | SetType | TupleType):
        raise EvaluationError("The expanding argument (indicated by ...) must be of a tuple, list, or set type.", place)
    if isinstance(value.raw, Pending):
        return None
    return [v.with_marks(value.marks) for v in value.elements()]
