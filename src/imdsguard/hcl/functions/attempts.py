"""`try` and `can`: they evaluate their arguments themselves, and survive ordinary errors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import lazy
from imdsguard.hcl.syntax.nodes import GetAttr, IndexNode, VariableNode
from imdsguard.hcl.values.choices import choices_of, chosen
from imdsguard.hcl.values.types import BOOL, DYNAMIC
from imdsguard.hcl.values.value import FALSE, NOT_NULL, TRUE, Pending, Value, derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.functions.function import CallContext, Deferred
    from imdsguard.hcl.scope import HclScope
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.value import Origin, Switch


@lazy("try")
def first_that_succeeds(context: CallContext, arguments: Sequence[Deferred]) -> Value:
    """The first argument that has a value. One that is partly unknown might still fail later: then nothing is known."""
    failures: list[str] = []
    for number, argument in enumerate(arguments):
        value = _attempt(argument)
        if isinstance(value, Value):
            if value.wholly_known:
                return value.decided_by(_failed(arguments[0], context), context.place) if number else value
            return _one_of(_unknown_of(value), value, arguments[number + 1 :])
        failures.append(value.message)
    if not arguments:
        raise EvaluationError('Call to function "try" failed: at least one argument is required.', context.place)
    told = "".join(f"\n- {message}" for message in failures)
    raise EvaluationError(f'Call to function "try" failed: no expression succeeded:{told}', context.place)


def _one_of(made: Value, value: Value, others: Sequence[Deferred]) -> Value:
    """The unknown `made`, with what it may be: `value`, or one of the others, if that should fail."""
    if made.pending is None or made.pending.exact or choices_of(value) is None:
        return made
    tried = (_attempt(other) for other in others)
    return chosen(made, (value, *(each for each in tried if isinstance(each, Value))))


def _unknown_of(value: Value) -> Value:
    """An unknown that still stands for what `value` stands for, if that cannot fail later.

    An attribute of a resource that is there is such a thing: Terraform refuses one that its schema lacks beforehand.
    """
    pending = value.pending
    if pending is not None and pending.exact and all(len(each.attribute) == 1 for each in pending.references):
        return Value(DYNAMIC, Pending(pending.reason, pending.references, exact=True), value.marks, value.origin)
    return derived(DYNAMIC, value).with_marks(value.marks)


@lazy("can")
def can(context: CallContext, arguments: Sequence[Deferred]) -> Value:
    """Whether an expression has a value."""
    if len(arguments) != 1:
        raise EvaluationError(f'Function "can" expects 1 argument, not {len(arguments)}.', context.place)
    value = _attempt(arguments[0])
    if not isinstance(value, Value):
        return FALSE.decided_by(_failed(arguments[0], context), context.place)
    return TRUE.at(value.origin) if value.wholly_known else derived(BOOL, value, refinement=NOT_NULL)


def _failed(argument: Deferred, context: CallContext) -> Switch:
    """The way of what an argument that failed asks something of: found when somebody wants to be told."""
    return partial(_what_there_is, argument.node, context.scope)


def _what_there_is(failed: Node, scope: HclScope) -> Origin | None:
    """The way of what an expression that failed asks something of: of `var.options` for `var.options.tokens`."""
    steps: list[str] = []
    while isinstance(failed, (GetAttr, IndexNode)):
        steps = [failed.name, *steps] if isinstance(failed, GetAttr) else []
        failed = failed.source
    while steps and isinstance(failed, VariableNode):
        try:
            return scope.resolve(failed.name, steps, failed.place)[0].origin
        except EvaluationError:
            steps.pop()
    return None


def _attempt(argument: Deferred) -> Value | EvaluationError:
    """Evaluate. Raises `StaticError`: Terraform finds such errors before it evaluates anything."""
    try:
        return argument()
    except EvaluationError as error:
        if error.stage != "dynamic":
            raise
        return error
