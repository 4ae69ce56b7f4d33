"""`c ? a : b`: one branch gives the value, both have a say in its type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, placed
from imdsguard.hcl.values.choices import chosen
from imdsguard.hcl.values.conversions import unify
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.ranges import collapse, definitely_not_null, length_bounds, number_bounds
from imdsguard.hcl.values.symbol import symbolic
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, Collection, Type
from imdsguard.hcl.values.typetools import friendly_name
from imdsguard.hcl.values.value import NO_REFINEMENT, Pending, Refinement, Value, derived
from imdsguard.model.reason import refused
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.model.place import Place


def conditional(
    condition: CompiledExpression,
    then: CompiledExpression,
    otherwise: CompiledExpression,
    place: Place,
    condition_place: Place,
) -> CompiledExpression:
    """Compile a conditional from its compiled parts.

    What is compiled evaluates both branches, since the result has a type that both convert to ("Conditional
    Expressions", Terraform language documentation); it raises `EvaluationError` for a condition that is no bool, for
    branches that have no such type, and what the chosen branch raises.
    """
    decide = condition.run

    def run(frame: Frame) -> Value:
        frame.bounds.step()
        yes, yes_error = _branch(then, frame)
        no, no_error = _branch(otherwise, frame)
        result_type = _common(yes, no, place)
        decided = decide(frame)
        if decided.raw is None:
            told = "The condition value is null. Conditions must either be true or false."
            raise EvaluationError(told, condition_place)
        if isinstance(decided.raw, Pending):
            if yes_error or no_error:  # Terraform reports neither as long as it may not matter
                return derived(result_type, decided).with_marks(decided.marks | yes.marks | no.marks)
            return _undecided(decided, yes, no, result_type)
        try:
            answer = convert(decided, BOOL).raw
        except EvaluationError as error:
            raise placed(error, condition_place, "The condition expression must be of type bool: ", ".") from None
        chosen, failure = (yes, yes_error) if answer else (no, no_error)
        if failure is not None:
            raise failure
        result = _converted(chosen, result_type, place, "true" if answer else "false")
        if _differ(yes, no):
            result = result.decided_by(decided.origin, place)
        return result.with_marks(decided.marks | yes.marks | no.marks)

    return CompiledExpression(run)


def _branch(expression: CompiledExpression, frame: Frame) -> tuple[Value, EvaluationError | None]:
    """The branch's value; if it fails, an unknown of the type that can still be told, and the error."""
    try:
        return expression.run(frame), None
    except EvaluationError as error:
        if error.stage != "dynamic":
            raise
        return Value(expression.shape(frame), Pending(refused("the expression has an error"))), error


def _differ(yes: Value, no: Value) -> bool:
    """Whether it matters which branch is taken; of collections that is not asked."""
    return isinstance(yes.raw, (tuple, Mapping)) or yes.raw.__class__ is not no.raw.__class__ or yes.raw != no.raw


def _untyped_null(value: Value) -> bool:
    return value.raw is None and value.type == DYNAMIC and not value.marks


def _common(yes: Value, no: Value, place: Place) -> Type:
    if yes.type is no.type:
        return yes.type
    if _untyped_null(yes):
        return no.type
    if _untyped_null(no):
        return yes.type
    if DYNAMIC in (yes.type, no.type):
        return DYNAMIC
    common = _unified(yes.type, no.type)
    if common is None:
        told = f"The 'true' value is {friendly_name(yes.type)}, but the 'false' value is {friendly_name(no.type)}."
        raise EvaluationError(f"The true and false result expressions must have consistent types. {told}", place)
    return common


@lru_cache(maxsize=1024)
def _unified(yes: Type, no: Type) -> Type | None:
    return unify((yes, no))


def _converted(value: Value, wanted: Type, place: Place, which: str) -> Value:
    if value.type is wanted or wanted == DYNAMIC:
        return value
    try:
        return convert(value, wanted)
    except EvaluationError as error:
        raise placed(error, place, f"The {which} result value has the wrong type: ", ".") from None


def _undecided(decided: Value, yes: Value, no: Value, type_: Type) -> Value:
    """What is known of the result while the condition is not."""
    marks = decided.marks | yes.marks | no.marks
    if yes.raw is None and no.raw is None:
        return Value(type_, None, marks)
    known = Refinement(not_null=True) if definitely_not_null(yes) and definitely_not_null(no) else NO_REFINEMENT
    if yes.type == NUMBER and no.type == NUMBER and yes.raw is not None and no.raw is not None:
        known = _number_range(yes, no, known)
    elif isinstance(yes.type, Collection) and yes.type == no.type and yes.raw is not None and no.raw is not None:
        yes_low, yes_high = length_bounds(yes)
        no_low, no_high = length_bounds(no)
        high = None if yes_high is None or no_high is None else max(yes_high, no_high)
        known = replace(known, min_length=min(yes_low, no_low), max_length=high)
    if type_ == DYNAMIC:
        known = NO_REFINEMENT
    made = chosen(derived(type_, decided, yes, no, refinement=known), (yes, no))
    if isinstance(made.raw, Pending) and all(isinstance(arm.raw, (tuple, dict)) for arm in (yes, no)):
        made = Value(made.type, replace(made.raw, arms=(yes, no)), made.marks, made.origin)
    return collapse(symbolic(made, f"? {type_.name}", (decided, yes, no))).with_marks(marks)


def _number_range(yes: Value, no: Value, known: Refinement) -> Refinement:
    yes_low, yes_low_open, yes_high, yes_high_open = number_bounds(yes)
    no_low, no_low_open, no_high, no_high_open = number_bounds(no)
    if yes_low is not None and no_low is not None:
        low_open = no_low_open if no_low < yes_low else yes_low_open
        if yes_low == no_low:
            low_open = yes_low_open and no_low_open
        known = replace(known, low=min(yes_low, no_low), low_open=low_open)
    if yes_high is not None and no_high is not None:
        high_open = no_high_open if no_high > yes_high else yes_high_open
        if yes_high == no_high:
            high_open = yes_high_open and no_high_open
        known = replace(known, high=max(yes_high, no_high), high_open=high_open)
    return known
