"""`aws_launch_template`: says how others launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import block_layer
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image. The provider adds no defaults of its own (since 5.0.0)."""
    layer, _block = block_layer(Source.LAUNCH_TEMPLATE, resource.address, resource.body)
    return Settings(resource.address, layer, resource.body.attribute("image_id"))


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the template gets with nothing more said."""
    return launch_of(resource, Kind.TEMPLATE, root.layers_through(root.settings(resource), scope_of(resource)))


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)
