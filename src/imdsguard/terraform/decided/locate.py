"""From an expression that should have another value back to the one place that decides it.

The way is that of the evaluation, walked backwards: through conditionals to the switch, through variables to the
argument, the line of a tfvars file or the default, through locals, `each.value`, `lookup`, `try`, `merge` and
`coalesce` into the member of the object. What is found is a proposal, best first: the proof decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.evaluate.loops import pairs
from imdsguard.hcl.syntax.nodes import (
    Binary,
    CallNode,
    Conditional,
    For,
    GetAttr,
    IndexNode,
    Literal,
    Object,
    Parens,
    Tuple,
    Unary,
    VariableNode,
    Wrap,
)
from imdsguard.hcl.values.value import string as text_value
from imdsguard.model.record import record, replace
from imdsguard.terraform.decided.changes import NewArguments, NewItems, Replaced, ValueChange
from imdsguard.terraform.source.configuration import META_ARGUMENTS
from imdsguard.terraform.source.instance import ModuleInstance
from imdsguard.terraform.source.scopes import Bound, ForNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Value
    from imdsguard.terraform.decided.written import Written
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.scopes import EvaluationScope

    Path = tuple[str | int, ...]

DEEP = 30
"""Hops from one expression to the next."""
_SAME = {
    "tostring",
    "tobool",
    "tonumber",
    "lower",
    "upper",
    "trimspace",
    "nonsensitive",
    "sensitive",
}


@record(frozen=True, slots=True)
class Around:
    """Where an expression stands: its scope, and the expressions that the names bound there take their values from.

    `name` is what is set to it: a variable, a local, a member of an object. `turns` are names that a `for` binds: each
    is a member, by its key, of an expression that stands elsewhere.
    """

    scope: EvaluationScope
    loops: Mapping[str, tuple[LazyExpression, Around]]
    depth: int = 0
    name: str = ""
    turns: Mapping[str, tuple[Node, Around, str | int]] = field(default_factory=dict)

    @property
    def instance(self) -> ModuleInstance | None:
        """The module instance at the bottom of the scope."""
        scope: object = self.scope
        while isinstance(scope, Bound):
            scope = scope.below
        return scope if isinstance(scope, ModuleInstance) else None

    def within(self, scope: EvaluationScope, name: str, expression: LazyExpression) -> Around:
        """Give the inside of a loop over `expression`, whose scope binds `name`."""
        return replace(self, scope=scope, loops={**self.loops, name: (expression, self)})

    def called(self, name: str) -> Around:
        """Give the same for the expression that `name` is set to."""
        return replace(self, name=name)

    def deeper(self) -> Around:
        """Give the same, one hop on."""
        return replace(self, depth=self.depth + 1)

    def value(self, node: Node) -> Value | None:
        """Evaluate; None for what has no value."""
        from imdsguard.hcl.evaluate.compile import compile_expression

        try:
            found = compile_expression(node).evaluate(self.scope)
        except (EvaluationError, LimitReached):
            return None
        return found if found.is_known else None


def around(merged: MergedBody, scope: EvaluationScope) -> Around:
    """Give what stands around the arguments of a resource or a module call: its scope, and its `for_each`."""
    below = scope.below if isinstance(scope, Bound) else scope
    outside = Around(below, {})
    loop = merged.expression("for_each")
    return outside.within(scope, "each", loop) if loop is not None and scope is not below else Around(scope, {})


def plain(value: Value | None) -> object:
    """Give what a known string, number or boolean is; None for anything else."""
    raw = value.raw if value is not None else None
    return raw if isinstance(raw, (str, int, bool)) else None


def nested_value(path: Path, value: Written) -> Written:
    """Wrap a value into objects: what a member at `path` is written as, where nothing of the way is there yet."""
    for step in reversed(path):
        value = {str(step): value}
    return value


def want(node: Node, where: Around, value: Written, path: Path = ()) -> Iterator[ValueChange]:
    """Propose changes that make the member `path` of an expression (or itself) be `value`."""
    if where.depth > DEEP:
        return
    where = where.deeper()
    if isinstance(node, Literal):
        if node.value is None or not path:
            written = nested_value(path, value)
            if node.value != written:
                yield Replaced(node.place, written, where.name)
    elif isinstance(node, (Parens, Wrap)):
        yield from want(node.inner, where, value, path)
    elif isinstance(node, (Object, Tuple)):
        yield from _in_collection(node, where, value, path)
    elif isinstance(node, Conditional):
        yield from _in_conditional(node, where, value, path)
    elif isinstance(node, Unary):
        if node.operator == "!" and isinstance(value, bool):
            yield from want(node.operand, where, not value, path)
    elif isinstance(node, Binary):
        yield from _in_binary(node, where, value)
    elif isinstance(node, CallNode):
        yield from _in_call(node, where, value, path)
    elif isinstance(node, For):
        yield from _in_for(node, where, value, path)
    elif isinstance(node, (VariableNode, GetAttr, IndexNode)):
        yield from _in_traversal(node, where, value, path)


def _in_traversal(
    node: VariableNode | GetAttr | IndexNode, where: Around, value: Written, path: Path
) -> Iterator[ValueChange]:
    steps = _steps(node, where)
    if steps is not None:
        yield from _in_reference(steps, where, value, path)
    elif isinstance(node, GetAttr):
        yield from want(node.source, where, value, (node.name, *path))
    elif isinstance(node, IndexNode) and isinstance(key := plain(where.value(node.key)), (str, int)):
        yield from want(node.source, where, value, (key, *path))


def _in_collection(node: Object | Tuple, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    if isinstance(node, Object):
        yield from _in_object(node, where, value, path)
    elif path and isinstance(path[0], int) and path[0] < len(node.items):
        yield from want(node.items[path[0]], where, value, path[1:])


def _in_object(node: Object, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    if not path:
        if isinstance(value, Mapping):
            held = {plain(where.value(item.key)) for item in node.items}
            missing = {name: each for name, each in value.items() if name not in held}
            if missing:
                yield _filled(node, missing, where)
        return
    for item in node.items:
        if plain(where.value(item.key)) == path[0]:
            yield from want(item.value, where.called(str(path[0])), value, path[1:])
            return
    yield _filled(node, {str(path[0]): nested_value(path[1:], value)}, where)


def _filled(node: Object, values: Mapping[str, Written], where: Around) -> ValueChange:
    return NewItems(node.place, values, where.name) if node.items else Replaced(node.place, values, where.name)


def _in_for(node: For, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    """The turn that makes the member."""
    collection = where.value(node.collection)
    number = 0
    for key, member in pairs(collection) if collection is not None else ():
        names = {node.value: member, **({node.key: key} if node.key is not None else {})}
        name = plain(key)
        if not isinstance(name, (str, int)):
            continue
        inside = replace(
            where, scope=ForNames(where.scope, names), turns={**where.turns, node.value: (node.collection, where, name)}
        )
        if node.condition is not None and plain(inside.value(node.condition)) is not True:
            continue
        made = plain(inside.value(node.key_result)) if node.key_result is not None else number
        number += 1
        if path and made == path[0] and not node.group:
            yield from want(node.result, inside, value, path[1:])


def _in_conditional(node: Conditional, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    """The switch first, if the other branch gives what is wanted; else what both branches may hang on; then the branch.

    What is in the branch that is not taken counts only where it makes the other one be taken.
    """
    condition = plain(where.value(node.condition))
    if not isinstance(condition, bool):
        return
    taken, other = (node.then, node.otherwise) if condition else (node.otherwise, node.then)
    if plain(_member(where.value(other), path)) == value:
        yield from want(node.condition, where, not condition)
    elif not isinstance(other, (Literal, Object, Tuple)):
        yield from want(other, where, value, path)
    yield from want(taken, where, value, path)


def _member(value: Value | None, path: Path) -> Value | None:
    for step in path:
        raw = value.raw if value is not None else None
        if isinstance(raw, dict) and isinstance(step, str):
            value = raw.get(step)
        elif isinstance(raw, tuple) and isinstance(step, int) and step < len(raw):
            value = raw[step]
        else:
            return None
    return value


def _in_binary(node: Binary, where: Around, value: Written) -> Iterator[ValueChange]:
    wanted = value if node.operator == "==" else not value
    if node.operator in ("==", "!=") and wanted is True:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            text = plain(where.value(other))
            if isinstance(other, Literal) and isinstance(text, (str, int, bool)):
                yield from want(one, where, text)
    elif node.operator in ("&&", "||") and isinstance(value, bool):
        decides = value if node.operator == "&&" else not value
        sides = [side for side in (node.left, node.right) if plain(where.value(side)) is not decides]
        if len(sides) == 1 or (node.operator == "||" and value) or (node.operator == "&&" and not value):
            for side in sides or (node.left, node.right):
                yield from want(side, where, value)


def _in_call(node: CallNode, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    if node.expand or not node.arguments:
        return
    given = list(node.arguments)
    if node.name == "lookup" and len(given) > 1:
        key = plain(where.value(given[1]))
        if not isinstance(key, str):
            return
        table = where.value(given[0])
        held = isinstance(table.raw, dict) and key in table.raw if table is not None else False
        if not held and len(given) > 2:
            yield from want(given[2], where, value, path)
        yield from want(given[0], where, value, (key, *path))
    elif node.name in ("try", "coalesce"):
        for argument in given:
            found = where.value(argument)
            yield from want(argument, where, value, path)
            if found is not None and (node.name == "try" or plain(found) not in (None, "")):
                return
    elif node.name == "merge" and path:
        for argument in reversed(given):
            found = where.value(argument)
            if _member(found, path[:1]) is not None:
                yield from want(argument, where, value, path)
                return
        for argument in reversed(given):
            yield from want(argument, where, value, path)
    elif node.name == "contains" and value is True and len(given) == 2:
        yield from _in_contains(given[0], given[1], where)
    elif (node.name in _SAME and not path) or node.name in ("tomap", "tolist"):
        yield from want(given[0], where, value, path)


def _in_contains(items: Node, asked: Node, where: Around) -> Iterator[ValueChange]:
    """What is to be one of some texts that are written out: each of them."""
    for item in items.items if isinstance(items, Tuple) else ():
        if isinstance(item, Literal) and isinstance(item.value, str):
            yield from want(asked, where, item.value)


def _steps(node: Node, where: Around) -> Path | None:
    """The names and keys of a reference, the root first."""
    found: list[str | int] = []
    while not isinstance(node, VariableNode):
        if isinstance(node, GetAttr):
            found.append(node.name)
            node = node.source
        elif isinstance(node, IndexNode):
            key = plain(where.value(node.key))
            if isinstance(key, bool) or not isinstance(key, (str, int)):
                return None
            found.append(key)
            node = node.source
        elif isinstance(node, Parens):
            node = node.inner
        else:
            return None
    return (node.name, *reversed(found))


def _in_reference(steps: Path, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    root = steps[0]
    turn = where.turns.get(str(root))
    if turn is not None:
        collection, outside, key = turn
        yield from want(collection, replace(outside, depth=where.depth), value, (key, *steps[1:], *path))
        return
    loop = where.loops.get(str(root))
    if loop is not None:
        yield from _in_loop(str(root), loop, steps, where, value, path)
        return
    instance = where.instance
    if instance is None or len(steps) < 2 or not isinstance(steps[1], str):
        return
    name, rest = steps[1], (*steps[2:], *path)
    if root == "var" and name in instance.module.variables:
        yield from want_variable(instance, name, where, value, rest)
    elif root == "local" and name in instance.module.locals:
        local = Around(instance, {}, where.depth, name)
        yield from _in_expression(instance.module.locals[name], local, value, rest)
    elif root == "module" and name in instance.module.calls:
        yield from _in_output(instance, name, steps[2:], where, value, path)
    elif (declared := instance.module.resources.get(("resource", str(root), name))) is not None:
        yield from _in_resource(declared.body, rest, replace(where, scope=instance, loops={}, turns={}), value)


def _in_resource(merged: MergedBody, steps: Path, where: Around, value: Written) -> Iterator[ValueChange]:
    """What is written for an argument of another resource, or of a block in it: `x.metadata_options[0].http_tokens`."""
    loop = merged.expression("for_each")
    if loop is not None and steps:
        key = text_value(str(steps[0]))
        where = where.within(Bound(where.scope, "each", {"key": key}), "each", loop)
    if steps and (loop is not None or merged.expression("count") is not None):
        steps = steps[1:]
    while steps and isinstance(steps[0], str):
        expression = merged.expression(steps[0])
        if expression is not None:
            yield from _in_expression(expression, where.called(steps[0]), value, steps[1:])
            return
        nested = merged.nested(steps[0])
        number = steps[1] if len(steps) > 1 else None
        if not isinstance(number, int) or not 0 <= number < len(nested) or nested[number].dynamic:
            return
        merged, steps = nested[number].body, steps[2:]


def _in_expression(expression: LazyExpression, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    try:
        node = expression.node()
    except EvaluationError:
        return
    yield from want(node, where, value, path)


def _in_loop(
    name: str, loop: tuple[LazyExpression, Around], steps: Path, where: Around, value: Written, path: Path
) -> Iterator[ValueChange]:
    """`each.value.x`, or the iterator of a dynamic block: a member of what is looped over."""
    expression, outside = loop
    scope: object = where.scope
    while isinstance(scope, Bound) and scope.root != name:
        scope = scope.below
    key = plain(scope.attributes.get("key")) if isinstance(scope, Bound) else None
    if len(steps) > 1 and steps[1] == "value" and isinstance(key, (str, int)):
        deeper = replace(outside, depth=where.depth, name="for_each")
        yield from _in_expression(expression, deeper, value, (key, *steps[2:], *path))


def _in_output(
    instance: ModuleInstance, name: str, steps: Path, where: Around, value: Written, path: Path
) -> Iterator[ValueChange]:
    for key, child in (instance.children(name) or {}).items():
        rest = steps
        if key is not None:
            if not steps or steps[0] != key:
                continue
            rest = steps[1:]
        output = child.module.outputs.get(str(rest[0])) if rest else None
        expression = output.body.expression("value") if output is not None else None
        if expression is not None:
            inside = Around(child, {}, where.depth, "value")
            yield from _in_expression(expression, inside, value, (*rest[1:], *path))


def want_variable(
    instance: ModuleInstance, name: str, where: Around, value: Written, path: Path = ()
) -> Iterator[ValueChange]:
    """Propose changes of what gives a variable its value: what does so now first."""
    declared = instance.module.variables[name]
    call, where = instance.call, where.called(name)
    argument = call.body.expression(name) if call is not None and name not in META_ARGUMENTS else None
    given = instance.given.get(name)
    if argument is not None and call is not None and instance.outer is not None:
        yield from _optional_default(declared.body.expression("type"), value, path)
        outside = replace(around(call.body, instance.outer), depth=where.depth, name=name)
        yield from _in_expression(argument, outside, value, path)
        return
    if given is not None:
        if given.expression is not None:
            yield from _optional_default(declared.body.expression("type"), value, path)
            yield from _constant(given.expression, where, value, path)
        return
    default = declared.body.expression("default")
    if default is not None:
        yield from _optional_default(declared.body.expression("type"), value, path)
        yield from _constant(default, where, value, path)
    if call is not None:
        yield NewArguments(call.body.bodies[0], {name: _beside(instance, default, value, path)}, call=call.name)


def _beside(instance: ModuleInstance, default: LazyExpression | None, value: Written, path: Path) -> Written:
    """What an argument says that takes the place of a default: what that says, but for `value` at `path`."""
    from imdsguard.terraform.source.variables import constant

    wanted = nested_value(path, value)
    if default is None or len(path) != 1 or not isinstance(wanted, Mapping):
        return wanted
    try:
        raw = constant(default, instance.constants).raw
    except (EvaluationError, LimitReached):
        return wanted
    kept = {name: each.raw for name, each in raw.items()} if isinstance(raw, Mapping) else {}
    return {**{name: each for name, each in kept.items() if isinstance(each, (str, bool, int))}, **wanted}


def _constant(expression: LazyExpression, where: Around, value: Written, path: Path) -> Iterator[ValueChange]:
    from imdsguard.hcl.syntax.static import literal_node

    try:
        node = literal_node(expression.source)
    except EvaluationError:
        return
    yield from want(node, where, value, path)


def _optional_default(type_: LazyExpression | None, value: Written, path: Path) -> Iterator[ValueChange]:
    """The default that a type gives a member: `optional(string, "optional")`."""
    from imdsguard.hcl.syntax.static import reference_node

    if type_ is None or not path:
        return
    try:
        node: Node | None = reference_node(type_.source)
    except EvaluationError:
        return
    steps = list(path)
    while node is not None and steps:
        if isinstance(node, CallNode) and node.name in ("map", "list", "set", "tuple") and node.arguments:
            steps.pop(0)
            node = node.arguments[0]
        elif isinstance(node, CallNode) and node.name == "optional" and node.arguments:
            node = node.arguments[0]
        elif isinstance(node, CallNode) and node.name == "object" and node.arguments:
            inner = node.arguments[0]
            name = steps.pop(0)
            items = inner.items if isinstance(inner, Object) else ()
            node = next((each.value for each in items if _key(each.key) == name), None)
        else:
            return
    if isinstance(node, CallNode) and node.name == "optional" and len(node.arguments) > 1:
        default = node.arguments[1]
        if isinstance(default, Literal) and default.value != value:
            yield Replaced(default.place, value, str(path[-1]))


def _key(node: Node) -> object:
    return node.value if isinstance(node, Literal) else node.name if isinstance(node, VariableNode) else None
