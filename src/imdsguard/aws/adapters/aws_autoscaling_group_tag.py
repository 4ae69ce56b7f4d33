"""`aws_autoscaling_group_tag`: adds one tag to a group, also to one that EKS made, and to what that launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.tags.read import from_list

HANDED = "propagate_at_launch"

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource
    from imdsguard.model.tags import TagLayer
    from imdsguard.model.value import Value


def added_tag(resource: Resource) -> tuple[Value, TagLayer]:
    """Give the name of the group, and the tag if it is handed on to instances."""
    return resource.body.attribute("autoscaling_group_name"), from_list(resource.body.blocks("tag"), HANDED)
