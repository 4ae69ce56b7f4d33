"""How large a value is when it is written out: values share their parts, so a small program can make a huge one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Value

UNIT = 64
"""Characters of a string that weigh as much as one more value."""


def size_of(value: Value) -> tuple[int, int]:
    """The weight (values in it, and characters by the `UNIT`) and the depth of nesting. Computed once for a value."""
    raw = value.raw
    if isinstance(raw, str):
        return 1 + len(raw) // UNIT, 0
    if not isinstance(raw, tuple | Mapping):
        return 1, 0
    try:
        return value._size
    except AttributeError:
        pass
    weight, depth = 1, 0
    for member in value.elements():
        inner = member.raw
        if isinstance(inner, str):
            weight += 1 + len(inner) // UNIT
        elif isinstance(inner, tuple | Mapping):
            more, below = size_of(member)
            weight += more
            depth = max(depth, below)
        else:
            weight += 1
    value._size = (weight, depth + 1)
    return weight, depth + 1
