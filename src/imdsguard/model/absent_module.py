"""A module call whose code is not there."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.value import Reference


@record(frozen=True, slots=True)
class AbsentModule:
    """A call of a module that could not be read. `address` is the call's, within its root module.

    `given` tells which attributes of resources its arguments are made of: read when asked for, as that takes time.
    """

    address: str
    given: Callable[[], tuple[Reference, ...]] = field(compare=False, repr=False)
