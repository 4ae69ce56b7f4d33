"""Where a metadata option of a resource is decided: in its block, in a dynamic one, in an object, or not yet at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.nodes import Conditional, Object, Tuple
from imdsguard.model.option import HTTP_ENDPOINT
from imdsguard.terraform.decided.changes import NewArguments, NewBlock
from imdsguard.terraform.decided.locate import Around, around, nested_value, plain, want, want_variable
from imdsguard.terraform.source.body import SourceBody
from imdsguard.terraform.source.scopes import Bound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.model.resource import Resource
    from imdsguard.terraform.decided.changes import ValueChange
    from imdsguard.terraform.decided.written import Written
    from imdsguard.terraform.source.merged_body import MergedBody, Nested

AFTER = (HTTP_ENDPOINT,)
"""The argument behind which the others are written."""


def option_changes(resource: Resource, path: tuple[str, ...], name: str, value: Written) -> Iterator[ValueChange]:
    """Propose changes that make the option `name` of a resource `value`. `path` leads to where its options stand."""
    body = resource.body
    if not isinstance(body, SourceBody):
        return
    merged, where = body.merged, around(body.merged, body.scope)
    if not path:
        yield from _argument(merged, where, {name: value}, name)
        return
    values: dict[str, Written] = {HTTP_ENDPOINT: "enabled", name: value}
    yield from _below(merged, where, path, values, name)


def _below(
    merged: MergedBody, where: Around, path: tuple[str, ...], values: Mapping[str, Written], name: str
) -> Iterator[ValueChange]:
    nested = merged.nested(path[0])
    if nested:
        for each in nested:
            if each.dynamic:
                yield from _in_dynamic(each, where, path, values, name)
            elif len(path) > 1:
                yield from _below(each.body, where, path[1:], values, name)
            else:
                yield from _argument(each.body, where, values, name)
        return
    expression = merged.expression(path[0])
    if expression is not None:
        try:
            yield from want(expression.node(), where, values[name], (*path[1:], name))
        except EvaluationError:
            return
    elif len(path) == 1:
        yield NewBlock(merged.bodies[0], path[0], values)
    else:
        yield NewArguments(merged.bodies[0], {path[0]: nested_value(path[1:], dict(values))})


def _argument(merged: MergedBody, where: Around, values: Mapping[str, Written], name: str) -> Iterator[ValueChange]:
    """An argument of a block that is there: what gives it its value, or the argument itself."""
    expression = merged.expression(name)
    if expression is None:
        missing = {each: value for each, value in values.items() if merged.expression(each) is None}
        yield NewArguments(merged.bodies[-1], missing, AFTER)
        return
    try:
        yield from want(expression.node(), where, values[name])
    except EvaluationError:
        return


def _in_dynamic(
    nested: Nested, where: Around, path: tuple[str, ...], values: Mapping[str, Written], name: str
) -> Iterator[ValueChange]:
    """A dynamic block: an argument of its content, or what it is made from where it makes nothing."""
    from imdsguard.terraform.source.blocks import iterator_name, members_of

    loop, content = nested.body.expression("for_each"), nested.body.first("content")
    if loop is None or content is None:
        return
    try:
        iterator = iterator_name(nested.body.expression("iterator")) or path[0]
        collection = where.value(loop.node())
        members = members_of(collection, loop) if collection is not None else []
    except EvaluationError:
        return
    for key, value in members:
        inner = where.within(Bound(where.scope, iterator, {"key": key, "value": value}), iterator, loop)
        if len(path) > 1:
            yield from _below(content, inner, path[1:], values, name)
        else:
            yield from _argument(content, inner, values, name)
    if not members and collection is not None:
        yield from _filled(nested, where, values)


def _filled(nested: Nested, where: Around, values: Mapping[str, Written]) -> Iterator[ValueChange]:
    """Make a dynamic block that makes nothing make one: by its switch, or by the variable it is made from."""
    loop = nested.body.expression("for_each")
    instance = where.instance
    if loop is None or instance is None:
        return
    node = loop.node()
    if isinstance(node, Conditional):
        condition = plain(where.value(node.condition))
        other = node.otherwise if condition else node.then
        found = where.value(other)
        if isinstance(condition, bool) and (found is None or found.raw) and isinstance(other, (Tuple, Object)):
            yield from want(node.condition, where, not condition)
    for traversal in loop.compiled().traversals:
        variable = traversal.steps[0] if traversal.steps else None
        if traversal.root == "var" and isinstance(variable, str) and variable in instance.module.variables:
            yield from want_variable(instance, variable, where, dict(values))
