"""The `==` of the language."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Value


def equal(a: Value, b: Value) -> Value:
    """A bool, known or not (marks of both, deep ones too, are on the result)."""
    raise NotImplementedError
