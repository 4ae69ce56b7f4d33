"""What fleets have in common: their `launch_template_config` blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import way_through, way_unknown
from imdsguard.aws.templates.lookup import template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Resource


def ways_through_configs(resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    """Yield a way for each template that the fleet's `launch_template_config` blocks name."""
    configs = resource.body.blocks("launch_template_config")
    if configs.unknown is not None:
        yield way_unknown(resource, configs.unknown)
    for config in configs.items:
        specifications = config.blocks("launch_template_specification")
        for specification in specifications.items:
            yield way_through(template_of(specification, resource, root), root, resource)
        if specifications.unknown is not None:
            yield way_unknown(resource, specifications.unknown)
