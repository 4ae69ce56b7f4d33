"""`aws_ecs_capacity_provider`: container hosts of an Auto Scaling group, or instances that ECS manages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import same_as, unshown
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


MANAGED = "ECS launches and manages the instances itself, and what it sets for them is not documented"
GROUPS = ("aws_autoscaling_group", "awscc_autoscaling_auto_scaling_group")


def launches(resource: Resource, root: RootIndex) -> Launch | None:
    """Stand for the group's launch; what ECS does with managed instances is not documented."""
    for block in resource.body.blocks("auto_scaling_group_provider").items:
        value = block.attribute("auto_scaling_group_arn")
        for group in GROUPS:
            found = same_as(resource, value, group, root)
            if found is not None:
                return found
        why = "it is not in the code" if isinstance(value, Known) else "which one it is cannot be computed"
        return unshown(resource, f"it launches through an Auto Scaling group: {why}", value.place)
    managed = resource.body.blocks("managed_instances_provider")
    if managed.items or managed.unknown is not None:
        return unshown(resource, MANAGED)
    return None
