"""EKS: node groups, and clusters in Auto Mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import path_unknown, path_via, worst_of
from imdsguard.aws.precedence.layer import undecided
from imdsguard.aws.tags.launches import tags_of_templates
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.templates.versions import replaced
from imdsguard.aws.types.managed_services import unshown
from imdsguard.aws.types.resource_type import (
    NO_IDENTITY,
    NO_OPTIONS,
    InstanceTags,
    Members,
    ResourceType,
    TagTarget,
    no_user_data,
)
from imdsguard.aws.workload import always, shown
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.service_terms import NOT_IN_TERRAFORM
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource

OWN_TEMPLATE = Reason(ReasonKind.TEMPLATE_OF_SERVICE, "EKS")
OWN_IMAGE = Reason(ReasonKind.IMAGE_MAY_DECIDE, "EKS", "an Amazon Linux 2023 image")
AUTO_MODE = Reason(ReasonKind.NOT_IN_TERRAFORM, "EKS Auto Mode")


def node_group(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the template leads to; without one, what EKS sets is not documented, so it is unknown."""
    blocks = resource.body.blocks("launch_template")
    if not blocks.items:
        unknown = blocks.unknown or Unknown(OWN_TEMPLATE, place=resource.place)
        return worst_of(resource, Kind.NODE_GROUP, [path_unknown(resource, unknown)])
    paths = []
    for block in blocks.items:
        settings = template_of(block, resource, root)
        path = path_via(settings, root, resource)
        paths.append(LaunchPath((*path.layers, *_own_image(resource, settings)), path.via))
    return worst_of(resource, Kind.NODE_GROUP, paths)


def _own_image(resource: Resource, settings: Settings) -> tuple[Layer, ...]:
    """Return what is known of the image that EKS picks where the template names none.

    Images of Amazon Linux 2023 have `imds_support` set to v2.0. (Amazon Linux 2023 User Guide, "IMDSv2")
    """
    kind = text_of(resource.body.attribute("ami_type")) or ""
    if not isinstance(settings.image, Absent) or not kind.startswith("AL2023_"):
        return ()
    unknown = Unknown(OWN_IMAGE, place=resource.body.attribute("ami_type").place or resource.place)
    layer = undecided(Source.AMI, resource.address, unknown)
    return (layer.changed(lambda option, answer: answer if option in (HTTP_TOKENS, HOP_LIMIT) else Absent()),)


def node_group_tags(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the template's tags; the node group's own are not handed on. (EKS User Guide)."""
    for template in tags_of_templates(resource, root):
        yield Tags((template,), ("aws:", "eks:", "kubernetes.io/", "k8s.io/"))


def cluster(resource: Resource, _: RootIndex) -> Launch | None:
    """Say that nothing is known of the nodes of Auto Mode; None where it is off: node groups are separate resources."""
    modes = resource.body.blocks("compute_config")
    for mode in modes.items:
        enabled = mode.attribute("enabled")
        if isinstance(enabled, Known) and enabled.value is True:
            return unshown(resource, AUTO_MODE, mode.place)
        if not isinstance(enabled, (Known, Absent)):
            reason = Reason(ReasonKind.NOT_COMPUTED, "whether Auto Mode is on", cause=enabled.reason)
            return unshown(resource, reason, enabled.place)
    return None


TYPES: tuple[ResourceType, ...] = (
    ResourceType(
        name="aws_eks_node_group",
        launches=node_group,
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(node_group_tags, TagTarget.GROUP),
        template_paths=(("launch_template",),),
        renewal=replaced,
        workload=always("it runs the nodes of an EKS cluster"),
        identity=NO_IDENTITY,
        members=Members(groups=(("resources", "autoscaling_groups", "name"),)),
    ),
    ResourceType(
        name="aws_eks_cluster",
        launches=cluster,
        options=NO_OPTIONS,
        user_data=no_user_data,
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        terms=NOT_IN_TERRAFORM,
    ),
)
