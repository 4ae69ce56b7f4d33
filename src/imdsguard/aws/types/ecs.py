"""ECS: container hosts of an Auto Scaling group, or instances that ECS manages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.managed_services import same_as, unshown
from imdsguard.aws.types.resource_type import NO_IDENTITY, NO_OPTIONS, ResourceType, no_user_data
from imdsguard.aws.workload import always
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.service_terms import NOT_IN_TERRAFORM
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

MANAGED = Reason(ReasonKind.INSTANCES_OF_SERVICE, "ECS")
NOT_THERE = Reason(ReasonKind.NOT_IN_CODE, "it")
WHICH = Reason(ReasonKind.NOT_COMPUTED, "which one it is")
GROUPS = ("aws_autoscaling_group", "awscc_autoscaling_auto_scaling_group")


def capacity_provider(resource: Resource, root: RootIndex) -> Launch | None:
    """Stand for the group's launch; what ECS does with managed instances is not documented."""
    for value in groups(resource):
        found = same_as(resource, value, GROUPS, root)
        if found is not None:
            return found
        why = NOT_THERE if isinstance(value, Known) else WHICH
        return unshown(resource, Reason(ReasonKind.THROUGH_GROUP, cause=why), value.place)
    managed = resource.body.blocks("managed_instances_provider")
    if managed.items or managed.unknown is not None:
        return unshown(resource, MANAGED)
    return None


def groups(resource: Resource) -> Iterator[Value]:
    """Yield the ARN of each group on which it runs tasks."""
    for block in resource.body.blocks("auto_scaling_group_provider").items:
        yield block.attribute("auto_scaling_group_arn")


CAPACITY_PROVIDER = ResourceType(
    name="aws_ecs_capacity_provider",
    launches=capacity_provider,
    hosts_on=groups,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=always("it runs tasks of an ECS cluster"),
    identity=NO_IDENTITY,
    terms=NOT_IN_TERRAFORM,
)

TYPES: tuple[ResourceType, ...] = (
    CAPACITY_PROVIDER,
    replace(CAPACITY_PROVIDER, name="awscc_ecs_capacity_provider"),  # the same names, of objects in place of blocks
)
