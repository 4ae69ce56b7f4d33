"""Conversion of values between types, as Terraform does it."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Value


def convert(value: Value, target: Type) -> Value:
    """Convert, or raise `EvaluationError` (message: "string required" and the like, cty's phrases)."""
    raise NotImplementedError


def can_convert(source: Type, target: Type) -> bool:
    """Whether values of a type may be convertible (unsafe conversions such as string to number included)."""
    raise NotImplementedError
