"""Adapters are found by their file's name, and loaded only for what occurs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imdsguard.aws.types import adapter, wanted

ABILITIES = {
    "launches", "settings", "image", "region_default", "watch", "parts", "composite", "mute",
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
