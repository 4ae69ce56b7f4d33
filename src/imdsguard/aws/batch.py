"""AWS Batch: managed compute environments on EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import worst_of
from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.services import service
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource

OWN_TEMPLATE = "Batch says itself how its instances are launched, and what it sets there is not documented"
OWN_IMAGE = "Batch picks the image, and the code does not show whether its imds_support requires tokens"


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
    return worst_of(resource, Kind.SERVICE, ways(resource, body, root))


def ways(resource: Resource, body: Body, root: RootIndex) -> list[LaunchPath]:
    """Return the ways by the environment's template and by those that overrides name for some instance types."""
    blocks = body.blocks("launch_template")
    if not blocks.items:
        return [unknown_way(resource, blocks.unknown or Unknown(OWN_TEMPLATE, place=resource.place))]
    found = []
    for block in blocks.items:
        overrides = block.blocks("overrides")
        for each in (block, *overrides.items):
            settings = template_of(each, resource, root)
            layers = root.layers_through(settings, scope_of(resource), body.attribute("image_id"))
            found.append(LaunchPath((*layers, *own_image(resource, body, settings)), settings.address))
        if overrides.unknown is not None:
            found.append(unknown_way(resource, overrides.unknown))
    return found


def unknown_way(resource: Resource, unknown: Unknown) -> LaunchPath:
    """Make a way of which nothing is known."""
    return LaunchPath((undecided(Source.LAUNCH, resource.address, unknown),))


def own_image(resource: Resource, body: Body, settings: Settings) -> tuple[Layer, ...]:
    """Return what is known of the image where neither the template nor the environment names one."""
    named = not isinstance(settings.image, Absent) or not isinstance(body.attribute("image_id"), Absent)
    if named or any(
        not isinstance(c.attribute("image_id_override"), Absent) for c in body.blocks("ec2_configuration").items
    ):
        return ()
    unknown = Unknown(OWN_IMAGE, place=body.place)
    layer = undecided(Source.AMI, resource.address, unknown)
    return (layer.changed(lambda option, answer: answer if option in (HTTP_TOKENS, HOP_LIMIT) else Absent()),)
