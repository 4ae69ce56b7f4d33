"""Values to JSON text and back."""
from __future__ import annotations
from typing import TYPE_CHECKING, Any
if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Value


def to_json(value: Value) -> str:
    """jsonencode's text of a wholly known, unmarked value."""
    raise NotImplementedError


def from_json(text: str) -> Value:
    """jsondecode's value. Raises `EvaluationError`."""
    raise NotImplementedError


def type_json(type: Type) -> Any:  # noqa: A002
    """The type in cty's JSON form."""
    raise NotImplementedError


def expect_form(value: Value) -> dict[str, Any]:
    """`type`, `value`, `unknown`, `sensitive` as the conformance corpus has them."""
    raise NotImplementedError
