"""Launches by services that pick much of what EC2 is told, and the types of services that are small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import inner, metadata_layer
from imdsguard.aws.precedence.launching import launch_of, path_unknown, path_via, worst_of
from imdsguard.aws.precedence.layer import Layer, block_layer, silent, undecided
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import (
    BLOCK,
    BOTH,
    NO_IDENTITY,
    NO_OPTIONS,
    OBJECT,
    OwnOptions,
    ResourceType,
    no_user_data,
)
from imdsguard.aws.workload import shown
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_ENDPOINT, HTTP_TOKENS, OPTIONS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.service_terms import NOT_IN_TERRAFORM, ServiceTerms
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import Launches
    from imdsguard.model.launch import Launch
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

PCS_TEMPLATE = "custom_launch_template"
NO_TEMPLATE = Reason(ReasonKind.NAMES_NOTHING, "the group", "launch template")
WORKSPACE_DEFAULT = Reason(
    ReasonKind.UNDOCUMENTED, "what WorkSpaces Instances sets where managed_instance.metadata_options says nothing"
)
UNTOLD = "what the service sets where {} says nothing"


def service(
    resource: Resource, layers: Sequence[Layer], via: tuple[str, ...] = (), *, follows_account: bool = True
) -> Launch:
    """Make the launch of a service that these layers lead to."""
    launch = launch_of(resource, Kind.SERVICE, layers, via)
    return launch if follows_account else replace(launch, follows_account=False)


def unshown(resource: Resource, reason: Reason, place: Place | None = None) -> Launch:
    """Make the launch of a service of which no argument tells anything, nor any documentation."""
    return service(resource, (undocumented(resource, reason, place),), follows_account=False)


def undocumented(resource: Resource, reason: Reason, place: Place | None = None) -> Layer:
    """Make the layer of what a service sets without telling. No service is known to switch the endpoint off."""
    unknown = Unknown(reason, place=place or resource.place)
    answers = {option: unknown for option in OPTIONS if option != HTTP_ENDPOINT}
    return Layer(Source.LAUNCH, resource.address, answers)


def same_as(resource: Resource, value: Value, types: Sequence[str], root: RootIndex) -> Launch | None:
    """Make the launch of what adds to, or stands for, another launch in the code that `value` refers to.

    It goes `through` that one, where it is reported and watched. None if that is not in the code, or of another type.
    """
    reference = value.reference if isinstance(value, Unknown) else None
    found = root.find(reference) if reference is not None else None
    if found is None or found.kind not in types:
        return None
    record = record_of(found.kind)
    launch = record.launches(found, root) if record is not None and record.launches is not None else None
    if launch is None:
        return None
    return replace(launch, resource=resource, kind=Kind.SERVICE, via=(found.address,), follows_account=False)


def by_block(block: str) -> Launches:
    """Make what reads a service's own block of metadata options; below it nothing is documented."""

    def launches(resource: Resource, _: RootIndex) -> Launch:
        own, _block = block_layer(Source.LAUNCH, resource.address, resource.body, block)
        below = Reason(ReasonKind.UNDOCUMENTED, UNTOLD.format(block))
        return service(resource, (own, undocumented(resource, below)), follows_account=False)

    return launches


# --- WorkSpaces Instances ---


def workspace_instance(resource: Resource, _: RootIndex) -> Launch:
    """Resolve what `managed_instance.metadata_options` says; below it nothing is documented."""
    managed, unknown = inner(resource.body, "managed_instance")
    if managed is None:
        return unshown(resource, unknown.reason if unknown is not None else WORKSPACE_DEFAULT)
    own, _block = metadata_layer(Source.LAUNCH, resource.address, managed)
    default = undocumented(resource, WORKSPACE_DEFAULT, managed.place)
    return service(resource, (own, default), follows_account=False)


# --- SageMaker ---

DISABLES: dict[object, str] = {True: "required", False: "optional", "true": "required", "false": "optional"}

SAGEMAKER_BLOCK = "instance_metadata_service_configuration"
SAGEMAKER_ARGUMENT = "minimum_instance_metadata_service_version"
SAGEMAKER_VERSIONS = {"1": "optional", "2": "required", 1: "optional", 2: "required"}


def notebook(resource: Resource, _: RootIndex) -> Launch:
    """Read the minimum version: `2` requires tokens. Without one SageMaker allows both.

    The instance runs in an account of SageMaker's own. (SageMaker API, InstanceMetadataServiceConfiguration)
    """
    return service(resource, (_notebook_layer(resource),), follows_account=False)


def _notebook_layer(resource: Resource) -> Layer:
    """Return what the block says of tokens."""
    blocks = resource.body.blocks(SAGEMAKER_BLOCK)
    if not blocks.items:
        if blocks.unknown is not None:
            return undecided(Source.LAUNCH, resource.address, blocks.unknown)
        return silent(Source.LAUNCH, resource.address)
    version = blocks.items[0].attribute(SAGEMAKER_ARGUMENT)
    if isinstance(version, Absent) or (isinstance(version, Known) and version.value == ""):
        return silent(Source.LAUNCH, resource.address)
    place = version.place or blocks.items[0].place
    if isinstance(version, Known):
        raw = version.value
        tokens = SAGEMAKER_VERSIONS.get(raw) if isinstance(raw, (str, int)) and not isinstance(raw, bool) else None
        if tokens is not None:
            answer: Known | Unknown = Known(tokens, place, version.trace, version.sensitive)
        else:
            reason = Reason(ReasonKind.NOT_ACCEPTED, SAGEMAKER_ARGUMENT, expected='"1" and "2"')
            answer = Unknown(reason, place=place, trace=version.trace)
    else:
        answer = version
    return Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: answer})


# --- AppStream by Cloud Control ---


def appstream(resource: Resource, _: RootIndex) -> Launch:
    """Read `disable_imdsv1`; what AppStream does without it is not documented.

    (Amazon WorkSpaces Applications, as AppStream 2.0 is called now, API Reference, "CreateFleet": DisableIMDSV1)
    """
    value = resource.body.attribute("disable_imdsv1")
    default = undocumented(
        resource, Reason(ReasonKind.UNDOCUMENTED, "what AppStream does where disable_imdsv1 is not set")
    )
    if isinstance(value, Absent):
        return service(resource, (default,), follows_account=False)
    place = value.place or resource.place
    answer: Value = value
    if isinstance(value, Known):
        tokens = DISABLES.get(value.value) if isinstance(value.value, (bool, str)) else None
        if tokens is not None:
            answer = Known(tokens, place, value.trace, value.sensitive)
        else:
            refused = Reason(ReasonKind.OPTION_REFUSED, "disable_imdsv1", "something else", "true or false")
            answer = Unknown(refused, place=place, trace=value.trace)
    layer = Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: answer})
    return service(resource, (layer, default), follows_account=False)


# --- GameLift, Lightsail and others ---


def game_server_group(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the template leads to: GameLift makes an Auto Scaling group of this account with it."""
    blocks = resource.body.blocks("launch_template")
    paths: list[LaunchPath] = [path_via(template_of(block, resource, root), root, resource) for block in blocks.items]
    if not paths:
        unknown = blocks.unknown or Unknown(NO_TEMPLATE, place=resource.place)
        paths = [path_unknown(resource, unknown)]
    return worst_of(resource, Kind.SERVICE, paths)


def compute_nodes(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what `custom_launch_template` leads to: PCS starts instances of this account with it.

    (AWS PCS User Guide, "Using Amazon EC2 launch templates with AWS PCS")
    """
    blocks = resource.body.blocks(PCS_TEMPLATE)
    paths = [path_via(template_of(block, resource, root), root, resource) for block in blocks.items]
    if not paths:
        reason = Reason(ReasonKind.NAMES_NOTHING, "the node group", "launch template")
        paths = [path_unknown(resource, blocks.unknown or Unknown(reason, place=resource.place))]
    return worst_of(resource, Kind.SERVICE, paths)


def lightsail(resource: Resource, _: RootIndex) -> Launch:
    """Resolve to the service's default: Terraform has no argument for it.

    (Lightsail API, UpdateInstanceMetadataOptions: `optional` is the default)
    """
    return service(resource, (), follows_account=False)


def nothing_tells(undocumented: str, argument: str = "it") -> Launches:
    """Make what says why it cannot be told: Terraform has no argument, and what the service does is not documented."""
    reason = Reason(ReasonKind.NO_ARGUMENT, argument, undocumented)

    def launches(resource: Resource, _: RootIndex) -> Launch:
        return unshown(resource, reason)

    return launches


NOTEBOOK_TERMS = ServiceTerms(
    """instance_metadata_service_configuration {
  minimum_instance_metadata_service_version = "2"
}""",
    tokens="minimum_instance_metadata_service_version",
    default="without minimum_instance_metadata_service_version SageMaker allows IMDSv1",
)

NOTEBOOK = ResourceType(
    name="aws_sagemaker_notebook_instance",
    launches=notebook,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    terms=NOTEBOOK_TERMS,
)

LIGHTSAIL = replace(
    NOTEBOOK,
    name="aws_lightsail_instance",
    launches=lightsail,
    terms=ServiceTerms(
        "aws lightsail update-instance-metadata-options --http-tokens required",
        in_terraform=False,
        default="Lightsail's default leaves tokens optional, and no argument of Terraform changes it",
    ),
)

SILENT = replace(NOTEBOOK, terms=NOT_IN_TERRAFORM)
"""A type that runs instances in accounts of the service's own, or sets what they get, without telling."""

APPSTREAM = nothing_tells("what AppStream does without it", "AppStream's DisableIMDSV1")

GAME_SERVERS = replace(
    NOTEBOOK,
    name="aws_gamelift_game_server_group",
    launches=game_server_group,
    template_paths=(("launch_template",),),
    terms=ServiceTerms("a launch_template that says\n" + BOTH),
)
GAMELIFT = replace(
    SILENT,
    name="aws_gamelift_fleet",
    launches=nothing_tells("what GameLift sets for the instances of its fleets"),
)
CLOUD9 = replace(
    SILENT,
    name="aws_cloud9_environment_ec2",
    launches=nothing_tells("what Cloud9 sets for the instance it launches"),
)
CODEBUILD = replace(
    SILENT,
    name="aws_codebuild_fleet",
    launches=nothing_tells("what CodeBuild sets for the machines of its fleets"),
)
APPSTREAM_BY_CLOUD_CONTROL = replace(
    NOTEBOOK,
    name="awscc_appstream_fleet",
    launches=appstream,
    terms=ServiceTerms("disable_imdsv1 = true", tokens="disable_imdsv1"),
)

TYPES: tuple[ResourceType, ...] = (
    ResourceType(
        name="awscc_workspacesinstances_workspace_instance",
        launches=workspace_instance,
        options=OwnOptions(("managed_instance", BLOCK), OBJECT),
        user_data=no_user_data,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        terms=ServiceTerms("in managed_instance\n" + OBJECT),
    ),
    NOTEBOOK,
    LIGHTSAIL,
    GAME_SERVERS,
    replace(SILENT, name="aws_appstream_fleet", launches=APPSTREAM),
    replace(SILENT, name="aws_appstream_image_builder", launches=APPSTREAM),
    GAMELIFT,
    CLOUD9,
    CODEBUILD,
    replace(
        SILENT,
        name="aws_lambda_capacity_provider",
        launches=nothing_tells("what Lambda sets for the instances it manages"),
    ),
    replace(
        SILENT,
        name="aws_opsworks_instance",
        launches=nothing_tells("what OpsWorks sets for its instances"),
    ),
    replace(
        SILENT,
        name="aws_drs_replication_configuration_template",
        launches=nothing_tells("what Elastic Disaster Recovery sets for its replication servers"),
    ),
    replace(
        NOTEBOOK,
        name="awscc_sagemaker_notebook_instance",
        terms=replace(
            NOTEBOOK_TERMS,
            remedy="""instance_metadata_service_configuration = {
  minimum_instance_metadata_service_version = "2"
}""",
        ),
    ),
    replace(LIGHTSAIL, name="awscc_lightsail_instance"),
    replace(GAME_SERVERS, name="awscc_gamelift_game_server_group"),
    replace(GAMELIFT, name="awscc_gamelift_fleet"),
    replace(CLOUD9, name="awscc_cloud9_environment_ec2"),
    replace(CODEBUILD, name="awscc_codebuild_fleet"),
    replace(
        SILENT,
        name="awscc_deadline_fleet",
        launches=nothing_tells("what Deadline Cloud sets for the workers of its fleets"),
    ),
    APPSTREAM_BY_CLOUD_CONTROL,
    replace(APPSTREAM_BY_CLOUD_CONTROL, name="awscc_appstream_image_builder"),
    replace(APPSTREAM_BY_CLOUD_CONTROL, name="awscc_appstream_app_block_builder"),
    replace(
        GAME_SERVERS,
        name="awscc_pcs_compute_node_group",
        launches=compute_nodes,
        template_paths=((PCS_TEMPLATE,),),
        terms=ServiceTerms("a launch template that says\n" + BOTH),
    ),
)
