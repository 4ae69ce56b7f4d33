"""Why a run has found no launch, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.unseen import NoLaunch

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS: dict[NoLaunch, str] = {
    NoLaunch.NO_AWS_CODE: "there is no AWS code",
    NoLaunch.NO_LAUNCH_BLOCKS: "no block launches EC2 instances",
    NoLaunch.NOT_MADE: "all blocks that would launch instances make none",
    NoLaunch.MODULES_MISSING: "modules are not downloaded",
}


def why_none(reasons: Iterable[NoLaunch]) -> str:
    """Say all of it, in words that follow "no launch"; nothing where there is no reason."""
    return ", and ".join(WORDS[reason] for reason in reasons)
