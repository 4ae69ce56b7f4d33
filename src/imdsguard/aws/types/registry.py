"""Which resource types are supported, told without importing any of them, and the record of each.

A type is a record in the file of its AWS service, and its name in `FILES`: a file whose records and whose names here
differ is refused when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.aws.types.resource_type import ResourceType

FILES: dict[str, tuple[str, ...]] = {
    "ec2": (
        "aws_instance", "aws_launch_template", "aws_ec2_fleet", "aws_spot_fleet_request", "aws_spot_instance_request",
        "aws_ec2_tag", "awscc_ec2_instance", "awscc_ec2_launch_template", "awscc_ec2_ec2_fleet", "awscc_ec2_spot_fleet",
        "data.aws_launch_template",
    ),
    "images": (
        "aws_ami", "aws_ami_copy", "aws_ami_from_instance", "data.aws_ami", "data.aws_ami_ids",
        "data.aws_ssm_parameter",
    ),
    "region_defaults": ("aws_ec2_instance_metadata_defaults",),
    "autoscaling": (
        "aws_autoscaling_group", "aws_autoscaling_group_tag", "aws_launch_configuration",
        "awscc_autoscaling_auto_scaling_group", "awscc_autoscaling_launch_configuration",
        "data.aws_launch_configuration",
    ),
    "eks": ("aws_eks_node_group", "aws_eks_cluster"),
    "ecs": ("aws_ecs_capacity_provider", "awscc_ecs_capacity_provider"),
    "batch_environments": ("aws_batch_compute_environment", "awscc_batch_compute_environment"),
    "emr": (
        "aws_emr_cluster", "aws_emr_instance_fleet", "aws_emr_instance_group", "aws_emr_security_configuration",
        "awscc_emr_security_configuration",
    ),
    "elastic_beanstalk": (
        "aws_elastic_beanstalk_environment", "aws_elastic_beanstalk_configuration_template",
        "awscc_elasticbeanstalk_environment", "awscc_elasticbeanstalk_configuration_template",
    ),
    "image_builder": (
        "aws_imagebuilder_infrastructure_configuration", "awscc_imagebuilder_infrastructure_configuration",
        "aws_imagebuilder_distribution_configuration", "awscc_imagebuilder_distribution_configuration",
        "aws_imagebuilder_component", "aws_imagebuilder_image_recipe", "aws_imagebuilder_container_recipe",
        "aws_imagebuilder_image", "aws_imagebuilder_image_pipeline",
    ),
    "systems_manager": (
        "aws_ssm_document", "aws_ssm_association", "aws_ssm_maintenance_window_task",
        "aws_ssm_maintenance_window_target", "awscc_ssm_document", "awscc_ssm_association",
    ),
    "managed_services": (
        "aws_sagemaker_notebook_instance", "aws_lightsail_instance", "aws_gamelift_game_server_group",
        "aws_gamelift_fleet", "aws_appstream_fleet", "aws_appstream_image_builder", "aws_cloud9_environment_ec2",
        "aws_codebuild_fleet", "aws_lambda_capacity_provider", "aws_opsworks_instance",
        "aws_drs_replication_configuration_template", "awscc_sagemaker_notebook_instance", "awscc_lightsail_instance",
        "awscc_gamelift_game_server_group", "awscc_gamelift_fleet", "awscc_appstream_fleet",
        "awscc_appstream_image_builder", "awscc_appstream_app_block_builder", "awscc_cloud9_environment_ec2",
        "awscc_codebuild_fleet", "awscc_deadline_fleet", "awscc_pcs_compute_node_group",
        "awscc_workspacesinstances_workspace_instance",
    ),
    "spot_ocean": ("spotinst_ocean_aws", "spotinst_ocean_aws_launch_spec"),
    "kubernetes": ("kubernetes_manifest", "kubectl_manifest", "helm_release"),
    "cloudwatch": (
        "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_alarm_mute_rule",
        "awscc_cloudwatch_alarm", "awscc_cloudwatch_composite_alarm", "awscc_cloudwatch_alarm_mute_rule",
        "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "awscc_events_rule",
    ),
    "organization_policies": (
        "aws_organizations_policy", "aws_organizations_policy_attachment", "awscc_organizations_policy",
        "data.aws_iam_policy_document",
    ),
    "boot_data": ("data.cloudinit_config", "data.template_cloudinit_config", "data.template_file"),
}  # fmt: skip
"""The types of each file, data sources as `data.aws_ami`."""

_FILE_OF = {name: file for file, names in FILES.items() for name in names}

RECORDS: dict[str, ResourceType] = {}
"""The records of the files that have been imported, by name. What a test adds is supported, too."""


def supported_types() -> frozenset[str]:
    """Return the resource types that have a record, data sources as `data.aws_ami`. Imports none of them."""
    return frozenset((*_FILE_OF, *RECORDS))


def record_of(kind: str) -> ResourceType | None:
    """Return the record of a resource type (`Resource.kind`), its file imported now; None if there is none."""
    found = RECORDS.get(kind)
    if found is None and kind in _FILE_OF:
        _load(_FILE_OF[kind])
        found = RECORDS[kind]
    return found


def _load(file: str) -> None:
    from importlib import import_module

    types: tuple[ResourceType, ...] = import_module(f"imdsguard.aws.types.{file}").TYPES
    records = {each.name: each for each in types}
    if records.keys() != set(FILES[file]):
        differing = ", ".join(sorted(records.keys() ^ set(FILES[file])))
        raise TypeError(f"the records of types/{file}.py and its names in types/registry.py differ: {differing}")
    RECORDS.update(records)
