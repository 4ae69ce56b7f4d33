"""A block that makes nothing with the values at hand."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.value import Step


class EmptyBy(str, Enum):
    """Which argument makes none."""

    COUNT = "count"
    FOR_EACH = "for_each"
    ENABLED = "enabled"


@record(frozen=True, slots=True)
class NotMade:
    """A resource block of which there is no instance: by its own argument, or by that of a module call.

    `address` is the block's, absolute within `root`, without a key of its own; `place` is that of the block. `within`
    is the address of the module call that makes none, empty where the block's own argument says so. `trace` leads from
    the argument to where its value is written. `environment` is the one of the root module in which it is so.
    `call` is the address of a module call whose code is not in the tree (a summary, a version out of git, what was
    fetched), empty for code that is: `place` is then the call's.
    """

    address: str
    type: str
    place: Place
    root: str
    by: EmptyBy
    within: str = ""
    trace: tuple[Step, ...] = ()
    environment: str = ""
    call: str = ""
