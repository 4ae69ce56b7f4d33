"""Membership and order of sets."""
from __future__ import annotations
from collections.abc import Iterable
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type
    from imdsguard.hcl.values.value import Value


def make_set(element: Type, items: Iterable[Value]) -> Value:
    """A set of items that are already of the element type: distinct, in Terraform's order, marks of items on the set."""
    raise NotImplementedError


def same(a: Value, b: Value) -> bool:
    """Whether two values are the same member of a set (cty's RawEquals without marks: unknown is the same as unknown)."""
    raise NotImplementedError


def identity_key(value: Value) -> object:
    """A hashable that is equal for exactly the values that are `same` (given equal types)."""
    raise NotImplementedError


def sorted_members(element: Type, items: Iterable[Value]) -> list[Value]:
    """Distinct members in Terraform's order."""
    raise NotImplementedError
