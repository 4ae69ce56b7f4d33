"""`aws_ec2_tag`: adds one tag to something of EC2, perhaps to an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.tags.read import from_pair

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource
    from imdsguard.model.tags import TagLayer
    from imdsguard.model.value import Value


def added_tag(resource: Resource) -> tuple[Value, TagLayer]:
    """Give the id of what is tagged, and the tag."""
    return resource.body.attribute("resource_id"), from_pair(resource.body)
