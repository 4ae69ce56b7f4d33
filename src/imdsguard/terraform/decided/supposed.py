"""What a resource would say if one value were another: the proof that a switch does what is said of it.

Only what depends on values is evaluated anew, in module instances that are made for it and thrown away: no file is
read, nothing is parsed again, and what the run has computed stays as it is.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.nodes import Literal, Object, ObjectItem, Tuple
from imdsguard.hcl.syntax.static import literal_node, reference_node
from imdsguard.hcl.values.constraint import parse_constraint
from imdsguard.model.instead import Expression
from imdsguard.model.record import record, replace
from imdsguard.terraform.decided.changes import NewArguments, NewItems, Replaced
from imdsguard.terraform.source.body import SourceBody
from imdsguard.terraform.source.evaluation import Evaluation
from imdsguard.terraform.source.instance import ModuleInstance
from imdsguard.terraform.source.lazy_expression import LazyExpression
from imdsguard.terraform.source.scopes import Bound
from imdsguard.terraform.source.variables import Given

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.constraint import Constraint
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value
    from imdsguard.terraform.decided.changes import ValueChange
    from imdsguard.terraform.decided.written import Written
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Key
    from imdsguard.terraform.source.scopes import EvaluationScope


def supposed(resource: Resource, change: ValueChange) -> SourceBody | None:
    """Give the body of a resource as it would be with a change of a value; None where that cannot be told.

    A change of the resource's own block is none of a value.
    """
    body = resource.body
    if not isinstance(body, SourceBody) or not isinstance(change, (Replaced, NewItems, NewArguments)):
        return None
    scope = body.scope
    instance = scope.below if isinstance(scope, Bound) else scope
    if not isinstance(instance, ModuleInstance):
        return None
    try:
        within = _again(instance, change)
        if within is None or isinstance(scope, ModuleInstance):
            again: EvaluationScope | None = within
        else:
            kind = "data" if resource.data else "resource"
            declared = instance.module.resource(kind, resource.type, resource.name, None)
            again = within.expansion(declared).scopes.get(resource.key)
    except EvaluationError:
        return None
    return SourceBody(body.merged, again, body.place) if again is not None else None


def supposed_option(resource: Resource, path: Iterable[str], name: str, change: ValueChange) -> Value | None:
    """Give what an argument in a resource's block would be with a change of a value; None where that cannot be told.

    `path` are the blocks that lead to it.
    """
    body: Body | None = supposed(resource, change)
    for step in path:
        blocks = body.blocks(step) if body is not None else None
        if blocks is None or blocks.unknown is not None or len(blocks.items) != 1:
            return None
        body = blocks.items[0]
    return body.attribute(name) if body is not None else None


def _again(instance: ModuleInstance, change: ValueChange) -> SupposedInstance | None:
    """Make an instance anew, with all that lead to it; None where there would be no such instance."""
    parent, call = instance.parent, instance.call
    if parent is None or call is None:
        return SupposedInstance(instance, change, _Tree(instance))
    above = _again(parent, change)
    children = (above.children(call.name) if above is not None else None) or {}
    found = next((each for each in children.values() if each.address == instance.address), None)
    return found if isinstance(found, SupposedInstance) else None


class _Tree:
    """What supposed instances stand in: an evaluation of their own, so that nothing is noted in the run's."""

    def __init__(self, of: ModuleInstance) -> None:
        evaluation = of.tree.evaluation
        self.evaluation = Evaluation(evaluation.files, evaluation.workspace)
        self.generated = of.tree.generated

    def instantiate(self, parent: ModuleInstance, call: Declaration) -> dict[Key, ModuleInstance] | None:
        """Make the instances that a call would make, of the code that it calls now."""
        assert isinstance(parent, SupposedInstance)
        made = parent.original.children(call.name)
        code = next(iter((made or {}).values()), None)
        if made is None or code is None:
            return None
        scopes = parent.call_expansion(call.name).scopes
        return {
            key: SupposedInstance(made.get(key, code), parent.change, self, parent, scope, parent.absolute(call, key))
            for key, scope in scopes.items()
        }


class SupposedInstance(ModuleInstance):
    """A module instance as it would be with a change."""

    def __init__(
        self,
        original: ModuleInstance,
        change: ValueChange,
        tree: _Tree,
        parent: SupposedInstance | None = None,
        outer: EvaluationScope | None = None,
        address: str = "",
    ) -> None:
        given = _given(original, change)
        super().__init__(tree, original.module, address, parent, original.call, outer, given, summary=original.summary)
        self.original = original
        self.change = change
        self._changed: dict[LazyExpression, LazyExpression] = {}

    def evaluate(self, expression: LazyExpression) -> Any:
        """Evaluate what the expression would be. Raises `EvaluationError` and `LimitReached`."""
        if expression not in self._changed:
            self._changed[expression] = _changed(expression, self.change)
        return super().evaluate(self._changed[expression])

    def constraint(self, name: str) -> Constraint | None:
        """Give the type of a variable, which may say what a member is by default. Raises `EvaluationError`."""
        declared = self.module.variables[name].body.expression("type")
        if declared is None or not _reaches(self.change, declared.place):
            return super().constraint(name)
        return parse_constraint(_tree(reference_node(declared.source, quoted=False), self.change))

    def _argument(self, name: str) -> LazyExpression | None:
        argument = super()._argument(name)
        change, call = self.change, self.call
        if argument is not None or call is None or not isinstance(change, NewArguments) or name not in change.values:
            return argument
        if all(body is not change.body for body in call.body.bodies):
            return None
        return LazyExpression(_Source(call.place, _node(change.values[name], call.place)))


def _given(instance: ModuleInstance, change: ValueChange) -> Mapping[str, Given]:
    """What is given to the variables of a module: a default that is changed is given, too."""
    found = dict(instance.given)
    for name, each in instance.given.items():
        if each.expression is not None and _reaches(change, each.expression.place):
            found[name] = Given(each.place, _constant(each.expression, change))
    for name, declared in instance.module.variables.items():
        default = declared.body.expression("default")
        if name not in found and default is not None and _reaches(change, default.place):
            found[name] = Given(default.place, _constant(default, change))
    return found


def _reaches(change: ValueChange, place: Place) -> bool:
    """Whether a change is made within a place."""
    if not isinstance(change, (Replaced, NewItems)) or change.place.file != place.file:
        return False
    start, end = (change.place.line, change.place.column), (change.place.end_line, change.place.end_column)
    return (place.line, place.column) <= start and end <= (place.end_line, place.end_column)


@record(frozen=True, slots=True)
class _Source:
    """An expression that is written nowhere."""

    place: Place
    tree: Node

    def node(self) -> Node:
        """Give its tree."""
        return self.tree


def _constant(expression: LazyExpression, change: ValueChange) -> LazyExpression:
    return LazyExpression(_Source(expression.place, _tree(literal_node(expression.source), change)))


def _changed(expression: LazyExpression, change: ValueChange) -> LazyExpression:
    if not _reaches(change, expression.place):
        return expression
    return LazyExpression(_Source(expression.place, _tree(expression.node(), change)))


def _tree(node: Any, change: ValueChange) -> Any:
    """Give an expression tree with the change made in it."""
    if isinstance(node, tuple):
        return tuple(_tree(each, change) for each in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    place = getattr(node, "place", None)
    if isinstance(change, Replaced) and place == change.place:
        return _node(change.value, change.place)
    if isinstance(change, NewItems) and place == change.place and isinstance(node, Object):
        return replace(node, items=(*node.items, *_items(change.values, change.place)))
    parts = {each.name: getattr(node, each.name) for each in fields(node) if each.name != "place"}
    return replace(node, **{name: _tree(part, change) for name, part in parts.items()})


def _node(value: Written, place: Place) -> Node:
    if isinstance(value, Expression):
        from imdsguard.hcl.syntax.parser import parse_expression

        def locate(_start: int, _end: int | None = None) -> Place:
            return place

        return parse_expression(value.text, locate)
    if isinstance(value, (str, bool, int)):
        return Literal(value, place)
    if isinstance(value, tuple):
        return Tuple(tuple(_node(each, place) for each in value), place)
    return Object(_items(value, place), place)


def _items(values: Mapping[str, Written], place: Place) -> tuple[ObjectItem, ...]:
    return tuple(ObjectItem(Literal(name, place), _node(value, place)) for name, value in values.items())
