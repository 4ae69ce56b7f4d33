"""`aws_instance`: its own block over its launch template's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import Layer, block_layer, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_ENDPOINT, Source
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

MERGE = "whether EC2 merges the instance's metadata_options with its launch template's is not documented"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve launch > launch template > Region default > AMI > service default."""
    own, block = block_layer(Source.LAUNCH, resource.address, resource.body)
    if block is not None:
        own = with_endpoint(own, block)
    image = resource.body.attribute("ami")
    blocks = resource.body.blocks("launch_template")
    if blocks.items:
        settings = template_of(blocks.items[0], resource, root)
        template, *below = root.layers_through(settings, scope_of(resource), image)
        through = (settings.address,) if settings.address else ()
        layers = (own, merged(template) if block is not None else template, *below)
        return launch_of(resource, Kind.INSTANCE, layers, through)
    maybe = undecided(Source.LAUNCH_TEMPLATE, resource.address, blocks.unknown) if blocks.unknown else None
    below = [root.default_layer(scope_of(resource)), root.image_layer(image)]
    return launch_of(resource, Kind.INSTANCE, (own, *((maybe,) if maybe else ()), *below))


def with_endpoint(layer: Layer, block: Body) -> Layer:
    """Add what the provider sends for a block that does not set the endpoint: `enabled`.

    (Terraform AWS provider, schema of `aws_instance`: `metadata_options.http_endpoint` has that default)
    """
    if not isinstance(layer.says(HTTP_ENDPOINT), Absent):
        return layer
    return Layer(layer.source, layer.label, {**layer.answers, HTTP_ENDPOINT: Known("enabled", block.place)})


def merged(template: Layer) -> Layer:
    """Return the template's layer as it stands below an instance that has a block of its own."""

    def change(_: str, answer: Value) -> Value:
        if isinstance(answer, Known):
            return Unknown(MERGE, place=answer.place, trace=answer.trace)
        return answer

    return template.changed(change)


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)
