"""Nested blocks of a resource, `dynamic` ones expanded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached, SyntaxProblem
from imdsguard.hcl.values.value import Value, hops_of, number, past, string, unknown
from imdsguard.model.record import record
from imdsguard.terraform.source.scopes import Bound, EvaluationScope, reason_of

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody, Nested

_ITERATOR = "the iterator of a dynamic block must be a single name"


@record(frozen=True, slots=True)
class Expanded:
    """One nested block that will be there, and the scope in which its arguments are evaluated."""

    body: MergedBody
    scope: EvaluationScope
    place: Place


@record(frozen=True, slots=True)
class NestedBlocks:
    """The nested blocks of one type. `unknown` says why there may be others; `place` is where those are written.

    `possible` are all that those may be; None where that is not told.
    """

    items: tuple[Expanded, ...] = ()
    unknown: Value | None = None
    place: Place | None = None
    possible: tuple[Expanded, ...] | None = ()


def nested_blocks(body: MergedBody, scope: EvaluationScope, name: str) -> NestedBlocks:
    """Find the nested blocks of a type, in order. Never raises: a `for_each` without a value is an unknown."""
    items: list[Expanded] = []
    missing: Value | None = None
    place: Place | None = None
    possible: tuple[Expanded, ...] | None = ()
    for nested in body.nested(name):
        if not nested.dynamic:
            items.append(Expanded(nested.body, scope, nested.place))
            continue
        try:
            found = _dynamic(nested, scope)
        except EvaluationError as error:
            found = unknown(reason=reason_of(error, nested.place))
        except LimitReached as reached:
            found = unknown(reason=reached.reason)
        if isinstance(found, Value):
            missing, place = missing or found, place or nested.place
            others = _possible(nested, scope, found)
            possible = None if possible is None or others is None else possible + others
        else:
            items += found
    return NestedBlocks(tuple(items), missing, place, possible)


def _possible(nested: Nested, scope: EvaluationScope, collection: Value) -> tuple[Expanded, ...] | None:
    """Give what the blocks may be whose collection is not known: those of both arms of a conditional, or any.

    None where the block is not as it should be.
    """
    expression, content = nested.body.expression("for_each"), nested.body.first("content")
    if expression is None or content is None or collection.pending is None:
        return None
    pending = collection.pending
    anything = unknown(reason=pending.reason)
    try:
        iterator = iterator_name(nested.body.expression("iterator")) or nested.labels[-1]
        members = [pair for arm in pending.arms for pair in members_of(arm, expression)]
    except EvaluationError:
        return None
    return tuple(
        Expanded(content, Bound(scope, iterator, {"key": key, "value": value}, expression.place), content.place)
        for key, value in (members if pending.arms else [(anything, anything)])
    )


def _dynamic(nested: Nested, scope: EvaluationScope) -> list[Expanded] | Value:
    """Expand a `dynamic` block; an unknown value says why that is not possible. Raises `EvaluationError`."""
    expression, content = nested.body.expression("for_each"), nested.body.first("content")
    if expression is None or content is None:
        raise EvaluationError("a dynamic block needs for_each and a content block", nested.place)
    collection = scope.evaluate(expression)
    if not collection.is_known:
        return collection
    if collection.is_null:
        raise EvaluationError("for_each of a dynamic block must not be null", expression.place)
    iterator = iterator_name(nested.body.expression("iterator")) or nested.labels[-1]
    return [
        Expanded(content, Bound(scope, iterator, {"key": key, "value": value}, expression.place), content.place)
        for key, value in members_of(collection, expression)
    ]


def members_of(collection: Value, expression: LazyExpression) -> list[tuple[Value, Value]]:
    """Give key and value of each block that a dynamic one makes of a collection. Raises `EvaluationError`."""
    from imdsguard.hcl.values.types import SetType

    raw, hops = collection.raw, hops_of(collection)
    if isinstance(raw, tuple):
        if isinstance(collection.type, SetType):
            return [(value, past(hops, value)) for value in raw]
        return [(number(i), past(hops, value)) for i, value in enumerate(raw)]
    if isinstance(raw, dict):
        return [(string(key), past(hops, value)) for key, value in raw.items()]
    raise EvaluationError(
        f"for_each of a dynamic block needs a collection: this is {collection.type.name}", expression.place
    )


def iterator_name(expression: LazyExpression | None) -> str | None:
    """Give the iterator's name: a bare word, in JSON syntax a string. Raises `EvaluationError` for what is none."""
    if expression is None:
        return None
    from imdsguard.hcl.syntax.static import reference_node, static_traversal

    try:
        steps = static_traversal(reference_node(expression.source))
    except SyntaxProblem as problem:
        raise EvaluationError(f"{_ITERATOR}: {problem.message}", problem.place or expression.place) from None
    if not steps or len(steps) != 1 or not isinstance(steps[0], str):
        raise EvaluationError(_ITERATOR, expression.place)
    return steps[0]
