"""`aws_ami_copy`: an image copied from another; `imds_support` cannot be set on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.images import inherited

if TYPE_CHECKING:
    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def image(resource: Resource, root: RootIndex) -> Layer:
    """Whether a copy keeps its source's `imds_support` is not documented: unknown if the source has one."""
    return inherited(resource, root.image_layer(resource.body.attribute("source_ami_id")))
