"""EC2: instances, launch templates, fleets, spot requests, and the tags that are added to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import inner, merged, metadata_layer, paths_via
from imdsguard.aws.precedence.launching import launch_of, path_unknown, path_via, worst_of
from imdsguard.aws.precedence.layer import Layer, block_layer, silent, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.tags.launches import tags_at, tags_of_templates
from imdsguard.aws.tags.read import NONE, either, from_map, from_pair, over_template, own_layers, specified
from imdsguard.aws.templates.looked_up import looked_up
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.templates.monitoring_switch import block_is_on
from imdsguard.aws.templates.old_provider import as_sent, dropped_by_old_provider
from imdsguard.aws.templates.versions import replaced
from imdsguard.aws.types.resource_type import (
    BLOCK,
    NO_IDENTITY,
    NO_OPTIONS,
    OBJECT,
    InstanceTags,
    Members,
    MetricIdentity,
    OwnOptions,
    ResourceType,
    SharedBy,
    SharedSettings,
    TagAdder,
    TagTarget,
    TemplateVersions,
    no_user_data,
)
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.aws.workload import shown
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HTTP_ENDPOINT, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.tags import TagLayer, Tags
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

MERGE = Reason(ReasonKind.UNDOCUMENTED, "whether EC2 merges the instance's metadata_options with its launch template's")
MERGE_OVERRIDE = Reason(
    ReasonKind.UNDOCUMENTED, "whether EC2 merges an override's metadata_options with its launch template's"
)
ONLY_INSTANT = Reason(ReasonKind.INSTANT_FLEETS_ONLY)
NO_TEMPLATE = Reason(ReasonKind.NAMES_NOTHING, "the fleet", "launch template")
NOTHING_LAUNCHED = Reason(ReasonKind.SAYS_NOTHING, "the fleet")
SPOT = "metadata_options of a spot request are never sent: AWS's API for spot requests has no such field"
SPOT_REMEDY = (
    'an aws_instance with instance_market_options { market_type = "spot" } and\n'
    'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
)
DATA = "launch_template_data"
SPOT_DATA = "spot_fleet_request_config_data"
CONFIG = ("launch_template_config", "launch_template_specification")
CONFIG_BY_CLOUD_CONTROL = ("launch_template_configs", "launch_template_specification")
TEMPLATE = (("launch_template",),)


# --- instances ---


def instance(resource: Resource, root: RootIndex) -> Launch:
    """Resolve launch > launch template > Region default > AMI > service default."""
    own, block = block_layer(Source.LAUNCH, resource.address, resource.body)
    if block is None:
        return _instance(resource, root, own, "ami", None)
    return _instance(resource, root, _with_endpoint(own, block), "ami", _doubted)


def instance_by_cloud_control(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the same; the provider adds no defaults."""
    own, block = metadata_layer(Source.LAUNCH, resource.address, resource.body)
    return _instance(resource, root, own, "image_id", _mixed if block is not None else None)


def _instance(
    resource: Resource, root: RootIndex, own: Layer, image_argument: str, below_own: Callable[[Layer], Layer] | None
) -> Launch:
    """Put the layers of an instance together; `below_own` makes the template's what it is below a block of its own."""
    image = resource.body.attribute(image_argument)
    blocks = resource.body.blocks("launch_template")
    if blocks.items:
        settings = template_of(blocks.items[0], resource, root)
        template, *below = root.layers_through(settings, scope_of(resource), image)
        through = (settings.address,) if settings.address else ()
        layers = (own, below_own(template) if below_own is not None else template, *below)
        return launch_of(resource, Kind.INSTANCE, layers, through)
    maybe = undecided(Source.LAUNCH_TEMPLATE, resource.address, blocks.unknown) if blocks.unknown else None
    below = [root.default_layer(scope_of(resource)), root.image_layer(image)]
    return launch_of(resource, Kind.INSTANCE, (own, *((maybe,) if maybe else ()), *below))


def _with_endpoint(layer: Layer, block: Body) -> Layer:
    """Add what the provider sends for a block that does not set the endpoint: `enabled`.

    (Terraform AWS provider, schema of `aws_instance`: `metadata_options.http_endpoint` has that default)
    """
    if not isinstance(layer.says(HTTP_ENDPOINT), Absent):
        return layer
    return replace(layer, answers={**layer.answers, HTTP_ENDPOINT: Known("enabled", block.place)})


def _doubted(template: Layer) -> Layer:
    """Return the template's layer as it stands below an instance that has a block of its own."""

    def change(_: str, answer: Value) -> Value:
        if isinstance(answer, Known):
            return Unknown(MERGE, place=answer.place, trace=answer.trace)
        return answer

    return template.changed(change)


def _mixed(template: Layer) -> Layer:
    """Return the same for Cloud Control, where an endpoint that is on is on either way."""
    return merged(template, MERGE)


def own_user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data in a resource's own arguments."""
    return arguments_of(resource.body)


def instance_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read an instance's own tags over those of its template."""
    return _over_templates(own_layers(resource), resource, root)


def instance_tags_by_cloud_control(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the same, a list of keys and values."""
    return _over_templates((either(resource.body),), resource, root)


def _over_templates(own: tuple[TagLayer, ...], resource: Resource, root: RootIndex) -> Iterator[Tags]:
    for template in tags_of_templates(resource, root):
        yield Tags(over_template(own, template))


# --- launch templates ---


def template(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the template gets with nothing more said."""
    return launch_of(resource, Kind.TEMPLATE, root.layers_through(root.settings(resource), scope_of(resource)))


def template_settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image. The provider adds no defaults of its own (since 5.0.0)."""
    layer, _block = block_layer(Source.LAUNCH_TEMPLATE, resource.address, resource.body)
    return Settings(resource.address, as_sent(layer, resource), resource.body.attribute("image_id"))


def template_settings_by_cloud_control(resource: Resource, _: RootIndex) -> Settings:
    """Read the same from `launch_template_data`."""
    data, unknown = inner(resource.body, DATA)
    if data is None:
        address = resource.address
        layer = (
            undecided(Source.LAUNCH_TEMPLATE, address, unknown) if unknown else silent(Source.LAUNCH_TEMPLATE, address)
        )
        return Settings(address, layer, unknown or Absent())
    layer, _block = metadata_layer(Source.LAUNCH_TEMPLATE, resource.address, data)
    return Settings(resource.address, layer, data.attribute("image_id"))


def template_user_data_by_cloud_control(resource: Resource) -> tuple[Value, ...]:
    """Give the user data in `launch_template_data`."""
    data, unknown = inner(resource.body, DATA)
    return arguments_of(data) if data is not None else ((unknown,) if unknown is not None else ())


def template_tags(resource: Resource) -> TagLayer:
    """Read what a template says of instances."""
    return specified(resource.body)


def template_tags_by_cloud_control(resource: Resource) -> TagLayer:
    """Read the same from `launch_template_data`."""
    data = resource.body.blocks(DATA)
    layers = [specified(each) for each in data.items] or [TagLayer({}, data.unknown)]
    return layers[0]


def template_monitoring(resource: Resource) -> bool | None:
    """Whether `monitoring { enabled }` is on."""
    return block_is_on(resource.body)


def template_monitoring_by_cloud_control(resource: Resource) -> bool | None:
    """Read the same from `launch_template_data`."""
    data = resource.body.blocks(DATA)
    if data.unknown is not None:
        return None
    return block_is_on(data.items[0]) if data.items else False


def moves_default(resource: Resource) -> bool | None:
    """Whether the template's default version follows the newest. It stays at 1 until something moves it.

    (Terraform AWS provider, `aws_launch_template`: `update_default_version`, `default_version`)
    """
    value = resource.body.attribute("update_default_version")
    if isinstance(value, Unknown):
        return None
    return isinstance(value, Known) and value.value in (True, "true")


def default_is_not_told(_: Resource) -> None:
    """Say that it cannot be told: the `awscc` provider's template has no such argument."""


# --- fleets and spot requests ---


def fleet(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what a fleet launches through templates; overrides have no metadata options in Terraform."""
    paths = list(paths_via_configs(resource, root))
    if not paths:
        paths = [path_unknown(resource, Unknown(NO_TEMPLATE, place=resource.place))]
    return worst_of(resource, Kind.FLEET, paths)


def paths_via_configs(resource: Resource, root: RootIndex) -> Iterator[LaunchPath]:
    """Yield a path for each template that a fleet's `launch_template_config` blocks name."""
    configs = resource.body.blocks("launch_template_config")
    if configs.unknown is not None:
        yield path_unknown(resource, configs.unknown)
    for config in configs.items:
        specifications = config.blocks("launch_template_specification")
        for specification in specifications.items:
            yield path_via(template_of(specification, resource, root), root, resource)
        if specifications.unknown is not None:
            yield path_unknown(resource, specifications.unknown)


def fleet_by_cloud_control(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the same; here metadata options of an override can undo the template's."""
    configs = resource.body.blocks("launch_template_configs")
    paths: list[LaunchPath] = []
    for config, path in paths_via(configs, resource, root):
        paths += _overridden(config, path, resource)
    if configs.unknown is not None:
        paths.append(path_unknown(resource, configs.unknown))
    if not paths:
        paths = [path_unknown(resource, Unknown(NO_TEMPLATE, place=resource.place))]
    return worst_of(resource, Kind.FLEET, paths)


def _overridden(config: Body, path: LaunchPath, resource: Resource) -> Iterator[LaunchPath]:
    """Yield the path itself, and the path as each override with metadata options changes it."""
    overrides = config.blocks("overrides")
    plain = not overrides.items
    for override in overrides.items:
        layer, found = metadata_layer(Source.LAUNCH, resource.address, override)
        if found is None and not layer.answers:
            plain = True
            continue
        template, *below = path.layers
        yield LaunchPath((_as_accepted(layer, resource), merged(template, MERGE_OVERRIDE), *below), path.via)
    if plain:
        yield path
    if overrides.unknown is not None:
        yield path_unknown(resource, overrides.unknown)


def _as_accepted(layer: Layer, resource: Resource) -> Layer:
    """Doubt the options of an override in a fleet that is not `instant`.

    (EC2 API, FleetLaunchTemplateOverridesRequest)
    """
    if text_of(resource.body.attribute("type")) == "instant":
        return layer

    def change(_: str, answer: Value) -> Value:
        if isinstance(answer, Known):
            return Unknown(ONLY_INSTANT, place=answer.place, trace=answer.trace)
        return answer

    return layer.changed(change)


def fleet_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the templates' tags."""
    return _over_templates((NONE,), resource, root)


def fleet_tags_by_cloud_control(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the templates' tags, under what the request says of instances."""
    return _over_templates((specified(resource.body),), resource, root)


def spot_fleet(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the worst of what a spot fleet launches; its specifications have no metadata options at all."""
    specifications = resource.body.blocks("launch_specification")
    below = root.default_layer(scope_of(resource))
    paths = list(paths_via_configs(resource, root))
    paths += [LaunchPath((below, root.image_layer(each.attribute("ami")))) for each in specifications.items]
    if specifications.unknown is not None:
        paths.append(path_unknown(resource, specifications.unknown))
    return worst_of(
        resource, Kind.FLEET, paths or [path_unknown(resource, Unknown(NOTHING_LAUNCHED, place=resource.place))]
    )


def spot_fleet_by_cloud_control(resource: Resource, root: RootIndex) -> Launch:
    """Resolve the same from `spot_fleet_request_config_data`."""
    data, unknown = inner(resource.body, SPOT_DATA)
    if data is None:
        unknown = unknown or Unknown(NOTHING_LAUNCHED, place=resource.place)
        return worst_of(resource, Kind.FLEET, [path_unknown(resource, unknown)])
    configs = data.blocks("launch_template_configs")
    specifications = data.blocks("launch_specifications")
    below = root.default_layer(scope_of(resource))
    paths = [path for _, path in paths_via(configs, resource, root)]
    paths += [LaunchPath((below, root.image_layer(each.attribute("image_id")))) for each in specifications.items]
    paths += [
        path_unknown(resource, blocks.unknown) for blocks in (configs, specifications) if blocks.unknown is not None
    ]
    return worst_of(
        resource, Kind.FLEET, paths or [path_unknown(resource, Unknown(NOTHING_LAUNCHED, place=resource.place))]
    )


def spot_fleet_user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data of the specifications; templates have their own."""
    return arguments_of(*resource.body.blocks("launch_specification").items)


def spot_fleet_user_data_by_cloud_control(resource: Resource) -> tuple[Value, ...]:
    """Give the same from `spot_fleet_request_config_data`."""
    data, unknown = inner(resource.body, SPOT_DATA)
    if data is None:
        return (unknown,) if unknown is not None else ()
    return arguments_of(*data.blocks("launch_specifications").items)


def spot_fleet_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the templates' tags, and those of each launch specification."""
    specifications = resource.body.blocks("launch_specification")
    for path in paths_via_configs(resource, root):
        yield Tags((tags_at(path.via, root),))
    for each in specifications.items:
        yield Tags((from_map(each.attribute("tags")),))
    if specifications.unknown is not None:
        yield Tags((TagLayer({}, specifications.unknown),))


def spot_fleet_tags_by_cloud_control(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the same from `spot_fleet_request_config_data`."""
    for data in resource.body.blocks(SPOT_DATA).items:
        configs, specifications = data.blocks("launch_template_configs"), data.blocks("launch_specifications")
        for _, path in paths_via(configs, resource, root):
            yield Tags((tags_at(path.via, root),))
        for each in specifications.items:
            yield Tags((specified(each),))
        for blocks in (configs, specifications):
            if blocks.unknown is not None:
                yield Tags((TagLayer({}, blocks.unknown),))


def spot_request(resource: Resource, root: RootIndex) -> Launch:
    """Resolve Region default > AMI > service default: nothing else reaches the instance, no template either.

    Its `metadata_options` are accepted by Terraform and never sent to AWS. (EC2 API, RequestSpotLaunchSpecification has
    no metadata options; Terraform AWS provider issues 15657, 25896, 35883)
    """
    layers = (root.default_layer(scope_of(resource)), root.image_layer(resource.body.attribute("ami")))
    return launch_of(resource, Kind.SPOT_REQUEST, layers)


def spot_request_tags(_: Resource, __: RootIndex) -> Iterable[Tags]:
    """Give none: a request's tags are not handed on.

    (Terraform AWS provider, `aws_spot_instance_request`: `tags`)
    """
    yield Tags(())


def tag_of_resource(resource: Resource) -> tuple[Value, TagLayer]:
    """Give the id of what is tagged, and the tag."""
    return resource.body.attribute("resource_id"), from_pair(resource.body)


TEMPLATE_TAG = "aws:ec2launchtemplate:id"
"""What AWS tags instances with that are launched through a template. (EC2 User Guide, "Launch templates": "instances
that are launched from a launch template" have two system tags)"""
FLEET_TAG = "aws:ec2:fleet-id"
SPOT_FLEET_TAG = "aws:ec2spot:fleet-request-id"
"""What AWS tags the instances of fleets with: seen on instances, and in AWS's own workshops on EC2 Fleet."""


def associated_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield what documents run that an instance of Cloud Control is associated with in its own arguments."""
    if resource.body.blocks("ssm_associations").items:
        from imdsguard.aws.types import systems_manager

        yield from systems_manager.associated_runs(resource, root)


TYPES: tuple[ResourceType, ...] = (
    ResourceType(
        name="aws_instance",
        launches=instance,
        options=OwnOptions((BLOCK,)),
        changed_in_place=True,  # by ModifyInstanceMetadataOptions (Terraform AWS provider, `aws_instance`)
        user_data=own_user_data,
        tags=InstanceTags(instance_tags, TagTarget.INSTANCE),
        template_paths=TEMPLATE,
        renewal=replaced,
        workload=shown,
        identity=MetricIdentity((("id",),)),
        members=Members(ids=(("id",),)),
    ),
    ResourceType(
        name="awscc_ec2_instance",
        launches=instance_by_cloud_control,
        options=OwnOptions((BLOCK,), OBJECT),
        user_data=own_user_data,
        tags=InstanceTags(instance_tags_by_cloud_control, TagTarget.INSTANCE),
        template_paths=TEMPLATE,
        workload=shown,
        identity=MetricIdentity((("instance_id",), ("id",))),
        members=Members(ids=(("instance_id",),)),
        runs_code=associated_runs,
    ),
    ResourceType(
        name="aws_launch_template",
        launches=template,
        shared=SharedSettings(
            SharedBy.TEMPLATE,
            template_settings,
            tags=template_tags,
            monitoring=template_monitoring,
            versions=TemplateVersions("latest_version", moves_default),
        ),
        options=OwnOptions((BLOCK,), doubts=dropped_by_old_provider),
        user_data=own_user_data,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(TEMPLATE_TAG, ("id",))),
    ),
    ResourceType(
        name="awscc_ec2_launch_template",
        launches=template,
        shared=SharedSettings(
            SharedBy.TEMPLATE,
            template_settings_by_cloud_control,
            tags=template_tags_by_cloud_control,
            monitoring=template_monitoring_by_cloud_control,
            versions=TemplateVersions("latest_version_number", default_is_not_told),
        ),
        options=OwnOptions((DATA, BLOCK), OBJECT),
        user_data=template_user_data_by_cloud_control,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(TEMPLATE_TAG, ("launch_template_id",))),
    ),
    ResourceType(
        name="data.aws_launch_template",
        shared=SharedSettings(
            SharedBy.TEMPLATE, looked_up(below=None), tags=template_tags, monitoring=template_monitoring
        ),
    ),
    ResourceType(
        name="aws_ec2_fleet",
        launches=fleet,
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(fleet_tags, None),
        template_paths=(CONFIG,),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(FLEET_TAG, ("id",))),
    ),
    ResourceType(
        name="awscc_ec2_ec2_fleet",
        launches=fleet_by_cloud_control,
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(fleet_tags_by_cloud_control, None),
        template_paths=(CONFIG_BY_CLOUD_CONTROL,),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(FLEET_TAG, ("fleet_id",))),
    ),
    ResourceType(
        name="aws_spot_fleet_request",
        launches=spot_fleet,
        options=NO_OPTIONS,
        user_data=spot_fleet_user_data,
        tags=InstanceTags(spot_fleet_tags, None),
        template_paths=(CONFIG,),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(SPOT_FLEET_TAG, ("id",))),
    ),
    ResourceType(
        name="awscc_ec2_spot_fleet",
        launches=spot_fleet_by_cloud_control,
        options=NO_OPTIONS,
        user_data=spot_fleet_user_data_by_cloud_control,
        tags=InstanceTags(spot_fleet_tags_by_cloud_control, None),
        template_paths=((SPOT_DATA, *CONFIG_BY_CLOUD_CONTROL),),
        workload=shown,
        identity=NO_IDENTITY,
        members=Members(tag=(SPOT_FLEET_TAG, ("spot_fleet_id",))),
    ),
    ResourceType(
        name="aws_spot_instance_request",
        launches=spot_request,
        options=OwnOptions((BLOCK,), never_sent=(SPOT, SPOT_REMEDY)),
        user_data=own_user_data,
        tags=InstanceTags(spot_request_tags, TagTarget.INSTANCE),
        template_paths=(),
        workload=shown,
        identity=MetricIdentity((("spot_instance_id",),)),
        members=Members(ids=(("spot_instance_id",),)),
    ),
    ResourceType(name="aws_ec2_tag", adds_tag=TagAdder(tag_of_resource, TagTarget.INSTANCE, prefix="i-")),
)
