"""The order of a migration, and where in it a launch is.

AWS's own order: find who calls without a token, mend it, require tokens, then watch for calls that are refused. (EC2
User Guide, "Transition to using Instance Metadata Service Version 2")
"""

from __future__ import annotations

from enum import Enum

from imdsguard.model.launch import State
from imdsguard.model.record import record


class Wave(str, Enum):
    """What is to be done next for a launch, in the order of the migration."""

    OBSERVE = "observe"
    MEND = "mend"
    SWITCH = "switch"
    REFRESH = "refresh"
    DETECT = "detect"
    DONE = "done"


ORDER = tuple(Wave)


@record(frozen=True, slots=True)
class Facts:
    """What decides the wave of a launch.

    `answer` is the verdict of `readiness`: "ready", "not_ready", "enforced", "unknown", or None where nobody asked.
    `calls`: the code shows calls without a token at boot. `refused`: calls were refused in the window. `stays_old`:
    instances that run do not get what the code says by an apply alone. `watched`: an alarm on refused calls watches it
    as it is; None if that cannot be told.
    """

    state: State
    answer: str | None = None
    calls: bool = False
    refused: bool = False
    stays_old: bool = False
    watched: bool | None = False


def wave_of(facts: Facts) -> Wave:
    """Say what is next: what would break comes before the switch, and what nobody looked at before that."""
    if facts.state is State.DISABLED:
        return Wave.DONE  # nothing answers, so nothing can call
    if facts.answer == "not_ready" or facts.refused or facts.calls:
        return Wave.MEND
    if facts.state is State.REQUIRED:
        if facts.answer == "ready" or (facts.stays_old and facts.answer != "enforced"):
            return Wave.REFRESH  # what runs was asked with tokens optional, or keeps what it was started with
        return Wave.DONE if facts.watched else Wave.DETECT
    if facts.state is State.UNKNOWN or facts.answer in (None, "unknown"):
        return Wave.OBSERVE
    return Wave.SWITCH
