"""`aws_emr_instance_group`: adds instances to an EMR cluster, which get what the cluster's get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import same_as, unshown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Stand for the cluster's launch."""
    value = resource.body.attribute("cluster_id")
    found = same_as(resource, value, "aws_emr_cluster", root)
    return found or unshown(resource, "its EMR cluster, and the cluster's security configuration, are not in the code")
