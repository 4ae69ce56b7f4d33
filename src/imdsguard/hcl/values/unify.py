"""The common type of several types."""
from __future__ import annotations
from collections.abc import Sequence
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from imdsguard.hcl.values.types import Type


def unify(types: Sequence[Type]) -> Type | None:
    """The type all of these convert to, as cty's `convert.UnifyUnsafe`; None if there is none."""
    raise NotImplementedError
