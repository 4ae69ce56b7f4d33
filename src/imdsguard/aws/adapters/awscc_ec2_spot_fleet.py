"""`awscc_ec2_spot_fleet`: launches through templates, or by specifications that have no metadata options at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import inner, ways_through
from imdsguard.aws.precedence.launching import way_unknown, worst_of
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


NOTHING = "the fleet says nothing about what it launches"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the fleet launches."""
    data, unknown = inner(resource.body, "spot_fleet_request_config_data")
    if data is None:
        unknown = unknown or Unknown(NOTHING, place=resource.place)
        return worst_of(resource, Kind.FLEET, [way_unknown(resource, unknown)])
    configs = data.blocks("launch_template_configs")
    specifications = data.blocks("launch_specifications")
    below = root.default_layer(scope_of(resource))
    ways = [way for _, way in ways_through(configs, resource, root)]
    ways += [LaunchPath((below, root.image_layer(each.attribute("image_id")))) for each in specifications.items]
    ways += [
        way_unknown(resource, blocks.unknown) for blocks in (configs, specifications) if blocks.unknown is not None
    ]
    return worst_of(resource, Kind.FLEET, ways or [way_unknown(resource, Unknown(NOTHING, place=resource.place))])
