"""From nodes to compiled expressions: one method a kind of node."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate import structures
from imdsguard.hcl.evaluate.calls import call
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, Run, fixed_shape, literal
from imdsguard.hcl.evaluate.conditional import conditional
from imdsguard.hcl.evaluate.loops import Loop, for_expression, splat
from imdsguard.hcl.evaluate.operators import apply_binary, apply_unary, result_type
from imdsguard.hcl.evaluate.references import local_path, resolved_path, source_path
from imdsguard.hcl.evaluate.templates import join, template
from imdsguard.hcl.syntax import nodes
from imdsguard.hcl.values.types import BOOL, NUMBER, STRING
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Traversal:
    """A reference as it can be told without evaluation: `var.a["k"].b`; it ends before a computed key."""

    root: str
    steps: tuple[str | Value, ...]
    place: Place


class Builder:
    """Compiles one expression: knows the names that are bound around the node it is at."""

    def __init__(self, find: Callable[[str], Any] | None = None) -> None:
        self.slots = 0
        self.traversals: list[Traversal] = []
        self._find = find
        self._names: dict[str, int] = {}
        self._item: int | None = None

    def compile(self, node: Node) -> CompiledExpression:
        """Compile a node and what is below it."""
        while isinstance(node, nodes.Parens | nodes.Wrap):
            node = node.inner
        expression: CompiledExpression = getattr(self, _METHODS[node.__class__])(node)
        return expression

    @staticmethod
    def _literal(node: nodes.Literal) -> CompiledExpression:
        return literal(node)

    def _template(self, node: nodes.Template) -> CompiledExpression:
        parts = [self.compile(p) for p in node.parts]
        return _folded(template(parts, [p.place for p in node.parts], node.place), parts)

    def _template_for(self, node: nodes.TemplateFor) -> CompiledExpression:
        as_for = nodes.For(node.key, node.value, node.collection, None, node.body, None, False, node.place)
        return join(self._for(as_for), node.place)

    def _template_if(self, node: nodes.TemplateIf) -> CompiledExpression:
        otherwise = self.compile(node.otherwise or nodes.Template((), node.place))
        condition, then = self.compile(node.condition), self.compile(node.then)
        return conditional(condition, then, otherwise, node.place, node.condition.place)

    def _path(self, node: nodes.VariableNode | nodes.GetAttr | nodes.IndexNode | nodes.SplatItem) -> CompiledExpression:
        """Compile `a.b[c].d` as one: a reference to the scope, or steps below a value."""
        links: list[nodes.GetAttr | nodes.IndexNode] = []
        source: Node = node
        while isinstance(source, nodes.GetAttr | nodes.IndexNode):
            links.append(source)
            source = source.source
        links.reverse()
        steps: list[str | CompiledExpression] = [
            k.name if isinstance(k, nodes.GetAttr) else self.compile(k.key) for k in links
        ]
        places = [k.place for k in links]
        if isinstance(source, nodes.SplatItem):
            assert self._item is not None
            return local_path(self._item, steps, places)
        if not isinstance(source, nodes.VariableNode):
            return source_path(self.compile(source), steps, places)
        slot = self._names.get(source.name)
        if slot is not None:
            return local_path(slot, steps, places)
        self.traversals.append(Traversal(source.name, _static_steps(steps), node.place))
        return resolved_path(source.name, steps, places, node.place)

    def _splat(self, node: nodes.Splat) -> CompiledExpression:
        source = self.compile(node.source)
        slot, outer = self._new_slot(), self._item
        self._item = slot
        try:
            each = self.compile(node.each)
        finally:
            self._item = outer
        return splat(source, each, slot, node.place)

    def _tuple(self, node: nodes.Tuple) -> CompiledExpression:
        items = [self.compile(i) for i in node.items]
        return _folded(structures.tuple_from(items, node.place), items)

    def _object(self, node: nodes.Object) -> CompiledExpression:
        items: list[tuple[CompiledExpression, CompiledExpression]] = []
        for item in node.items:
            if isinstance(item.key, nodes.GetAttr | nodes.IndexNode | nodes.Splat):
                key = structures.ambiguous_key(item.key.place)
                self.compile(item.key)  # its references count all the same
            else:
                key = self.compile(item.key)
            items.append((key, self.compile(item.value)))
        places = [i.key.place for i in node.items]
        return _folded(structures.object_from(items, places, node.place), [c for pair in items for c in pair])

    def _for(self, node: nodes.For) -> CompiledExpression:
        collection = self.compile(node.collection)
        with self._bound(node.key, node.value) as (key_slot, value_slot):
            loop = Loop(
                collection,
                key_slot,
                value_slot,
                None if node.key_result is None else self.compile(node.key_result),
                self.compile(node.result),
                None if node.condition is None else self.compile(node.condition),
                node.group,
                node.place,
            )
        return for_expression(loop)

    def _call(self, node: nodes.CallNode) -> CompiledExpression:
        arguments = [self.compile(a) for a in node.arguments]
        return call(node, arguments, self._find)

    def _unary(self, node: nodes.Unary) -> CompiledExpression:
        symbol, place = node.operator, node.place
        operand = self.compile(node.operand)
        inner = operand.run

        def run(frame: Frame) -> Value:
            return apply_unary(symbol, inner(frame), place)

        return _folded(CompiledExpression(run, shape=fixed_shape(NUMBER if symbol == "-" else BOOL)), [operand])

    def _binary(self, node: nodes.Binary) -> CompiledExpression:
        """Compile a chain of operators that lean to the left as one loop: such chains are long, not deep."""
        chain: list[tuple[str, Node, Place]] = []
        left: Node = node
        while isinstance(left, nodes.Binary):
            chain.append((left.operator, left.right, left.place))
            left = left.left
        chain.reverse()
        first = self.compile(left).run
        rest: list[tuple[str, Run, Place]] = [(op, self.compile(right).run, place) for op, right, place in chain]

        def run(frame: Frame) -> Value:
            value = first(frame)
            frame.bounds.step(len(rest))
            for symbol, right, place in rest:
                value = apply_binary(symbol, value, right(frame), place)
            return value

        return CompiledExpression(run, shape=fixed_shape(result_type(node.operator)))

    def _conditional(self, node: nodes.Conditional) -> CompiledExpression:
        condition, then, otherwise = self.compile(node.condition), self.compile(node.then), self.compile(node.otherwise)
        return conditional(condition, then, otherwise, node.place, node.condition.place)

    def _new_slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    @contextmanager
    def _bound(self, key: str | None, value: str) -> Iterator[tuple[int | None, int]]:
        """Bind the names of a `for` while its parts are compiled."""
        outer = self._names
        self._names = dict(outer)
        key_slot = None
        if key is not None:
            key_slot = self._names[key] = self._new_slot()
        value_slot = self._names[value] = self._new_slot()
        try:
            yield key_slot, value_slot
        finally:
            self._names = outer


def _static_steps(steps: Sequence[str | CompiledExpression]) -> tuple[str | Value, ...]:
    found: list[str | Value] = []
    for step in steps:
        if isinstance(step, str):
            found.append(step)
        elif step.constant is not None and step.constant.type in (STRING, NUMBER):
            found.append(step.constant)
        else:
            break
    return tuple(found)


def _folded(expression: CompiledExpression, parts: Sequence[CompiledExpression]) -> CompiledExpression:
    """Compute what is made of constants only, once. An error is left for evaluation to raise."""
    if any(p.constant is None for p in parts):
        return expression
    try:
        value = expression.run(Frame(_Nowhere(), 0))
        return CompiledExpression(lambda _: value, value, expression.shape)
    except (EvaluationError, LimitReached):
        return expression


class _Nowhere:
    """The scope of constants: there is nothing in it."""

    def __init__(self) -> None:
        from imdsguard.hcl.bounds import Bounds

        self.bounds = Bounds()
        self.files: Any = None
        self.identity: object = None

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """Never called: constants have no references."""
        raise EvaluationError(f"{root} is not a constant ({len(steps)} steps)", place)


_METHODS: dict[type[Any], str] = {
    nodes.Literal: "_literal",
    nodes.Template: "_template",
    nodes.TemplateFor: "_template_for",
    nodes.TemplateIf: "_template_if",
    nodes.VariableNode: "_path",
    nodes.GetAttr: "_path",
    nodes.IndexNode: "_path",
    nodes.SplatItem: "_path",
    nodes.Splat: "_splat",
    nodes.Tuple: "_tuple",
    nodes.Object: "_object",
    nodes.For: "_for",
    nodes.CallNode: "_call",
    nodes.Unary: "_unary",
    nodes.Binary: "_binary",
    nodes.Conditional: "_conditional",
}
