"""`aws_spot_fleet_request`: launches through templates, or by specifications that have no metadata options at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.fleets import ways_through_configs
from imdsguard.aws.precedence.launching import way_unknown, worst_of
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the fleet launches."""
    ways = [*ways_through_configs(resource, root), *specified_ways(resource, root)]
    if not ways:
        ways = [way_unknown(resource, Unknown("the fleet says nothing about what it launches", place=resource.place))]
    return worst_of(resource, Kind.FLEET, ways)


def specified_ways(resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    """Yield a way for each `launch_specification`: Region default > AMI > service default."""
    specifications = resource.body.blocks("launch_specification")
    below = root.default_layer(scope_of(resource))
    for specification in specifications.items:
        yield LaunchPath((below, root.image_layer(specification.attribute("ami"))))
    if specifications.unknown is not None:
        yield way_unknown(resource, specifications.unknown)


def user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data of the specifications; templates have their own."""
    return arguments_of(*resource.body.blocks("launch_specification").items)
