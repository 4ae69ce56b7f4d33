"""How to say what is wrong with an alarm, or that it cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.alarm_fault import AlarmFault
from imdsguard.model.instead import preceded
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resolution import resolution
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.instead import Remedy
    from imdsguard.model.severity import Severity
    from imdsguard.model.value import Value

LONGEST = 60
BY_QUERY = r"""metric_query {
  id          = "refused"
  expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
  period      = 300
  return_data = true
}"""


def wrong(
    value: Value,
    message: str,
    remedy: Remedy,
    *,
    confidence: Confidence = Confidence.HIGH,
    severity: Severity | None = None,
    never: bool = False,
) -> AlarmFault:
    """Say that a value is wrong, where it is written."""
    trace = () if isinstance(value, Absent) else value.trace
    return AlarmFault(message, remedy, value.place, trace, True, confidence, severity, never)


def perhaps(
    value: Value, message: str, remedy: Remedy, severity: Severity | None = None, because: Reason | None = None
) -> AlarmFault:
    """Say that it cannot be told whether a value is wrong; `because` is said after the message."""
    trace = () if isinstance(value, Absent) else value.trace
    return AlarmFault(message, remedy, value.place, trace, certain=False, severity=severity, because=because)


def not_computed(value: Value, name: str, remedy: Remedy) -> list[AlarmFault]:
    """Say of an unknown argument that it is unknown."""
    if not isinstance(value, Unknown):
        return []
    message = f"may never be heard: its {name} cannot be computed"
    return [perhaps(value, message, resolved_by(value, remedy), because=value.reason)]


def resolved_by(value: Unknown, remedy: Remedy) -> Remedy:
    """Put what would resolve an unknown before what to write in its place."""
    return preceded(resolution(value.reason), remedy)


def may_be_none(value: Value) -> bool:
    """Whether a list of actions that is not known may well be empty: not if it holds what is known after apply only.

    What hangs on a variable without a value is anybody's guess: `var.notify ? [aws_sns_topic.x.arn] : []`.
    """
    if not isinstance(value, Unknown):
        return False
    return not value.references or value.reason.root.kind is ReasonKind.NO_VALUE


def number_of(value: Value) -> int | float | None:
    """Return a known number; text that is one counts, as Terraform converts it."""
    raw = value.value if isinstance(value, Known) else None
    if isinstance(raw, str) and len(raw) <= LONGEST:
        try:
            raw = float(raw)
        except ValueError:
            return None
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or raw != raw:
        return None
    return int(raw) if abs(raw) < 1e15 and raw == int(raw) else raw


def shown(value: Value) -> str:
    """Spell a known value for a message."""
    if not isinstance(value, Known):
        return "not set"
    if value.sensitive:
        return "a sensitive value"
    if isinstance(value.value, bool):
        return str(value.value).lower()
    if isinstance(value.value, str):
        text = value.value.replace("\n", " ").replace(". ", ".")
        return f'"{text}"' if len(text) <= LONGEST else f'"{text[:LONGEST]}..."'
    return f"{value.value:g}" if isinstance(value.value, (int, float)) else "a collection"
