"""What a launch template or a launch configuration hands to those that launch through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.model.option import SERVICE_DEFAULTS, Source
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Value


@record(frozen=True, slots=True)
class Settings:
    """The options and the image of a template or configuration; `address` is empty for one outside the code.

    `doubt` is set where it is not documented whether what stands below (Region default, AMI) applies at all.
    """

    address: str
    layer: Layer
    image: Value
    doubt: Reason | None = None


def not_shown(reason: Reason, label: str, value: Value | None = None) -> Settings:
    """Make the settings of something the code uses but does not show: anything may be set there."""
    place = value.place if value is not None else None
    trace = value.trace if isinstance(value, (Known, Unknown)) else ()
    unknown = Unknown(reason, place=place, trace=trace)
    return Settings("", undecided(Source.LAUNCH_TEMPLATE, label, unknown), Absent())


def doubtful(layer: Layer, reason: Reason) -> Layer:
    """Make a layer's answers unknown, but for those that equal what holds without it."""

    def change(option: str, answer: Value) -> Value:
        if isinstance(answer, Known) and answer.value != SERVICE_DEFAULTS[option]:
            return Unknown(reason, place=answer.place, trace=answer.trace)
        return answer

    return layer.changed(change)
