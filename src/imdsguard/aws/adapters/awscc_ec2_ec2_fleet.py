"""`awscc_ec2_ec2_fleet`: launches through templates; metadata options of an override can undo the template's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import merged, metadata_layer, ways_through
from imdsguard.aws.precedence.launching import LaunchPath, way_unknown, worst_of
from imdsguard.model.launch import Kind
from imdsguard.model.option import Source
from imdsguard.model.value import Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

MERGE = "whether EC2 merges an override's metadata_options with its launch template's is not documented"
ONLY_INSTANT = "metadata_options of an override are accepted for fleets of type instant only"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the fleet launches."""
    configs = resource.body.blocks("launch_template_configs")
    ways: list[LaunchPath] = []
    for config, way in ways_through(configs, resource, root):
        ways += overridden(config, way, resource)
    if configs.unknown is not None:
        ways.append(way_unknown(resource, configs.unknown))
    if not ways:
        ways = [way_unknown(resource, Unknown("the fleet names no launch template", place=resource.place))]
    return worst_of(resource, Kind.FLEET, ways)


def overridden(config: Body, way: LaunchPath, resource: Resource) -> Iterator[LaunchPath]:
    """Yield the way itself, and the way as each override with metadata options changes it."""
    overrides = config.blocks("overrides")
    plain = not overrides.items
    for override in overrides.items:
        layer, found = metadata_layer(Source.LAUNCH, resource.address, override)
        if found is None and not layer.answers:
            plain = True
            continue
        template, *below = way.layers
        yield LaunchPath((as_accepted(layer, resource), merged(template, MERGE), *below), way.through)
    if plain:
        yield way
    if overrides.unknown is not None:
        yield way_unknown(resource, overrides.unknown)


def as_accepted(layer: Layer, resource: Resource) -> Layer:
    """Doubt the options of an override in a fleet that is not `instant`.

    (EC2 API, FleetLaunchTemplateOverridesRequest)
    """
    if text_of(resource.body.attribute("type")) == "instant":
        return layer

    def change(_: str, answer: Value) -> Value:
        if isinstance(answer, Known):
            return Unknown(ONLY_INSTANT, place=answer.place, trace=answer.trace)
        return answer

    return layer.changed(change)
