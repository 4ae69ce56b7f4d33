"""What a launch template or a launch configuration hands to those that launch through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, OPTIONS, SERVICE_DEFAULTS, Source
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Value

SET_BY_IMAGES = (HTTP_TOKENS, HOP_LIMIT)
"""The options that an image can set."""


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


def agreed(found: Sequence[Settings], images: Sequence[Layer], reason: Reason, value: Unknown) -> Settings:
    """Make what all of these settings agree on, of which `value` names one: where they differ, it is unknown.

    `images` is what their images say; where those differ, it is unknown what an image may set and no settings do.
    """
    unknown = Unknown(reason, place=value.place, trace=value.trace)
    same = all(_alike([image.says(name) for image in images]) for name in SET_BY_IMAGES)
    answers: dict[str, Value] = {}
    for name in OPTIONS:
        said = [each.layer.says(name) for each in found]
        if not _alike(said):
            answers[name] = unknown
        elif not isinstance(said[0], Absent):
            answers[name] = said[0]
        elif not same and name in SET_BY_IMAGES:
            answers[name] = unknown
    label = " or ".join(each.layer.label for each in found)
    doubt = next((each.doubt for each in found if each.doubt is not None), None)
    first, *_ = found
    image = next((each.image for each, layer in zip(found, images, strict=True) if not layer.sure), first.image)
    return Settings("", Layer(first.layer.source, label, answers), image, doubt)


def _alike(answers: Sequence[Value]) -> bool:
    """Whether all are the same known value, or all are absent."""
    if all(isinstance(each, Absent) for each in answers):
        return True
    values = [each.value for each in answers if isinstance(each, Known)]
    return len(values) == len(answers) and all(each == values[0] for each in values)


def doubtful(layer: Layer, reason: Reason) -> Layer:
    """Make a layer's answers unknown, but for those that equal what holds without it."""

    def change(option: str, answer: Value) -> Value:
        if isinstance(answer, Known) and answer.value != SERVICE_DEFAULTS[option]:
            return Unknown(reason, place=answer.place, trace=answer.trace)
        return answer

    return layer.changed(change)
