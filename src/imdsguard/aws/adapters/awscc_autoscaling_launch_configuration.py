"""`awscc_autoscaling_launch_configuration`: says how an Auto Scaling group launches.

What it says is sent as it is written: the condition on `http_endpoint` is one of the `aws` provider's code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.adapters.aws_launch_configuration import BELOW
from imdsguard.aws.precedence.cloud_control import metadata_layer
from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.model.launch import Kind
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image."""
    layer, _block = metadata_layer(Source.LAUNCH, resource.address, resource.body)
    return Settings(resource.address, layer, resource.body.attribute("image_id"), BELOW)


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the configuration gets."""
    return launch_of(resource, Kind.CONFIGURATION, root.layers_through(root.settings(resource), scope_of(resource)))
