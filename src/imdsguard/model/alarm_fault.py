"""What is wrong with an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.severity import Confidence

if TYPE_CHECKING:
    from imdsguard.model.instead import Remedy
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.severity import Severity
    from imdsguard.model.value import Step


@record(frozen=True, slots=True)
class AlarmFault:
    """One thing that keeps an alarm from firing, or from notifying anybody. `message` and `remedy` as in a rule.

    Where something is unknown, `because` is the reason, which is said after the message and before `rest`.
    `certain` is false where it cannot be told from the code whether it is a fault. `never`: with it the alarm cannot
    fire at all, so it watches nothing. `severity` is set where the fault is milder than others.
    """

    message: str
    remedy: Remedy
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    certain: bool = True
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    never: bool = False
    because: Reason | None = None
    rest: str = ""
