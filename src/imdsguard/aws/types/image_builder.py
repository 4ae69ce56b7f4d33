"""Image Builder: what it builds on, and runs there; Windows images that it prepares; versions of templates it writes.

(Image Builder API, InstanceMetadataOptions, FastLaunchConfiguration, LaunchTemplateConfiguration; Terraform AWS
provider, `aws_imagebuilder_distribution_configuration`)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import metadata_layer
from imdsguard.aws.precedence.launching import path_unknown, worst_of
from imdsguard.aws.precedence.layer import block_layer, unknown_image
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.tags.read import from_map
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.types.managed_services import service
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import (
    BOTH,
    NO_IDENTITY,
    NO_OPTIONS,
    InstanceTags,
    OwnOptions,
    ResourceType,
    no_user_data,
)
from imdsguard.aws.types.run_documents import runs_of
from imdsguard.aws.workload import shown
from imdsguard.model.delivery import VersionWriter
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import Source
from imdsguard.model.record import record, replace
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.aws.types.resource_type import Launches
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Value

OPTIONS = "instance_metadata_options"
EXAMPLE = 'instance_metadata_options {\n  http_tokens = "required"\n}'
OBJECT_EXAMPLE = 'instance_metadata_options = {\n  http_tokens = "required"\n}'


def infrastructure(resource: Resource, root: RootIndex) -> Launch:
    """Resolve launch > Region default > service default: what is not set is EC2's default.

    The image is the recipe's, which a pipeline chooses: nothing is known of it.
    """
    own, _ = block_layer(Source.LAUNCH, resource.address, resource.body, OPTIONS)
    return service(resource, (own, root.default_layer(scope_of(resource)), unknown_image()))


def infrastructure_by_cloud_control(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the same."""
    own, _ = metadata_layer(Source.LAUNCH, resource.address, resource.body, OPTIONS)
    return service(resource, (own, root.default_layer(scope_of(resource)), unknown_image()))


def infrastructure_tags(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read the tags for what Image Builder launches. (Image Builder API, InfrastructureConfiguration: resourceTags)."""
    yield Tags((from_map(resource.body.attribute("resource_tags")),), ("aws:", "CreatedBy", "Ec2ImageBuilder", "Name"))


@record(frozen=True, slots=True)
class DistributionNames:
    """What a provider calls the parts of a distribution configuration.

    Nested blocks: distributions, and in those what names templates to write versions of, and templates for fast
    launching; and the argument that makes a new version the default one.
    """

    distributions: str
    templates: str
    fast: str
    default: str


def distribution(
    names: DistributionNames,
) -> tuple[Launches, Callable[[Resource, RootIndex], list[tuple[str, VersionWriter]]]]:
    """Make what reads a distribution configuration: what it launches, and the templates it writes versions of."""

    def launches(resource: Resource, root: RootIndex) -> Launch | None:
        return _fast_launches(resource, root, names)

    def versions_written(resource: Resource, root: RootIndex) -> list[tuple[str, VersionWriter]]:
        return _written_versions(resource, root, names)

    return launches, versions_written


def _fast_launches(resource: Resource, root: RootIndex, names: DistributionNames) -> Launch | None:
    """Resolve what the templates for fast launching of Windows lead to; None if there are none.

    Image Builder starts instances to prepare snapshots, each in the Region that its image is for.
    """
    paths = [
        path
        for distribution in resource.body.blocks(names.distributions).items
        for configuration in distribution.blocks(names.fast).items
        for path in _paths(configuration, _scope(distribution, resource), resource, root)
    ]
    return worst_of(resource, Kind.SERVICE, paths) if paths else None


def _paths(configuration: Body, scope: Scope, resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    templates = configuration.blocks("launch_template")
    for block in templates.items:
        settings = template_of(block, resource, root)
        yield LaunchPath(root.layers_through(settings, scope), settings.address)
    if templates.unknown is not None:
        yield path_unknown(resource, templates.unknown)


def _scope(distribution: Body, resource: Resource) -> Scope:
    """The account and Region of a distribution: it has an argument for the Region of its own."""
    scope = scope_of(resource)
    region = distribution.attribute("region")
    if isinstance(region, Known) and isinstance(region.value, str):
        return replace(scope, region=region.value)
    return replace(scope, region=region) if isinstance(region, Unknown) else scope


def _written_versions(resource: Resource, root: RootIndex, names: DistributionNames) -> list[tuple[str, VersionWriter]]:
    """Return the templates in the code that it writes versions of when its pipelines run, outside Terraform."""
    found: list[tuple[str, VersionWriter]] = []
    for distribution in resource.body.blocks(names.distributions).items:
        for configuration in distribution.blocks(names.templates).items:
            template = template_of(configuration, resource, root).address
            if template:
                moves = _moves(configuration, names.default)
                found.append((template, VersionWriter(resource.address, moves, configuration.place)))
    return found


def _moves(configuration: Body, default: str) -> bool | None:
    """Whether the version becomes the default one. What happens where nothing is said is not documented alike."""
    value = configuration.attribute(default)
    if isinstance(value, (Absent, Unknown)):
        return None
    return isinstance(value, Known) and value.value in (True, "true")


def build_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield the components of the recipe that an image, or a pipeline, builds on its infrastructure.

    Components that are not in the code are AWS's own, or somebody else's.
    """
    infrastructure = _named(resource.body.attribute("infrastructure_configuration_arn"), root)
    if infrastructure is None:
        return
    for name in ("image_recipe_arn", "container_recipe_arn"):
        recipe = _named(resource.body.attribute(name), root)
        known = record_of(recipe.kind) if recipe is not None else None
        if recipe is not None and known is not None and known.components is not None:
            found = (_named(arn, root) for arn in known.components(recipe))
            for component in found:
                if component is not None:
                    yield from runs_of(component, partial(_is_at, infrastructure.address))


def components(recipe: Resource) -> Iterator[Value]:
    """Yield the ARNs of the components of a recipe."""
    return (part.attribute("component_arn") for part in recipe.body.blocks("component").items)


def component_commands(component: Resource) -> tuple[Value, str]:
    """Return the text of a component, or the address in S3 from which it comes."""
    return component.body.attribute("data"), text_of(component.body.attribute("uri")) or ""


def _named(value: Value, root: RootIndex) -> Resource | None:
    """Give what an ARN is the ARN of, if it is in the code."""
    return root.find(value.reference) if isinstance(value, Unknown) and value.reference is not None else None


def _is_at(address: str, launch: Launch) -> bool:
    return launch.address == address


INFRASTRUCTURE = ResourceType(
    name="aws_imagebuilder_infrastructure_configuration",
    launches=infrastructure,
    options=OwnOptions((OPTIONS,), EXAMPLE),
    user_data=no_user_data,
    tags=InstanceTags(infrastructure_tags, None),
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    terms=ServiceTerms(EXAMPLE),
    starts_later=True,
)

LAUNCHES, WRITES = distribution(
    DistributionNames("distribution", "launch_template_configuration", "fast_launch_configuration", "default")
)
LAUNCHES_BY_CLOUD_CONTROL, WRITES_BY_CLOUD_CONTROL = distribution(
    DistributionNames(
        "distributions", "launch_template_configurations", "fast_launch_configurations", "set_default_version"
    )
)

DISTRIBUTION = ResourceType(
    name="aws_imagebuilder_distribution_configuration",
    launches=LAUNCHES,
    versions_written=WRITES,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    terms=ServiceTerms("a launch_template that says\n" + BOTH),
    starts_later=True,
)

TYPES: tuple[ResourceType, ...] = (
    INFRASTRUCTURE,
    replace(
        INFRASTRUCTURE,
        name="awscc_imagebuilder_infrastructure_configuration",
        launches=infrastructure_by_cloud_control,
        options=OwnOptions((OPTIONS,), OBJECT_EXAMPLE),
        terms=ServiceTerms(OBJECT_EXAMPLE),
    ),
    DISTRIBUTION,
    replace(
        DISTRIBUTION,
        name="awscc_imagebuilder_distribution_configuration",
        launches=LAUNCHES_BY_CLOUD_CONTROL,
        versions_written=WRITES_BY_CLOUD_CONTROL,
    ),
    ResourceType(name="aws_imagebuilder_component", commands=component_commands),
    ResourceType(name="aws_imagebuilder_image_recipe", components=components),
    ResourceType(name="aws_imagebuilder_container_recipe", components=components),
    ResourceType(name="aws_imagebuilder_image", runs_code=build_runs),
    ResourceType(name="aws_imagebuilder_image_pipeline", runs_code=build_runs),
)
