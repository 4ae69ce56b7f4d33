"""Which tags the instances of a launch get: what is handed on to them, by the records of their types.

(EC2 API, LaunchTemplateTagSpecification; Auto Scaling API, CreateAutoScalingGroup: a group's tag overrides that of the
launch template; EKS User Guide: tags of a node group are not handed on; Terraform AWS provider, `default_tags`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.tags.read import NONE
from imdsguard.aws.templates.launch_path import templates_on_paths
from imdsguard.aws.types.registry import record_of
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.tags import TagLayer, Tags
from imdsguard.model.value import Reference, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource

OUTSIDE = Unknown(Reason(ReasonKind.TEMPLATE_OUTSIDE))


def tags_of(resource: Resource, root: RootIndex) -> tuple[Tags, ...]:
    """Return the tags by each path by which a launch starts instances; at least one."""
    record = record_of(resource.kind)
    tags = record.tags if record is not None else None
    found = tuple(tags.read(resource, root)) if tags is not None else ()
    found = found or (Tags((_unread(resource),)),)
    if tags is None or tags.added_to is None:
        return found
    from imdsguard.aws.tags.added import AddedTags

    added = tuple(root.once(AddedTags).to(resource, tags.added_to))
    return tuple(Tags((*added, *each.layers), each.own) for each in found) if added else found


def tags_of_templates(resource: Resource, root: RootIndex, body: Body | None = None) -> list[TagLayer]:
    """Return what each template that a launch goes through says of instances: one silent layer if it has none.

    `body` is where the template is named, if that is not the resource itself.
    """
    return [_tags_of_template(found) for found in templates_on_paths(resource, root, body)] or [NONE]


def tags_at(address: str, root: RootIndex) -> TagLayer:
    """Return what the template at an address says of instances; an empty one stands for one out of sight."""
    return _tags_of_template(root.find(Reference(address)) if address else None)


def _tags_of_template(found: Resource | None) -> TagLayer:
    if found is None:
        return TagLayer({}, OUTSIDE)
    record = record_of(found.kind)
    shared = record.shared if record is not None else None
    return shared.tags(found) if shared is not None and shared.tags is not None else _unread(found)


def _unread(resource: Resource) -> TagLayer:
    return TagLayer({}, Unknown(Reason(ReasonKind.TAGS_UNREAD, resource.type)))
