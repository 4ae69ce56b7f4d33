"""`aws_launch_configuration`: says how an Auto Scaling group launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import Layer, block_layer
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_ENDPOINT, SERVICE_DEFAULTS, Source
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

NOT_SENT = (
    'the provider sends this only if the block also says http_endpoint = "enabled"; '
    "whether the newest version still does so is not documented"
)
BELOW = "whether a launch configuration that leaves this unset follows the Region default or the AMI is not documented"


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image."""
    layer, block = block_layer(Source.LAUNCH, resource.address, resource.body)
    if block is not None:
        layer = as_sent(layer)
    return Settings(resource.address, layer, resource.body.attribute("image_id"), BELOW)


def as_sent(layer: Layer) -> Layer:
    """Doubt what the provider may not send: the other options without `http_endpoint = "enabled"` in writing."""
    endpoint = layer.says(HTTP_ENDPOINT)
    if isinstance(endpoint, Known) and endpoint.value == "enabled":
        return layer

    def change(option: str, answer: Value) -> Value:
        if option == HTTP_ENDPOINT or not isinstance(answer, Known) or answer.value == SERVICE_DEFAULTS[option]:
            return answer
        return Unknown(NOT_SENT, place=answer.place, trace=answer.trace)

    return layer.changed(change)


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the configuration gets."""
    return launch_of(resource, Kind.CONFIGURATION, root.layers_through(root.settings(resource), scope_of(resource)))


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)
