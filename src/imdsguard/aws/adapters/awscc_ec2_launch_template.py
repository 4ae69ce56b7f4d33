"""`awscc_ec2_launch_template`: says how others launch, in `launch_template_data`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import inner, metadata_layer
from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import silent, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import Source
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image."""
    data, unknown = inner(resource.body, "launch_template_data")
    if data is None:
        address = resource.address
        layer = (
            undecided(Source.LAUNCH_TEMPLATE, address, unknown) if unknown else silent(Source.LAUNCH_TEMPLATE, address)
        )
        return Settings(address, layer, unknown or Absent())
    layer, _block = metadata_layer(Source.LAUNCH_TEMPLATE, resource.address, data)
    return Settings(resource.address, layer, data.attribute("image_id"))


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the template gets with nothing more said."""
    return launch_of(resource, Kind.TEMPLATE, root.layers_through(root.settings(resource), scope_of(resource)))


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    data, unknown = inner(resource.body, "launch_template_data")
    return arguments_of(data) if data is not None else ((unknown,) if unknown is not None else ())
