"""`aws_spot_instance_request`: its `metadata_options` are accepted by Terraform and never sent to AWS.

(EC2 API, RequestSpotLaunchSpecification has no metadata options; Terraform AWS provider issues 15657, 25896, 35883)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve Region default > AMI > service default: nothing else reaches the instance, no template either."""
    layers = (root.default_layer(scope_of(resource)), root.image_layer(resource.body.attribute("ami")))
    return launch_of(resource, Kind.SPOT_REQUEST, layers)


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)
