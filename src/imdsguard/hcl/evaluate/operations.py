"""Attribute access and indexing."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place


def get_attr(value: Value, name: str, place: Place | None = None) -> Value:
    """`value.name`. Raises `EvaluationError`."""
    raise NotImplementedError


def index(value: Value, key: Value, place: Place | None = None) -> Value:
    """`value[key]`. Raises `EvaluationError`."""
    raise NotImplementedError
