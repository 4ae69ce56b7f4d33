"""Images, and images made from other images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.effective import decide
from imdsguard.aws.precedence.layer import Layer
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.image import Image
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def inherited(resource: Resource, source: Layer) -> Layer:
    """Return what an image made from one with the layer `source` says: nothing, or nobody knows what."""

    def change(_: str, answer: Value) -> Value:
        reason = f"whether {resource.address} keeps imds_support of {source.label} is not documented"
        return Unknown(reason, place=resource.place, trace=answer.trace)

    return Layer(Source.AMI, resource.address, source.changed(change).answers)


def image_of(resource: Resource, root: RootIndex) -> Image:
    """Make the estate's image of a resource that makes one."""
    return Image(resource, scope_of(resource), decide(HTTP_TOKENS, (root.image(resource),)))
