"""`aws_gamelift_game_server_group`: an Auto Scaling group of this account that GameLift makes with a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import way_through, way_unknown, worst_of
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the template leads to."""
    blocks = resource.body.blocks("launch_template")
    ways: list[LaunchPath] = [way_through(template_of(block, resource, root), root, resource) for block in blocks.items]
    if not ways:
        unknown = blocks.unknown or Unknown("the group names no launch template", place=resource.place)
        ways = [way_unknown(resource, unknown)]
    return worst_of(resource, Kind.SERVICE, ways)
