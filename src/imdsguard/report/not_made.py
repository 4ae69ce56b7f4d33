"""The blocks that make nothing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.not_made import EmptyBy
from imdsguard.report.escape import escape, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.not_made import NotMade

_SAYS = {EmptyBy.COUNT: "count is 0", EmptyBy.FOR_EACH: "for_each is empty", EmptyBy.ENABLED: "enabled is false"}
_MOST = 20
"""So many blocks are listed for people; JSON has all."""


def why_not_made(block: NotMade) -> str:
    """Say which argument makes none, and where its value is written."""
    whose = f"{block.within} is not made: " if block.within else ""
    way = " <- ".join(dict.fromkeys(str(step) for step in block.trace))
    return f"{whose}{_SAYS[block.by]}{f': {way}' if way else ''}"


def not_made_text(blocks: Sequence[NotMade], *, several: bool) -> str:
    """List the blocks, each with why it makes nothing. `several`: name the root module."""
    told: dict[str, list[str]] = {}
    for block in blocks:
        line = f"{f'{block.root}: ' if several else ''}{block.address} is not made: {why_not_made(block)}"
        told.setdefault(line, []).extend([block.environment] if block.environment else [])
    lines = [f"{line} (in {', '.join(names)})" if names else line for line, names in told.items()]
    if len(lines) > _MOST:
        lines[_MOST:] = [f"{len(lines) - _MOST} more blocks that would launch instances are not made"]
    return "".join(f"{shorten(escape(line), 500)}\n" for line in lines)
