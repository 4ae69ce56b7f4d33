"""`awscc_autoscaling_auto_scaling_group`: launches through a template, several templates, or a launch configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.adapters.aws_autoscaling_group import NAMES_NOTHING, mixed_ways
from imdsguard.aws.precedence.launching import way_through, way_unknown, worst_of
from imdsguard.aws.templates.lookup import configuration_of, template_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the group launches."""
    ways = list(ways_of(resource, root)) or [way_unknown(resource, Unknown(NAMES_NOTHING, place=resource.place))]
    return worst_of(resource, Kind.GROUP, ways)


def ways_of(resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    """Yield every way in which the group launches."""
    direct = resource.body.blocks("launch_template")
    for block in direct.items:
        yield way_through(template_of(block, resource, root), root, resource)
    mixed = resource.body.blocks("mixed_instances_policy")
    for policy in mixed.items:
        yield from mixed_ways(policy, resource, root, "overrides")
    configuration = resource.body.attribute("launch_configuration_name")
    if not isinstance(configuration, Absent) and not direct.items and not mixed.items:
        yield way_through(configuration_of(configuration, resource, root), root, resource)
    for blocks in (direct, mixed):
        if blocks.unknown is not None and not blocks.items:
            yield way_unknown(resource, blocks.unknown)
