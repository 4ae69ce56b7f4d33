"""`aws_ec2_fleet`: launches through templates; its overrides have no metadata options in Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.fleets import ways_through_configs
from imdsguard.aws.precedence.launching import way_unknown, worst_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the fleet launches."""
    ways = list(ways_through_configs(resource, root))
    if not ways:
        ways = [way_unknown(resource, Unknown("the fleet names no launch template", place=resource.place))]
    return worst_of(resource, Kind.FLEET, ways)
