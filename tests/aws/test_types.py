"""Types are records: found by name, imported only for what occurs, and silent about nothing that a rule asks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import imdsguard
from imdsguard import Policy, Verdict, judge, load_rules, rule_files
from imdsguard.aws.estate import build
from imdsguard.aws.types import registry
from imdsguard.aws.types.managed_services import by_block
from imdsguard.aws.types.registry import FILES, record_of, supported_types
from imdsguard.aws.types.resource_type import BLOCK, OwnOptions, ResourceType, TagAdder
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

RECORDS = [record_of(kind) for kind in sorted(supported_types())]
LAUNCHING = [record for record in RECORDS if record.launches is not None]
SOURCE = Path(imdsguard.__file__).parent


def findings_of(folder):
    """What all rules find in a folder of Terraform, apart from passes: rule, verdict, message, remedy."""
    reading = read([str(folder)], Inputs(), supported_types())
    assert reading.problems == ()
    estate = build([(root.stack, root.resources) for root in reading.roots])
    outcome = judge(estate, load_rules(rule_files()), Policy())
    assert outcome.problems == ()
    return [
        (each.rule, each.verdict.value, each.message, each.remedy)
        for each in outcome.findings
        if each.verdict is not Verdict.PASS
    ]


# --- the registry ---


def test_everything_that_launches_or_says_how_is_there():
    """The types of the provider's schema that have metadata options, or launch without (`aws` 6.62.0, `awscc`)."""
    assert supported_types() >= {
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
        "awscc_imagebuilder_distribution_configuration", "awscc_pcs_compute_node_group", "awscc_deadline_fleet",
        "awscc_gamelift_game_server_group", "awscc_gamelift_fleet", "awscc_sagemaker_notebook_instance",
        "awscc_appstream_fleet", "awscc_appstream_image_builder", "awscc_appstream_app_block_builder",
        "awscc_emr_security_configuration", "awscc_elasticbeanstalk_environment", "awscc_lightsail_instance",
        "awscc_cloud9_environment_ec2", "awscc_codebuild_fleet",
        # of other providers
        "spotinst_ocean_aws", "spotinst_ocean_aws_launch_spec", "kubernetes_manifest", "kubectl_manifest",
        "helm_release",
        # policies of an organisation, alarms
        "aws_organizations_policy", "aws_organizations_policy_attachment", "awscc_organizations_policy",
        "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_alarm_mute_rule",
        "awscc_cloudwatch_alarm", "awscc_cloudwatch_composite_alarm", "awscc_cloudwatch_alarm_mute_rule",
    }  # fmt: skip


def test_every_file_of_the_folder_has_its_types_in_the_registry():
    """So a record that nobody lists is found, and one listed twice."""
    folder = SOURCE / "aws" / "types"
    written = {path.stem for path in folder.glob("*.py") if re.search(r"^TYPES: ", path.read_text(), re.MULTILINE)}
    assert written == set(FILES)
    names = [name for names in FILES.values() for name in names]
    assert len(names) == len(set(names))
    assert {record.name for record in RECORDS} == set(names)


def test_a_file_whose_records_are_not_those_of_the_registry_is_refused(monkeypatch):
    monkeypatch.setitem(registry.FILES, "eks", ("aws_eks_node_group", "aws_eks_clutser"))
    with pytest.raises(TypeError, match=r"types/eks\.py .* differ: aws_eks_cluster, aws_eks_clutser"):
        registry._load("eks")


def test_a_type_without_record_is_none():
    assert record_of("aws_s3_bucket") is None
    assert record_of("aws_iam_policy_document") is None  # the data source has one
    assert record_of("..registry") is None


def loaded(code):
    program = f"import sys\n{code}\nprint(*(m for m in sys.modules if m.startswith('imdsguard.aws.types.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.rpartition(".")[2] for name in done.stdout.split()}


def test_listing_the_types_loads_no_record():
    assert loaded("from imdsguard.aws.types.registry import supported_types; supported_types()") == {"registry"}


def test_a_file_is_loaded_when_one_of_its_types_occurs():
    code = "from imdsguard.aws.types.registry import record_of; record_of('aws_ami')"
    assert loaded(code) & FILES.keys() == {"images"}


# --- what a record says ---

SAID_OF_LAUNCHES = (
    "options", "user_data", "tags", "template_paths", "renewal", "workload", "identity", "members", "terms",
)  # fmt: skip
"""The fields that rules ask of types that launch."""

UNKNOWN = {
    "tags": {
        "awscc_workspacesinstances_workspace_instance", "aws_launch_template", "awscc_ec2_launch_template",
        "aws_launch_configuration", "awscc_autoscaling_launch_configuration", "aws_eks_cluster",
        "aws_ecs_capacity_provider", "awscc_ecs_capacity_provider", "aws_emr_instance_group", "aws_emr_instance_fleet",
        "aws_elastic_beanstalk_configuration_template", "aws_imagebuilder_distribution_configuration",
        "awscc_imagebuilder_distribution_configuration", "aws_sagemaker_notebook_instance", "aws_lightsail_instance",
        "aws_gamelift_game_server_group", "aws_gamelift_fleet", "aws_appstream_fleet", "aws_appstream_image_builder",
        "aws_cloud9_environment_ec2", "aws_codebuild_fleet", "aws_lambda_capacity_provider", "aws_opsworks_instance",
        "aws_emr_security_configuration", "awscc_emr_security_configuration", "awscc_sagemaker_notebook_instance",
        "awscc_elasticbeanstalk_configuration_template", "awscc_lightsail_instance",
        "awscc_gamelift_game_server_group", "awscc_gamelift_fleet", "awscc_appstream_fleet",
        "awscc_appstream_image_builder", "awscc_appstream_app_block_builder", "awscc_cloud9_environment_ec2",
        "awscc_codebuild_fleet", "awscc_deadline_fleet", "awscc_pcs_compute_node_group",
        "aws_drs_replication_configuration_template", "spotinst_ocean_aws", "spotinst_ocean_aws_launch_spec",
        "kubernetes_manifest", "kubectl_manifest", "helm_release",
    },
    "members": {
        "aws_appstream_fleet", "aws_appstream_image_builder", "aws_batch_compute_environment",
        "aws_cloud9_environment_ec2", "aws_codebuild_fleet", "aws_drs_replication_configuration_template",
        "aws_ecs_capacity_provider", "aws_eks_cluster", "aws_emr_security_configuration", "aws_gamelift_fleet",
        "aws_gamelift_game_server_group", "aws_imagebuilder_distribution_configuration",
        "aws_imagebuilder_infrastructure_configuration", "aws_lambda_capacity_provider", "aws_lightsail_instance",
        "aws_opsworks_instance", "aws_sagemaker_notebook_instance", "awscc_appstream_app_block_builder",
        "awscc_appstream_fleet", "awscc_appstream_image_builder", "awscc_batch_compute_environment",
        "awscc_cloud9_environment_ec2", "awscc_codebuild_fleet", "awscc_deadline_fleet", "awscc_ecs_capacity_provider",
        "awscc_emr_security_configuration", "awscc_gamelift_fleet", "awscc_gamelift_game_server_group",
        "awscc_imagebuilder_distribution_configuration", "awscc_imagebuilder_infrastructure_configuration",
        "awscc_lightsail_instance", "awscc_pcs_compute_node_group", "awscc_sagemaker_notebook_instance",
        "awscc_workspacesinstances_workspace_instance", "helm_release", "kubectl_manifest", "kubernetes_manifest",
        "spotinst_ocean_aws", "spotinst_ocean_aws_launch_spec",
    },
}  # fmt: skip
"""What nobody has looked up, so that the answer is unknown."""

DOCUMENTED_RENEWALS = {
    "aws_instance", "aws_eks_node_group", "aws_autoscaling_group", "aws_batch_compute_environment",
    "awscc_batch_compute_environment",
}  # fmt: skip
"""Where it is documented what becomes of running instances; of all others nothing is said."""


@pytest.mark.parametrize("record", LAUNCHING, ids=lambda record: record.name)
def test_a_record_says_something_of_all_that_rules_ask(record):
    silent = {name for name in SAID_OF_LAUNCHES if getattr(record, name) is None}
    expected = {name for name, types in UNKNOWN.items() if record.name in types}
    if record.name not in DOCUMENTED_RENEWALS:
        expected.add("renewal")
    if record.terms is None:
        assert record.name in IN_TERMS_OF_EC2
        expected.add("terms")
    assert silent == expected


IN_TERMS_OF_EC2 = {
    "aws_instance", "awscc_ec2_instance", "aws_launch_template", "awscc_ec2_launch_template", "aws_ec2_fleet",
    "awscc_ec2_ec2_fleet", "aws_spot_fleet_request", "awscc_ec2_spot_fleet", "aws_spot_instance_request",
    "aws_autoscaling_group", "awscc_autoscaling_auto_scaling_group", "aws_launch_configuration",
    "awscc_autoscaling_launch_configuration", "aws_eks_node_group",
}  # fmt: skip
"""Types that are no managed service: the rule on services does not judge them."""


@pytest.mark.parametrize("record", [each for each in RECORDS if each.launches is None], ids=lambda record: record.name)
def test_a_record_that_launches_nothing_is_something_else(record):
    roles = (
        record.shared, record.image, record.region_default, record.alarm, record.composite, record.mute, record.parts,
        record.event_rule, record.event_target, record.runs_code, record.commands, record.components, record.takes_in,
        record.organization_policy, record.attaches, record.statements, record.image_names, record.adds_tag,
    )  # fmt: skip
    assert any(role is not None for role in roles)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ResourceType(name="aws_toy", lauches=record_of("aws_instance").launches),
        lambda: replace(record_of("aws_instance"), optoins=OwnOptions((BLOCK,))),
        lambda: ResourceType(),
        lambda: OwnOptions(),
        lambda: TagAdder(record_of("aws_ec2_tag").adds_tag.read, prefx="i-"),
    ],
)
def test_a_field_that_is_misspelt_or_left_out_is_refused(make):
    with pytest.raises(TypeError):
        make()


# --- a type of one's own ---

NODE_GROUP = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_launch_template" "t" {
  image_id = "ami-1"
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}

resource "aws_eks_node_group" "g" {
  cluster_name  = "c"
  node_role_arn = "arn:aws:iam::1:role/x"
  subnet_ids    = ["s"]
  launch_template {
    id      = aws_launch_template.t.id
    version = 1
  }
}
"""


def test_the_record_of_a_type_under_another_name_gives_the_same_findings(tmp_path, monkeypatch):
    (tmp_path / "main.tf").write_text(NODE_GROUP)
    original = findings_of(tmp_path)
    monkeypatch.setitem(
        registry.RECORDS, "aws_toy_group", replace(record_of("aws_eks_node_group"), name="aws_toy_group")
    )
    (tmp_path / "main.tf").write_text(NODE_GROUP.replace("aws_eks_node_group", "aws_toy_group"))
    found = findings_of(tmp_path)
    assert found == [tuple(text.replace("aws_eks_node_group", "aws_toy_group") for text in each) for each in original]
    assert {rule for rule, *_ in found} == {
        "hop-limit-too-high",
        "launch-template-version-stale",
        "region-default-missing",
        "rejected-call-alarm-missing",
    }


def test_what_a_record_does_not_say_is_unknown(tmp_path, monkeypatch):
    """Of a node group of which nothing but its launch is known, no rule says that all is well."""
    bare = ResourceType(name="aws_toy_group", launches=record_of("aws_eks_node_group").launches)
    monkeypatch.setitem(registry.RECORDS, "aws_toy_group", bare)
    (tmp_path / "main.tf").write_text(NODE_GROUP.replace("aws_eks_node_group", "aws_toy_group"))
    found = {rule: message for rule, verdict, message, _ in findings_of(tmp_path) if verdict == "unknown"}
    reasons = {rule: re.split("whole, |: |, and ", message)[-1] for rule, message in found.items()}
    assert reasons == {
        "hop-limit-too-high": "what runs on instances of aws_toy_group is not known",
        "launch-template-version-stale": "where aws_toy_group names the version of its launch template is not known",
        "setting-never-sent": "where it has any is not known",
        "user-data-tokenless-call": "where aws_toy_group has its user data is not known",
    }


TOY_SERVICE = 'resource "aws_toy_service" "s" {{\n  metadata_options {{\n    http_tokens = "{}"\n  }}\n}}\n'


@pytest.mark.parametrize(("tokens", "verdict"), [("required", None), ("optional", "fail"), ("sometimes", "unknown")])
def test_a_service_with_a_block_of_its_own_is_judged_by_it(tokens, verdict, tmp_path, monkeypatch):
    record = ResourceType(name="aws_toy_service", launches=by_block(BLOCK), options=OwnOptions((BLOCK,)))
    monkeypatch.setitem(registry.RECORDS, "aws_toy_service", record)
    (tmp_path / "main.tf").write_text(TOY_SERVICE.format(tokens))
    found = [each for each in findings_of(tmp_path) if each[0] == "service-tokens-optional"]
    assert [each[1] for each in found] == ([verdict] if verdict else [])
    assert all("metadata_options {" in each[3] and "nothing in Terraform" not in each[3] for each in found)


# --- no table of types elsewhere ---

TYPE_NAME = re.compile(r"(?:data\.)?(?:aws|awscc)_[a-z0-9]\w*\.?")
LISTED_ELSEWHERE = {
    # what an edit writes anew, in the words of Terraform
    "fix/mend_account.py": {"aws_cloudwatch_metric_alarm", "aws_ec2_instance_metadata_defaults", "aws_sns_topic"},
    "policy/where.py": {"aws_instance", "aws_launch_template"},  # examples of what a policy may name, for its schema
    "terraform/documents/document_body.py": {"aws_autoscaling_group."},  # what its provider fills in: no matter of AWS
}


def test_no_other_file_knows_a_type_by_name():
    found = {}
    for path in SOURCE.rglob("*.py"):
        inside = path.relative_to(SOURCE)
        if inside.parts[:2] == ("aws", "types"):
            continue
        names = {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and TYPE_NAME.fullmatch(node.value)
        }
        if names:
            found[inside.as_posix()] = names
    assert found == LISTED_ELSEWHERE


def test_no_rule_asks_for_a_type_by_name():
    rules = [
        (path.name, node.value)
        for path in map(Path, rule_files().values())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TYPE_NAME.fullmatch(node.value)
    ]
    assert rules == []
