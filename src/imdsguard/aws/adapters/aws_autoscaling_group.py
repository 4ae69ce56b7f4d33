"""`aws_autoscaling_group`: launches through a template, several templates, or a launch configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import way_through, way_unknown, worst_of
from imdsguard.aws.templates.lookup import configuration_of, template_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Body, Resource

NAMES_NOTHING = "the group names no launch template and no launch configuration"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what the group launches."""
    ways = list(ways_of(resource, root)) or [way_unknown(resource, Unknown(NAMES_NOTHING, place=resource.place))]
    return worst_of(resource, Kind.GROUP, ways)


def ways_of(resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    """Yield every way in which the group launches; only one of the three forms is accepted in a group."""
    direct = resource.body.blocks("launch_template")
    for block in direct.items:
        yield way_through(template_of(block, resource, root), root, resource)
    mixed = resource.body.blocks("mixed_instances_policy")
    for policy in mixed.items:
        yield from mixed_ways(policy, resource, root)
    configuration = resource.body.attribute("launch_configuration")
    if not isinstance(configuration, Absent) and not direct.items and not mixed.items:
        yield way_through(configuration_of(configuration, resource, root), root, resource)
    for blocks in (direct, mixed):
        if blocks.unknown is not None and not blocks.items:
            yield way_unknown(resource, blocks.unknown)


def mixed_ways(policy: Body, resource: Resource, root: RootIndex, override: str = "override") -> Iterator[LaunchPath]:
    """Yield the ways of a mixed instances policy: overrides with a template of their own use that, others the policy's.

    (Auto Scaling API, LaunchTemplateOverrides: "LaunchTemplateSpecification")
    """
    templates = policy.blocks("launch_template")
    if templates.unknown is not None:
        yield way_unknown(resource, templates.unknown)
    for template in templates.items:
        overrides = template.blocks(override)
        own = [each.blocks("launch_template_specification") for each in overrides.items]
        if overrides.unknown is not None:
            yield way_unknown(resource, overrides.unknown)
        if not own or overrides.unknown is not None or any(not specification.items for specification in own):
            shared = template.blocks("launch_template_specification")
            for specification in shared.items:
                yield way_through(template_of(specification, resource, root), root, resource)
            if shared.unknown is not None:
                yield way_unknown(resource, shared.unknown)
        for found in own:
            for specification in found.items:
                yield way_through(template_of(specification, resource, root), root, resource)
            if found.unknown is not None:
                yield way_unknown(resource, found.unknown)
