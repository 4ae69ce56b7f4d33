"""`aws_ami_from_instance`: an image made from an instance; `imds_support` cannot be set on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.images import inherited
from imdsguard.aws.precedence.layer import silent
from imdsguard.model.option import Source
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def image(resource: Resource, root: RootIndex) -> Layer:
    """Whether it keeps the `imds_support` of the instance's image is not documented: unknown if that has one."""
    source = resource.body.attribute("source_instance_id")
    reference = source.reference if isinstance(source, Unknown) else None
    instance = root.find(reference) if reference is not None else None
    if instance is None:
        return silent(Source.AMI, resource.address)
    return inherited(resource, root.image_layer(instance.body.attribute("ami")))
