"""AWS Batch: managed compute environments on EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import worst_of
from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.tags.launches import tags_of_templates
from imdsguard.aws.tags.read import from_map, over_template
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.types.managed_services import service
from imdsguard.aws.types.resource_type import (
    BOTH,
    NO_IDENTITY,
    NO_OPTIONS,
    InstanceTags,
    ResourceType,
    no_user_data,
)
from imdsguard.aws.workload import always
from imdsguard.model.delivery import Renewal
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource

OWN_TEMPLATE = Reason(ReasonKind.LAUNCH_OF_SERVICE, "Batch")
OWN_IMAGE = Reason(ReasonKind.IMAGE_OF_SERVICE, "Batch")


def compute_environment(resource: Resource, root: RootIndex) -> Launch | None:
    """Resolve the worst of what a compute environment launches; None for one that launches no instances.

    (Batch API, LaunchTemplateSpecification)
    """
    if (text_of(resource.body.attribute("type")) or "").upper() == "UNMANAGED":
        return None  # its instances are somebody else's
    resources = resource.body.blocks("compute_resources")
    if not resources.items:
        unknown = resources.unknown or Unknown(OWN_TEMPLATE, place=resource.place)
        return service(resource, (undecided(Source.LAUNCH, resource.address, unknown),))
    body = resources.items[0]
    if (text_of(body.attribute("type")) or "").upper().startswith("FARGATE"):
        return None
    return worst_of(resource, Kind.SERVICE, _paths(resource, body, root))


def _paths(resource: Resource, body: Body, root: RootIndex) -> list[LaunchPath]:
    """Return the paths via the environment's template and by those that overrides name for some instance types."""
    blocks = body.blocks("launch_template")
    if not blocks.items:
        return [_unknown_path(resource, blocks.unknown or Unknown(OWN_TEMPLATE, place=resource.place))]
    found = []
    for block in blocks.items:
        overrides = block.blocks("overrides")
        for each in (block, *overrides.items):
            settings = template_of(each, resource, root)
            layers = root.layers_through(settings, scope_of(resource), body.attribute("image_id"))
            found.append(LaunchPath((*layers, *_own_image(resource, body, settings)), settings.address))
        if overrides.unknown is not None:
            found.append(_unknown_path(resource, overrides.unknown))
    return found


def _unknown_path(resource: Resource, unknown: Unknown) -> LaunchPath:
    """Make a path of which nothing is known."""
    return LaunchPath((undecided(Source.LAUNCH, resource.address, unknown),))


def _own_image(resource: Resource, body: Body, settings: Settings) -> tuple[Layer, ...]:
    """Return what is known of the image where neither the template nor the environment names one."""
    named = not isinstance(settings.image, Absent) or not isinstance(body.attribute("image_id"), Absent)
    if named or any(
        not isinstance(c.attribute("image_id_override"), Absent) for c in body.blocks("ec2_configuration").items
    ):
        return ()
    unknown = Unknown(OWN_IMAGE, place=body.place)
    layer = undecided(Source.AMI, resource.address, unknown)
    return (layer.changed(lambda option, answer: answer if option in (HTTP_TOKENS, HOP_LIMIT) else Absent()),)


def environment_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the tags of an environment's resources over those of its templates."""
    for resources in resource.body.blocks("compute_resources").items:
        own = from_map(resources.attribute("tags"))
        for template in tags_of_templates(resource, root, resources):
            yield Tags(over_template((own,), template), ("aws:", "AWSBatch"))


def resolved_once(_: Resource) -> Renewal:
    """Say that `$Latest` and `$Default` are looked up when the environment is made or gets an infrastructure update.

    (Batch API, LaunchTemplateSpecification)
    """
    return Renewal.RESOLVED_ONCE


TEMPLATE = ("compute_resources", "launch_template")

ENVIRONMENT = ResourceType(
    name="aws_batch_compute_environment",
    launches=compute_environment,
    options=NO_OPTIONS,
    user_data=no_user_data,
    tags=InstanceTags(environment_tags, None),
    template_paths=(TEMPLATE,),
    renewal=resolved_once,
    workload=always("AWS Batch runs jobs in containers on it"),
    identity=NO_IDENTITY,
    terms=ServiceTerms("a launch_template with a template that says\n" + BOTH),
)

TYPES: tuple[ResourceType, ...] = (
    ENVIRONMENT,
    replace(ENVIRONMENT, name="awscc_batch_compute_environment", template_paths=(TEMPLATE, (*TEMPLATE, "overrides"))),
)
