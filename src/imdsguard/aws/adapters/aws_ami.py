"""`aws_ami`: an image registered by the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def image(resource: Resource, _: RootIndex) -> Layer:
    """Read `imds_support`: `v2.0` makes tokens required and the hop limit 2, and says nothing of the other options.

    (EC2 API, ImdsSupportValues; EC2 User Guide, "Configure the Instance Metadata Service options")
    """
    support = resource.body.attribute("imds_support")
    if isinstance(support, Absent) or (isinstance(support, Known) and support.value == ""):
        return silent(Source.AMI, resource.address)
    place = support.place or resource.place
    if isinstance(support, Known) and support.value == "v2.0":
        answers = {HTTP_TOKENS: Known("required", place, support.trace), HOP_LIMIT: Known(2, place, support.trace)}
        return Layer(Source.AMI, resource.address, answers)
    if isinstance(support, Known):
        support = Unknown('imds_support accepts nothing but "v2.0"', place=place, trace=support.trace)
    return only_what_images_set(undecided(Source.AMI, resource.address, support))


def only_what_images_set(layer: Layer) -> Layer:
    """Leave out the options that no image can set."""
    return Layer(layer.source, layer.label, {name: layer.says(name) for name in (HTTP_TOKENS, HOP_LIMIT)})
