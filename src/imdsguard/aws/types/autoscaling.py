"""Auto Scaling: groups, launch configurations, and the tags that are added to groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import metadata_layer
from imdsguard.aws.precedence.launching import launch_of, path_unknown, path_via, worst_of
from imdsguard.aws.precedence.layer import Layer, block_layer
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.tags.launches import tags_of_templates
from imdsguard.aws.tags.read import NONE, from_list
from imdsguard.aws.templates.looked_up import looked_up
from imdsguard.aws.templates.lookup import configuration_of, template_of
from imdsguard.aws.templates.monitoring_switch import is_on
from imdsguard.aws.templates.version_attributes import carries_version
from imdsguard.aws.types.resource_type import (
    BLOCK,
    NO_IDENTITY,
    NO_MEMBERS,
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
    no_user_data,
)
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.aws.workload import of_group, of_tagged_group, shown
from imdsguard.model.delivery import IneffectiveOption, Renewal
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_ENDPOINT, SERVICE_DEFAULTS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import Launches, TemplatePaths
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.tags import TagLayer
    from imdsguard.model.value import Value

NAMES_NOTHING = Reason(ReasonKind.NAMES_NOTHING, "the group", "launch template and no launch configuration")
NOT_SENT = Reason(ReasonKind.SENT_BESIDE_ENDPOINT)
BELOW = Reason(
    ReasonKind.UNDOCUMENTED,
    "whether a launch configuration that leaves this unset follows the Region default or the AMI",
)
GUARD = (
    "{names} may never be sent: the provider has been seen to send the options of a launch configuration only beside "
    'http_endpoint = "enabled"'
)
UNSURE = "whether {names} of this launch configuration will be sent cannot be told"
ENABLED = 'http_endpoint = "enabled"'
HANDED_ON = "propagate_at_launch"
SPECIFICATION = "launch_template_specification"
FULLY = (100, "100")
"""Percent of the instances at the last checkpoint of a refresh that replaces all of them."""
MIXED = ("mixed_instances_policy", "launch_template")


# --- groups ---


def group(override: str, configuration: str) -> Launches:
    """Make what resolves the worst of what a group launches.

    `override` and `configuration` are what the provider calls the overrides of a mixed instances policy, and the
    argument for a launch configuration.
    """

    def launches(resource: Resource, root: RootIndex) -> Launch:
        paths = list(_paths(resource, root, override, configuration))
        return worst_of(
            resource, Kind.GROUP, paths or [path_unknown(resource, Unknown(NAMES_NOTHING, place=resource.place))]
        )

    return launches


def _paths(resource: Resource, root: RootIndex, override: str, configuration: str) -> Iterator[LaunchPath]:
    """Yield every path by which the group launches; only one of the three forms is accepted in a group."""
    direct = resource.body.blocks("launch_template")
    for block in direct.items:
        yield path_via(template_of(block, resource, root), root, resource)
    mixed = resource.body.blocks("mixed_instances_policy")
    for policy in mixed.items:
        yield from _mixed_paths(policy, resource, root, override)
    named = resource.body.attribute(configuration)
    if not isinstance(named, Absent) and not direct.items and not mixed.items:
        yield path_via(configuration_of(named, resource, root), root, resource)
    for blocks in (direct, mixed):
        if blocks.unknown is not None and not blocks.items:
            yield path_unknown(resource, blocks.unknown)


def _mixed_paths(policy: Body, resource: Resource, root: RootIndex, override: str) -> Iterator[LaunchPath]:
    """Yield the paths of a mixed instances policy.

    An override with a template of its own uses that one, the others use the policy's (Auto Scaling API,
    LaunchTemplateOverrides: "LaunchTemplateSpecification").
    """
    templates = policy.blocks("launch_template")
    if templates.unknown is not None:
        yield path_unknown(resource, templates.unknown)
    for template in templates.items:
        overrides = template.blocks(override)
        own = [each.blocks(SPECIFICATION) for each in overrides.items]
        if overrides.unknown is not None:
            yield path_unknown(resource, overrides.unknown)
        if not own or overrides.unknown is not None or any(not specification.items for specification in own):
            shared = template.blocks(SPECIFICATION)
            for specification in shared.items:
                yield path_via(template_of(specification, resource, root), root, resource)
            if shared.unknown is not None:
                yield path_unknown(resource, shared.unknown)
        for found in own:
            for specification in found.items:
                yield path_via(template_of(specification, resource, root), root, resource)
            if found.unknown is not None:
                yield path_unknown(resource, found.unknown)


def group_paths(override: str) -> TemplatePaths:
    """Return the blocks on the way to where a group names launch templates."""
    return (("launch_template",), (*MIXED, SPECIFICATION), (*MIXED, override, SPECIFICATION))


def refreshed(resource: Resource) -> Renewal | Reason:
    """Say what becomes of running instances: a group replaces them only by an instance refresh, if it goes to the end.

    (Terraform AWS provider, `instance_refresh`: `checkpoint_percentages`; EC2 Auto Scaling User Guide, "Replace root
    volumes": other properties of the instances are preserved)
    """
    blocks = resource.body.blocks("instance_refresh")
    if not blocks.items:
        return Renewal.KEPT if blocks.unknown is None else blocks.unknown.reason
    refresh = blocks.items[0]
    strategy = refresh.attribute("strategy")
    if isinstance(strategy, Unknown):
        return strategy.reason
    if isinstance(strategy, Known) and strategy.value == "ReplaceRootVolume":
        return Renewal.ROOT_VOLUME
    for preferences in refresh.blocks("preferences").items:
        last = next(reversed(_listed(preferences.attribute("checkpoint_percentages"))), None)
        if isinstance(last, Unknown):
            return last.reason
        if isinstance(last, Known) and last.value not in FULLY:
            return Renewal.IN_PART
    return Renewal.REPLACED


def followed_by_group(resource: Resource, template: str) -> bool | Reason:
    """Say whether a group replaces instances for a new version of a template, however it names the version.

    By the age that they may have; by a name of the group that carries the version, so that there is another group; by
    what starts a refresh besides the version.
    (EC2 Auto Scaling User Guide, "Replace Auto Scaling instances based on maximum instance lifetime"; Terraform AWS
    provider, `triggers` of `instance_refresh`)
    """
    lifetime = resource.body.attribute("max_instance_lifetime")
    if isinstance(lifetime, Known) and lifetime.value not in (0, "0"):
        return True
    if any(carries_version(resource.body.attribute(name), template) for name in ("name", "name_prefix")):
        return True
    doubt: Reason | None = lifetime.reason if isinstance(lifetime, Unknown) else None
    if refreshed(resource) is Renewal.REPLACED:
        for refresh in resource.body.blocks("instance_refresh").items:
            for trigger in _listed(refresh.attribute("triggers")):
                if isinstance(trigger, Unknown):
                    doubt = doubt or trigger.reason
                elif any(carries_version(value, template) for value in _triggering(resource, text_of(trigger) or "")):
                    return True
    return doubt or False


def _listed(value: Value) -> tuple[Value, ...]:
    """Give the items of a list; one that is not known is one item."""
    if isinstance(value, Known):
        return value.value if isinstance(value.value, tuple) else (value,)
    return (value,) if isinstance(value, Unknown) else ()


def _triggering(resource: Resource, name: str) -> Iterator[Value]:
    """Yield what is written under a property of a group: the argument, or keys and values of blocks (`tag`)."""
    yield resource.body.attribute(name)
    for block in resource.body.blocks(name).items:
        yield block.attribute("key")
        yield block.attribute("value")


def group_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read what a group hands on at launch, over the tags of its templates."""
    handed = from_list(resource.body.blocks("tag"), HANDED_ON)
    listed = from_list(resource.body.blocks("tags"), HANDED_ON)
    for template in tags_of_templates(resource, root):
        yield Tags((handed, listed, template))


def tag_of_group(resource: Resource) -> tuple[Value, TagLayer]:
    """Give the name of the group, also of one that EKS made, and the tag if it is handed on to instances."""
    return resource.body.attribute("autoscaling_group_name"), from_list(resource.body.blocks("tag"), HANDED_ON)


# --- launch configurations ---


def configuration(resource: Resource, root: RootIndex) -> Launch:
    """Say what an instance launched from the configuration gets."""
    return launch_of(resource, Kind.CONFIGURATION, root.layers_through(root.settings(resource), scope_of(resource)))


def configuration_settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the options and the image."""
    layer, block = block_layer(Source.LAUNCH, resource.address, resource.body)
    if block is not None:
        layer = _as_sent(layer)
    return Settings(resource.address, layer, resource.body.attribute("image_id"), BELOW)


def configuration_settings_by_cloud_control(resource: Resource, _: RootIndex) -> Settings:
    """Read the same. It is sent as it is written: the condition on `http_endpoint` is one of the `aws` provider."""
    layer, _block = metadata_layer(Source.LAUNCH, resource.address, resource.body)
    return Settings(resource.address, layer, resource.body.attribute("image_id"), BELOW)


def _as_sent(layer: Layer) -> Layer:
    """Doubt what the provider may not send: the other options without `http_endpoint = "enabled"` in writing."""
    endpoint = layer.says(HTTP_ENDPOINT)
    if isinstance(endpoint, Known) and endpoint.value == "enabled":
        return layer

    def change(option: str, answer: Value) -> Value:
        if option == HTTP_ENDPOINT or not isinstance(answer, Known) or answer.value == SERVICE_DEFAULTS[option]:
            return answer
        return Unknown(NOT_SENT, place=answer.place, trace=answer.trace)

    return layer.changed(change)


def not_beside_endpoint(options: Mapping[str, Value], block: Body, _: Resource) -> Iterator[IneffectiveOption]:
    """Yield what the provider sends only beside an enabled endpoint.

    (Terraform AWS provider, source of `aws_launch_configuration`; not known of the newest version)
    """
    endpoint = options.get(HTTP_ENDPOINT)
    if isinstance(endpoint, Known):
        return
    names = " and ".join(
        name
        for name, value in options.items()
        if name != HTTP_ENDPOINT and not (isinstance(value, Known) and value.value == SERVICE_DEFAULTS[name])
    )
    if names and isinstance(endpoint, Unknown):
        why = UNSURE.format(names=names)
        yield IneffectiveOption(why, ENABLED, endpoint.place or block.place, because=endpoint.reason)
    elif names:
        yield IneffectiveOption(GUARD.format(names=names), ENABLED, block.place, sure=False)


def configuration_user_data(resource: Resource) -> tuple[Value, ...]:
    """Give the user data."""
    return arguments_of(resource.body)


def no_tags(_: Resource) -> TagLayer:
    """Say that a launch configuration gives instances no tags."""
    return NONE


def monitored_unless_off(resource: Resource) -> bool | None:
    """Whether detailed monitoring is on, as it is by default."""
    own = resource.body.attribute("enable_monitoring")
    return isinstance(own, Absent) or is_on(own)


def monitored_unless_off_by_cloud_control(resource: Resource) -> bool | None:
    """Read the same, by the name that Cloud Control has for it."""
    own = resource.body.attribute("instance_monitoring")
    return isinstance(own, Absent) or is_on(own)


TYPES: tuple[ResourceType, ...] = (
    ResourceType(
        name="aws_autoscaling_group",
        launches=group("override", "launch_configuration"),
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(group_tags, TagTarget.GROUP),
        template_paths=group_paths("override"),
        renewal=refreshed,
        followed=followed_by_group,
        workload=of_tagged_group,
        identity=MetricIdentity((), "name", "name_prefix"),
        members=Members(groups=(("name",),)),
    ),
    ResourceType(
        name="awscc_autoscaling_auto_scaling_group",
        launches=group("overrides", "launch_configuration_name"),
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(group_tags, TagTarget.GROUP),
        template_paths=group_paths("overrides"),
        workload=of_group,
        identity=MetricIdentity((), "auto_scaling_group_name"),
        members=Members(groups=(("auto_scaling_group_name",),)),
    ),
    ResourceType(name="aws_autoscaling_group_tag", adds_tag=TagAdder(tag_of_group, TagTarget.GROUP)),
    ResourceType(
        name="aws_launch_configuration",
        launches=configuration,
        shared=SharedSettings(
            SharedBy.CONFIGURATION, configuration_settings, tags=no_tags, monitoring=monitored_unless_off
        ),
        options=OwnOptions((BLOCK,), doubts=not_beside_endpoint),
        user_data=configuration_user_data,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        members=NO_MEMBERS,
    ),
    ResourceType(
        name="awscc_autoscaling_launch_configuration",
        launches=configuration,
        shared=SharedSettings(
            SharedBy.CONFIGURATION,
            configuration_settings_by_cloud_control,
            tags=no_tags,
            monitoring=monitored_unless_off_by_cloud_control,
        ),
        options=OwnOptions((BLOCK,), OBJECT),
        user_data=configuration_user_data,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        members=NO_MEMBERS,
    ),
    ResourceType(
        name="data.aws_launch_configuration",
        shared=SharedSettings(
            SharedBy.CONFIGURATION, looked_up(below=BELOW), tags=no_tags, monitoring=monitored_unless_off
        ),
    ),
)
