"""Spot Ocean: clusters of nodes that Spot.io launches in the account, and their launch specifications."""

from __future__ import annotations

from imdsguard.aws.types.managed_services import by_block
from imdsguard.aws.types.resource_type import NO_IDENTITY, OwnOptions, ResourceType
from imdsguard.aws.user_data.of_launch import arguments_of
from imdsguard.aws.workload import always
from imdsguard.model.record import replace
from imdsguard.model.service_terms import ServiceTerms

BLOCK = "instance_metadata_options"
EXAMPLE = f'{BLOCK} {{\n  http_tokens = "required"\n}}'

CLUSTER = ResourceType(
    name="spotinst_ocean_aws",
    launches=by_block(BLOCK),
    options=OwnOptions((BLOCK,), EXAMPLE),
    user_data=lambda resource: arguments_of(resource.body),
    template_paths=(),
    workload=always("it runs the nodes of a cluster"),
    identity=NO_IDENTITY,
    terms=ServiceTerms(EXAMPLE),
)
"""(Terraform provider spotinst, pages "spotinst_ocean_aws" and "spotinst_ocean_aws_launch_spec".

What Ocean sets without the block is not documented.)
"""

TYPES: tuple[ResourceType, ...] = (
    CLUSTER,
    replace(CLUSTER, name="spotinst_ocean_aws_launch_spec"),
)
