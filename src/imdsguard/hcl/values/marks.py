"""Sensitive and ephemeral marks, moved as cty moves them."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Value


def deep_marks(value: Value) -> frozenset[str]:
    """The marks of the value and of everything in it."""
    raise NotImplementedError


def unmark_deep(value: Value) -> tuple[Value, frozenset[str]]:
    """The value without any marks in it, and which those were."""
    raise NotImplementedError
