"""`aws_gamelift_game_server_group`: an Auto Scaling group of this account that GameLift makes with a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.launching import Way, way_through, way_unknown, worst_of
from imdsguard.aws.templates import template_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: Surroundings) -> Launch:
    """Resolve what the template leads to."""
    blocks = resource.body.blocks("launch_template")
    ways: list[Way] = [way_through(template_of(block, resource, root), root, resource) for block in blocks.items]
    if not ways:
        unknown = blocks.unknown or Unknown("the group names no launch template", place=resource.place)
        ways = [way_unknown(resource, unknown)]
    return worst_of(resource, Kind.SERVICE, ways)
