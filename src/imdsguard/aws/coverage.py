"""Whether any alarm on `MetadataNoTokenRejected` takes in a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.watch import REJECTED, best
from imdsguard.model.launch import Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.watch import Watch
    from imdsguard.model.launch import Launch

STARTS_NOTHING = Coverage(covered=None, reason="it starts no instances itself")


def coverage_of(launch: Launch, watches: Sequence[Watch]) -> Coverage:
    """Ask every alarm of the same root module; `by` names those that surely take the launch in."""
    if not launch.starts_instances:
        return STARTS_NOTHING
    answers = [(watch, watch.sees(launch)) for watch in watches if watch.metric == REJECTED]
    by = tuple(dict.fromkeys(watch.resource.address for watch, answer in answers if answer.covered))
    if by:
        return Coverage(covered=True, by=by)
    return best(answer for _, answer in answers)
