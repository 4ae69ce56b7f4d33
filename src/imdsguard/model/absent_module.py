"""A module call whose code is not there."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.unseen import WayOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.place import Place
    from imdsguard.model.value import Reference


LAUNCH, ALARM, REGION_DEFAULT = "launch", "alarm", "region_default"
ANYTHING = frozenset({LAUNCH, ALARM, REGION_DEFAULT})
"""What a module may make, as far as anybody asks: the words of the table of known modules."""


@record(frozen=True, slots=True)
class AbsentModule:
    """A call of a module that could not be read. `address` is the call's, within its root module.

    `given` tells which attributes of resources its arguments are made of: read when asked for, as that takes time.
    `may_make` is what its code may make: anything, unless somebody knows better. `source` is what it is downloaded
    from, empty where its own code says no such thing, `place` that of the call. `way_out` is what brings it.
    `made`: the call makes an instance of it with the values at hand.
    """

    address: str
    given: Callable[[], tuple[Reference, ...]] = field(compare=False, repr=False)
    may_make: frozenset[str] = ANYTHING
    source: str = ""
    way_out: WayOut = WayOut.GET_MODULES
    place: Place | None = None
    made: bool = True
