"""`aws_imagebuilder_infrastructure_configuration`: how Image Builder launches what it builds and tests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import block_layer
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.services import service
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve launch > Region default > service default: what is not set is EC2's default.

    The image is the recipe's, which a pipeline chooses. (Image Builder API, InstanceMetadataOptions)
    """
    own, _ = block_layer(Source.LAUNCH, resource.address, resource.body, "instance_metadata_options")
    return service(resource, (own, root.default_layer(scope_of(resource))))
