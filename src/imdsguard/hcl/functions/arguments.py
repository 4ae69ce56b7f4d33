"""What bodies ask of their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.types import ListType, SetType, TupleType
from imdsguard.hcl.values.value import NO_REFINEMENT, Pending, Value

if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Raw, Refinement

LARGEST = 2**63 - 1


def whole(raw: Raw) -> int:
    """A number as Go's 64-bit integer. Raises `EvaluationError` for a fraction and for what does not fit."""
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise EvaluationError(
            "value must be a whole number, between -9223372036854775808 and 9223372036854775807 inclusive"
        )
    if not -LARGEST - 1 <= raw <= LARGEST:
        raise EvaluationError(
            "value must be a whole number, between -9223372036854775808 and 9223372036854775807 inclusive"
        )
    return raw


def is_sequence(kind: Type) -> bool:
    """Whether values of the type are lists, sets or tuples."""
    return isinstance(kind, (ListType, SetType, TupleType))


def still(kind: Type, value: Value, refinement: Refinement = NO_REFINEMENT) -> Value:
    """An unknown result of a type that is what the unknown `value` is: the same attribute, if it is one."""
    pending = value.raw
    assert isinstance(pending, Pending)
    sketch = pending.sketch if kind == value.type else None
    known = Pending(pending.reason, pending.references, pending.exact, refinement, sketch, choices=pending.choices)
    return Value(kind, known)


def never_empty(value: Value) -> bool:
    """Whether an unknown is the id of something, or its ARN: whatever they will be, they are neither null nor empty."""
    pending = value.pending
    return (
        pending is not None
        and pending.exact
        and all(reference.attribute in (("id",), ("arn",)) for reference in pending.references)
    )
