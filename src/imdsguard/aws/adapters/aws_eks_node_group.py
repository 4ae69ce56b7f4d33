"""`aws_eks_node_group`: launches through the template it names, or through one that EKS makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import way_through, way_unknown, worst_of
from imdsguard.aws.precedence.layer import undecided
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource

OWN_TEMPLATE = "EKS makes the launch template itself, and what it sets there is not documented"
OWN_IMAGE = "EKS picks an Amazon Linux 2023 image; whether its imds_support decides here is not shown by the code"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the template leads to; without one, what EKS sets is not documented, so it is unknown."""
    blocks = resource.body.blocks("launch_template")
    if not blocks.items:
        unknown = blocks.unknown or Unknown(OWN_TEMPLATE, place=resource.place)
        return worst_of(resource, Kind.NODE_GROUP, [way_unknown(resource, unknown)])
    ways = []
    for block in blocks.items:
        settings = template_of(block, resource, root)
        way = way_through(settings, root, resource)
        ways.append(LaunchPath((*way.layers, *own_image(resource, settings)), way.through))
    return worst_of(resource, Kind.NODE_GROUP, ways)


def own_image(resource: Resource, settings: Settings) -> tuple[Layer, ...]:
    """Return what is known of the image that EKS picks where the template names none.

    Images of Amazon Linux 2023 have `imds_support` set to v2.0. (Amazon Linux 2023 User Guide, "IMDSv2")
    """
    kind = text_of(resource.body.attribute("ami_type")) or ""
    if not isinstance(settings.image, Absent) or not kind.startswith("AL2023_"):
        return ()
    unknown = Unknown(OWN_IMAGE, place=resource.body.attribute("ami_type").place or resource.place)
    layer = undecided(Source.AMI, resource.address, unknown)
    return (layer.changed(lambda option, answer: answer if option in (HTTP_TOKENS, HOP_LIMIT) else Absent()),)
