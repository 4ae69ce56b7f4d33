"""`awscc_ec2_instance`: its own metadata options over its launch template's; the provider adds no defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import merged, metadata_layer
from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


MERGE = "whether EC2 merges the instance's metadata_options with its launch template's is not documented"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve launch > launch template > Region default > AMI > service default."""
    own, block = metadata_layer(Source.LAUNCH, resource.address, resource.body)
    image = resource.body.attribute("image_id")
    blocks = resource.body.blocks("launch_template")
    if blocks.items:
        settings = template_of(blocks.items[0], resource, root)
        template, *below = root.layers_through(settings, scope_of(resource), image)
        through = (settings.address,) if settings.address else ()
        layers = (own, merged(template, MERGE) if block is not None else template, *below)
        return launch_of(resource, Kind.INSTANCE, layers, through)
    maybe = undecided(Source.LAUNCH_TEMPLATE, resource.address, blocks.unknown) if blocks.unknown else None
    below = [root.default_layer(scope_of(resource)), root.image_layer(image)]
    return launch_of(resource, Kind.INSTANCE, (own, *((maybe,) if maybe else ()), *below))


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)
