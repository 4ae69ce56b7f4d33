"""Windows images that Image Builder distributes: it starts instances to prepare their snapshots.

(Image Builder API, FastLaunchConfiguration: `launchTemplate`)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import way_unknown, worst_of
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.scope import Scope


def fast_launches(resource: Resource, root: RootIndex, distributions: str, configurations: str) -> Launch | None:
    """Resolve what its templates lead to, each in the Region that its image is for; None if it names none."""
    ways = [
        way
        for distribution in resource.body.blocks(distributions).items
        for configuration in distribution.blocks(configurations).items
        for way in _ways(configuration, _scope(distribution, resource), resource, root)
    ]
    return worst_of(resource, Kind.SERVICE, ways) if ways else None


def _ways(configuration: Body, scope: Scope, resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    templates = configuration.blocks("launch_template")
    for block in templates.items:
        settings = template_of(block, resource, root)
        yield LaunchPath(root.layers_through(settings, scope), settings.address)
    if templates.unknown is not None:
        yield way_unknown(resource, templates.unknown)


def _scope(distribution: Body, resource: Resource) -> Scope:
    """The account and Region of a distribution: it has an argument for the Region of its own."""
    scope = scope_of(resource)
    region = distribution.attribute("region")
    if isinstance(region, Known) and isinstance(region.value, str):
        return replace(scope, region=region.value)
    return replace(scope, region=region) if isinstance(region, Unknown) else scope
