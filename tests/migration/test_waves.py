"""What is next for a launch: observe, mend, switch, refresh, detect, done."""

from __future__ import annotations

import pytest

from imdsguard.migration.waves import Facts, Wave, wave_of
from imdsguard.model.launch import State

OPTIONAL, UNKNOWN, REQUIRED, DISABLED = State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED


@pytest.mark.parametrize(
    ("facts", "wave"),
    [
        # Nobody looked: that comes first.
        (Facts(OPTIONAL), Wave.OBSERVE),
        (Facts(OPTIONAL, "unknown"), Wave.OBSERVE),
        (Facts(OPTIONAL, watched=True), Wave.OBSERVE),
        # Whatever the instances say, what the code sets is not known.
        (Facts(UNKNOWN), Wave.OBSERVE),
        (Facts(UNKNOWN, "ready"), Wave.OBSERVE),
        # What is known to call breaks with the switch, or is broken by it: whoever says so, in every state but off.
        (Facts(OPTIONAL, calls=True), Wave.MEND),
        (Facts(OPTIONAL, "ready", calls=True), Wave.MEND),
        (Facts(OPTIONAL, "not_ready"), Wave.MEND),
        (Facts(UNKNOWN, "not_ready"), Wave.MEND),
        (Facts(REQUIRED, "not_ready"), Wave.MEND),
        (Facts(REQUIRED, calls=True, watched=True), Wave.MEND),
        (Facts(REQUIRED, "enforced", refused=True, watched=True), Wave.MEND),
        # Nothing calls: switch. What runs with tokens required already waits for the code alone.
        (Facts(OPTIONAL, "ready"), Wave.SWITCH),
        (Facts(OPTIONAL, "enforced"), Wave.SWITCH),
        # The code requires tokens, and what runs was started before.
        (Facts(REQUIRED, "ready", watched=True), Wave.REFRESH),
        (Facts(REQUIRED, stays_old=True, watched=True), Wave.REFRESH),
        (Facts(REQUIRED, "unknown", stays_old=True), Wave.REFRESH),
        (Facts(REQUIRED, "enforced", stays_old=True), Wave.DETECT),
        # Then somebody has to notice what is refused.
        (Facts(REQUIRED), Wave.DETECT),
        (Facts(REQUIRED, watched=None), Wave.DETECT),
        (Facts(REQUIRED, "enforced"), Wave.DETECT),
        (Facts(REQUIRED, "enforced", watched=True), Wave.DONE),
        (Facts(REQUIRED, watched=True), Wave.DONE),
        # Without a metadata service nothing can call.
        (Facts(DISABLED), Wave.DONE),
        (Facts(DISABLED, "not_ready", calls=True), Wave.DONE),
    ],
)
def test_the_wave_of_a_launch(facts, wave):
    assert wave_of(facts) is wave
