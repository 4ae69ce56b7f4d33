"""`count`, `for_each` and OpenTofu's `enabled`: which instances of a block there are."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.ranges import length_bounds
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, MapType, ObjectType, SetType, Type
from imdsguard.hcl.values.value import (
    NOT_NULL,
    SENSITIVE,
    Value,
    built_from,
    hops_of,
    number,
    past,
    string,
    unknown,
)
from imdsguard.model.record import record
from imdsguard.terraform.source.scopes import Bound, EvaluationScope, reason_of

if TYPE_CHECKING:
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody

Key: TypeAlias = str | int | None


@record(frozen=True, slots=True)
class Expansion:
    """The instances of a block by key: None for a block without `count` and `for_each`, else numbers or texts.

    A block that its `lifecycle` switches off with `enabled = false` (OpenTofu 1.11: "The enabled meta-argument") is
    "single" and has none.

    `unknown` says why they cannot be told; then there is one scope, under None, in which `each` and `count` are
    unknown; `at_least_one` if there is one in any case. `error` is set if Terraform would refuse the argument (it is
    then unknown as well), `limit` if there are more instances than we follow. `given` is what the argument is, where it
    makes none.
    """

    kind: str
    scopes: dict[Key, EvaluationScope] = field(default_factory=dict)
    unknown: Value | None = None
    at_least_one: bool = False
    error: EvaluationError | None = None
    limit: str = ""
    given: Value | None = None


def expand(body: MergedBody, scope: EvaluationScope) -> Expansion:
    """Find the instances. Never raises: what cannot be computed is an unknown expansion with its reason."""
    count, for_each = body.expression("count"), body.expression("for_each")
    enabled = _lifecycle(body, "enabled")
    expression = for_each or count or enabled
    if expression is None:
        return Expansion("single", {None: scope})
    kind = "for_each" if for_each is not None else "count" if count is not None else "single"
    try:
        if enabled is not None and kind != "single":
            raise EvaluationError(f'"enabled" and "{kind}" exclude each other', enabled.place)
        if for_each is not None and count is not None:
            raise EvaluationError('"count" and "for_each" exclude each other', for_each.place)
        value = scope.evaluate(expression)
        if kind == "single":
            found = _enabled(value, expression, scope)
        else:
            found = _each(value, expression, scope) if kind == "for_each" else _count(value, expression, scope)
    except EvaluationError as error:
        return _unknown(kind, unknown(reason=reason_of(error, expression.place)), expression, scope, error)
    except LimitReached as reached:
        return _unknown(kind, unknown(reason=reached.reason), expression, scope, limit=reached.message)
    return found if found.scopes else Expansion(kind, given=value)


def _unknown(
    kind: str,
    value: Value,
    expression: LazyExpression,
    scope: EvaluationScope,
    error: EvaluationError | None = None,
    limit: str = "",
    *,
    at_least_one: bool = False,
) -> Expansion:
    pending = value.pending
    assert pending is not None
    if kind == "single":
        return Expansion(kind, {None: scope}, value, False, error, limit)
    if kind == "count":
        attributes = {"index": unknown(NUMBER, pending.reason, pending.references, refinement=NOT_NULL)}
        bound = Bound(scope, "count", attributes, expression.place)
    else:
        key = unknown(STRING, pending.reason, pending.references, refinement=NOT_NULL)
        # The values of all keys are one type in a map; what is in them is not known.
        attributes = {"key": key, "value": unknown(_element(value), pending.reason, pending.references)}
        bound = Bound(scope, "each", attributes, expression.place)
    return Expansion(kind, {None: bound}, value, at_least_one, error, limit)


def _element(value: Value) -> Type:

    if isinstance(value.type, (MapType, SetType)):
        return value.type.element
    return STRING if value.type == STRING else DYNAMIC  # an item of a set, or an object


def _lifecycle(body: MergedBody, name: str) -> LazyExpression | None:
    """An argument of the block's `lifecycle`; an override's takes the place of the original one."""
    for nested in reversed([each for layer in body.layers() for each in layer.nested("lifecycle")]):
        expression = nested.body.expression(name)
        if expression is not None:
            return expression
    return None


def _enabled(value: Value, expression: LazyExpression, scope: EvaluationScope) -> Expansion:
    if value.is_null:
        raise EvaluationError("enabled must not be null", expression.place)
    if SENSITIVE in value.marks:  # whether the block is there would tell it
        raise EvaluationError("enabled must not be a sensitive value", expression.place)
    if not value.is_known:
        return _unknown("single", value, expression, scope)
    return Expansion("single", {None: scope} if convert(value, BOOL).raw else {})


def _afford(scope: EvaluationScope, count: int) -> None:
    """Count instances; too many at once do not use up what is there for others. Raises `LimitReached`."""
    if count > scope.bounds.max_instances:
        raise LimitReached(f"there are more than {scope.bounds.max_instances} instances")
    scope.bounds.instances(count)


def _count(value: Value, expression: LazyExpression, scope: EvaluationScope) -> Expansion:
    if value.is_null:
        raise EvaluationError("count must not be null", expression.place)
    if not value.is_known:
        low = convert(value, NUMBER).pending
        sure = low is not None and low.refinement.low is not None and low.refinement.low >= 1
        return _unknown("count", value, expression, scope, at_least_one=sure)
    raw = convert(value, NUMBER).raw
    if not isinstance(raw, int):
        raise EvaluationError("count must be a whole number", expression.place)
    if raw < 0:
        raise EvaluationError("count must not be negative", expression.place)
    _afford(scope, raw)
    return Expansion("count", {i: Bound(scope, "count", {"index": number(i)}, expression.place) for i in range(raw)})


def _each(value: Value, expression: LazyExpression, scope: EvaluationScope) -> Expansion:
    if value.is_null:
        raise EvaluationError("for_each must not be null", expression.place)
    if SENSITIVE in value.marks:  # addresses would tell it; a sensitive count is fine
        raise EvaluationError("for_each must not be a sensitive value", expression.place)
    if not value.is_known:
        sure = isinstance(value.type, (MapType, SetType)) and length_bounds(value)[0] > 0
        return _unknown("for_each", value, expression, scope, at_least_one=sure)
    if isinstance(value.type, (MapType, ObjectType)):
        assert isinstance(value.raw, dict)
        members = dict(value.raw)
    elif isinstance(value.type, SetType):
        assert isinstance(value.raw, tuple)
        members = {}
        if any(not item.is_known for item in value.raw):
            return _unknown("for_each", built_from(STRING, *value.raw), expression, scope, at_least_one=True)
        for item in value.raw:
            if not isinstance(item.raw, str):
                raise EvaluationError("for_each needs a map, or a set of strings", expression.place)
            members[item.raw] = item
    else:
        raise EvaluationError(f"for_each needs a map, or a set of strings: this is {value.type.name}", expression.place)
    _afford(scope, len(members))
    hops = hops_of(value)
    scopes: dict[Key, EvaluationScope] = {
        key: Bound(scope, "each", {"key": string(key), "value": past(hops, members[key])}, expression.place)
        for key in sorted(members)
    }
    return Expansion("for_each", scopes)
