"""Making layers: what a block of metadata options says, nothing, or perhaps anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.option import read_option
from imdsguard.model.layer import LaunchPath, Layer
from imdsguard.model.option import OPTIONS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.resource import Body
    from imdsguard.model.value import Step, Value

__all__ = ["LaunchPath", "Layer", "block_layer", "placed", "read_options", "silent", "undecided", "unknown_image"]


def silent(source: Source, label: str = "") -> Layer:
    """Make a layer that sets nothing."""
    return Layer(source, label, {})


def unknown_image(label: str = "") -> Layer:
    """Make the layer of an image of which nothing is known: it counts as one that says nothing."""
    return Layer(Source.AMI, label, {}, sure=False)


def undecided(source: Source, label: str, unknown: Unknown) -> Layer:
    """Make a layer that may set anything."""
    return Layer(source, label, dict.fromkeys(OPTIONS, unknown))


def block_layer(source: Source, label: str, body: Body, block: str = "metadata_options") -> tuple[Layer, Body | None]:
    """Read a metadata options block of `body`. Returns the block too, if there is one and no doubt about it."""
    blocks = body.blocks(block)
    if len(blocks.items) > 1:
        reason = Reason(ReasonKind.REPEATED_BLOCK, block)
        return undecided(source, label, Unknown(reason, place=blocks.items[1].place)), None
    if blocks.items:
        found = blocks.items[0]
        return Layer(source, label, read_options(found), unset=_unset(found)), found
    if blocks.unknown is not None:
        return undecided(source, label, blocks.unknown), None
    return silent(source, label), None


def _unset(body: Body) -> dict[str, tuple[Step, ...]]:
    """The ways of the options that are null."""
    ways: dict[str, tuple[Step, ...]] = {}
    for name in OPTIONS:
        value = body.attribute(name)
        if isinstance(value, Absent) and value.trace:
            ways[name] = value.trace
    return ways


def read_options(body: Body) -> dict[str, Value]:
    """Read the five options of a block. Each answer has a place: its argument's, or the block's."""
    answers: dict[str, Value] = {}
    for name in OPTIONS:
        answer = read_option(name, body.attribute(name))
        if isinstance(answer, Absent):
            continue
        answers[name] = answer if answer.place is not None else placed(answer, body)
    return answers


def placed(answer: Known | Unknown, body: Body) -> Known | Unknown:
    """Give an answer the place of the block it was read from."""
    if isinstance(answer, Known):
        return Known(answer.value, body.place, answer.trace, answer.sensitive)
    return Unknown(answer.reason, answer.references, body.place, answer.trace, answer.exact)
