"""Adapters are found by their file's name, and loaded only for what occurs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imdsguard.aws.types import adapter, wanted

ABILITIES = {
    "launches", "settings", "image", "region_default", "watch", "parts", "composite", "mute", "added_tag",
    "organization_policy", "attaches", "statements", "image_names",
}  # fmt: skip


def test_the_types_of_the_first_issue_are_there():
    assert wanted() >= {
        "aws_ami",
        "aws_autoscaling_group",
        "aws_cloudwatch_metric_alarm",
        "aws_ec2_fleet",
        "aws_ec2_instance_metadata_defaults",
        "aws_eks_node_group",
        "aws_instance",
        "aws_launch_configuration",
        "aws_launch_template",
        "aws_spot_fleet_request",
        "aws_spot_instance_request",
    }


def test_everything_that_launches_or_says_how_is_there():
    """The types of the provider's schema that have metadata options, or launch without (`aws` 6.62.0, `awscc`)."""
    assert wanted() >= {
        # metadata options of their own
        "aws_instance", "aws_launch_template", "aws_launch_configuration", "aws_spot_instance_request",
        "aws_ec2_instance_metadata_defaults", "aws_ami", "aws_ami_copy", "aws_ami_from_instance",
        "aws_imagebuilder_infrastructure_configuration", "aws_sagemaker_notebook_instance",
        "aws_elastic_beanstalk_environment", "aws_elastic_beanstalk_configuration_template",
        "aws_emr_security_configuration", "aws_emr_cluster", "aws_emr_instance_group", "aws_emr_instance_fleet",
        # a launch template, or a group
        "aws_autoscaling_group", "aws_ec2_fleet", "aws_spot_fleet_request", "aws_eks_node_group",
        "aws_batch_compute_environment", "aws_gamelift_game_server_group",
        "aws_imagebuilder_distribution_configuration", "aws_ecs_capacity_provider",
        # nothing at all
        "aws_gamelift_fleet", "aws_lightsail_instance", "aws_codebuild_fleet", "aws_cloud9_environment_ec2",
        "aws_appstream_fleet", "aws_appstream_image_builder", "aws_lambda_capacity_provider", "aws_eks_cluster",
        "aws_opsworks_instance",
        # Cloud Control
        "awscc_ec2_instance", "awscc_ec2_launch_template", "awscc_autoscaling_launch_configuration",
        "awscc_imagebuilder_infrastructure_configuration", "awscc_workspacesinstances_workspace_instance",
        "awscc_ec2_ec2_fleet", "awscc_ec2_spot_fleet", "awscc_autoscaling_auto_scaling_group",
        "awscc_batch_compute_environment", "awscc_ecs_capacity_provider",
        "awscc_imagebuilder_distribution_configuration",
        # policies of an organisation, alarms
        "aws_organizations_policy", "aws_organizations_policy_attachment", "awscc_organizations_policy",
        "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_alarm_mute_rule",
        "awscc_cloudwatch_alarm", "awscc_cloudwatch_composite_alarm", "awscc_cloudwatch_alarm_mute_rule",
    }  # fmt: skip


@pytest.mark.parametrize("resource_type", sorted(wanted()))
def test_an_adapter_can_do_something(resource_type):
    assert ABILITIES & set(vars(adapter(resource_type)))


def test_the_file_of_a_data_source_starts_with_data():
    assert "data.aws_iam_policy_document" in wanted()
    assert adapter("data.aws_iam_policy_document").__name__.endswith(".data_aws_iam_policy_document")
    assert adapter("aws_iam_policy_document") is None


def test_a_type_without_adapter_is_none():
    assert adapter("aws_s3_bucket") is None
    assert adapter("..types") is None


def loaded(code):
    program = f"import sys\n{code}\nprint(*(m for m in sys.modules if m.startswith('imdsguard.aws.adapters.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_listing_the_types_loads_no_adapter():
    assert loaded("from imdsguard.aws.types import wanted; wanted()") == []


def test_an_adapter_is_loaded_when_its_type_occurs():
    assert loaded("from imdsguard.aws.types import adapter; adapter('aws_ami')") == ["imdsguard.aws.adapters.aws_ami"]
