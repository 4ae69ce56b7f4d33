"""Why a block makes nothing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.not_made import EmptyBy

if TYPE_CHECKING:
    from imdsguard.model.not_made import NotMade

_SAYS = {EmptyBy.COUNT: "count is 0", EmptyBy.FOR_EACH: "for_each is empty", EmptyBy.ENABLED: "enabled is false"}


def why_not_made(block: NotMade) -> str:
    """Say which argument makes none, and where its value is written."""
    whose = f"{block.within} is not made: " if block.within else ""
    way = " <- ".join(dict.fromkeys(str(step) for step in block.trace))
    return f"{whose}{_SAYS[block.by]}{f': {way}' if way else ''}"
