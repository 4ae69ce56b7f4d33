"""What services say of tokens, in words of their own, and what they leave unsaid."""

from __future__ import annotations

import json

import pytest

from imdsguard.aws.types.elastic_beanstalk import platform_default
from imdsguard.aws.types.emr import knows_tokens
from imdsguard.model.resource import Blocks
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, launch, ref, resource, unknown, verdict

REQUIRED = [{"http_endpoint": "enabled", "http_tokens": "required"}]
DEFAULT = resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required")
NAMESPACE = "aws:autoscaling:launchconfiguration"
AL2023 = "64bit Amazon Linux 2023 v4.0.1 running Python 3.11"
AL2 = "64bit Amazon Linux 2 v3.5.9 running Python 3.8"


def states(*resources):
    return {each.address: each.state.value for each in estate(*resources).launches}


# SageMaker


@pytest.mark.parametrize(
    ("version", "state"), [("1", "optional"), ("2", "required"), (2, "required"), ("3", "unknown")]
)
def test_a_notebook_by_its_minimum_version(version, state):
    block = [{"minimum_instance_metadata_service_version": version}]
    notebook = resource("aws_sagemaker_notebook_instance.x", instance_metadata_service_configuration=block)
    assert launch(notebook).state.value == state


def test_a_notebook_has_nothing_of_the_account():
    found = launch(DEFAULT, resource("aws_sagemaker_notebook_instance.x"))
    assert (found.state.value, found.follows_account, found.once_required.covered) == ("optional", False, None)


# Elastic Beanstalk


@pytest.mark.parametrize(
    ("platform", "tokens"),
    [
        (AL2023, "required"),
        (AL2, "optional"),
        ("64bit Amazon Linux 2018.03 v2.9.0 running PHP 5.6", "optional"),
        ("64bit Windows Server 2022 v2.13.0 running IIS 10.0", "required"),
        ("64bit Windows Server Core 2025 v2.19.0 running IIS 10.0", "required"),
        ("64bit Windows Server Core 2019 v2.11.3 running IIS 10.0", "optional"),
        (
            "arn:aws:elasticbeanstalk:eu-west-1::platform/Python 3.11 running on 64bit Amazon Linux 2023/4.0.1",
            "required",
        ),
        ("arn:aws:elasticbeanstalk:eu-west-1:111122223333:platform/our-own/1.0.0", None),
    ],
)
def test_a_platform_has_a_default(platform, tokens):
    assert platform_default(platform) == tokens


def environment(*settings, **more):
    blocks = [dict(zip(("namespace", "name", "value"), setting, strict=True)) for setting in settings]
    return resource("aws_elastic_beanstalk_environment.shop", setting=blocks, **more)


def test_the_setting_beats_the_platform():
    on, off = (NAMESPACE, "DisableIMDSv1", "true"), (NAMESPACE, "DisableIMDSv1", "false")
    assert verdict(environment(on, solution_stack_name=AL2)) == ("required", "launch")
    assert verdict(environment(off, solution_stack_name=AL2023)) == ("optional", "launch")


def test_other_settings_say_nothing():
    other = (NAMESPACE, "InstanceType", "true"), ("aws:ec2:instances", "DisableIMDSv1", "true")
    assert launch(environment(*other, solution_stack_name=AL2)).state.value == "optional"


@pytest.mark.parametrize(
    "setting",
    [
        (NAMESPACE, unknown(), "true"),
        (unknown(), "DisableIMDSv1", "true"),
        (NAMESPACE, "DisableIMDSv1", unknown()),
        (NAMESPACE, "DisableIMDSv1", "yes"),
    ],
    ids=["name", "namespace", "value", "refused"],
)
def test_a_setting_that_may_be_the_one(setting):
    assert launch(environment(setting, solution_stack_name=AL2023)).state.value == "unknown"


def test_a_setting_of_another_name_is_not_the_one_whatever_its_namespace():
    assert launch(environment((unknown(), "InstanceType", "x"), solution_stack_name=AL2023)).state.value == "required"


def test_settings_that_contradict_each_other():
    on, off = (NAMESPACE, "DisableIMDSv1", "true"), (NAMESPACE, "DisableIMDSv1", "false")
    assert "twice" in sentence(launch(environment(on, off)).reason)


def test_settings_that_cannot_be_computed():
    shop = resource("aws_elastic_beanstalk_environment.shop", setting=Blocks((), unknown()), solution_stack_name=AL2023)
    assert sentence(launch(shop).reason) == "var.x has no value"


def base(setting=("true",), **more):
    blocks = [{"namespace": NAMESPACE, "name": "DisableIMDSv1", "value": value} for value in setting]
    return resource("aws_elastic_beanstalk_configuration_template.base", name="base", setting=blocks, **more)


def test_the_settings_of_a_configuration_template():
    reference = ref("aws_elastic_beanstalk_configuration_template.base.name")
    found = launch(base(), environment(template_name=reference))
    assert (found.state.value, found.via) == ("required", ("aws_elastic_beanstalk_configuration_template.base",))
    assert launch(base(), environment(template_name="base")).state.value == "required"
    off = (NAMESPACE, "DisableIMDSv1", "false")
    assert launch(base(), environment(off, template_name=reference)).state.value == "optional"


def test_the_platform_of_a_configuration_template():
    stack = base((), solution_stack_name=AL2)
    assert launch(stack, environment(template_name="base")).state.value == "optional"
    assert launch(environment(template_name="elsewhere", solution_stack_name=AL2)).state.value == "unknown"


def test_a_region_default_may_come_in_where_the_setting_is_not_given():
    assert "not documented" in sentence(launch(DEFAULT, environment(solution_stack_name=AL2)).reason)


# EMR


def emr(configuration, value=None):
    security = resource("aws_emr_security_configuration.nodes", name="nodes", configuration=configuration)
    given = ref("aws_emr_security_configuration.nodes.id") if value is None else value
    return security, resource("aws_emr_cluster.spark", security_configuration=given)


def metadata(**section):
    return json.dumps({"InstanceMetadataServiceConfiguration": section})


@pytest.mark.parametrize(("version", "state"), [(1, "optional"), (2, "required"), (3, "unknown"), (True, "unknown")])
def test_a_cluster_by_its_security_configuration(version, state):
    found = launch(*emr(metadata(MinimumInstanceMetadataServiceVersion=version, HttpPutResponseHopLimit=2)))
    assert found.state.value == state
    assert found.options["http_put_response_hop_limit"].value == 2


def test_a_cluster_by_the_name_of_its_security_configuration():
    assert launch(*emr(metadata(MinimumInstanceMetadataServiceVersion=2), "nodes")).state.value == "required"


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"InstanceMetadataServiceConfiguration": 2}', "{", "[" * 100_000, unknown()]
)
def test_a_configuration_that_says_nothing_leaves_emr_unknown(text):
    assert launch(*emr(text)).state.value == "unknown"


def test_a_cluster_without_or_with_another_configuration():
    assert "not documented" in sentence(launch(resource("aws_emr_cluster.spark")).reason)
    assert "not in the code" in sentence(launch(*emr("{}", "elsewhere")).reason)
    assert "cannot be computed" in sentence(launch(*emr("{}", unknown())).reason)


@pytest.mark.parametrize("kind", ["aws_emr_instance_group", "aws_emr_instance_fleet"])
def test_what_is_added_to_a_cluster_gets_what_the_cluster_gets(kind):
    cluster = emr(metadata(MinimumInstanceMetadataServiceVersion=1))
    found = launch(*cluster, resource(f"{kind}.more", cluster_id=ref("aws_emr_cluster.spark.id")))
    assert (found.state.value, found.via, found.follows_account) == ("optional", ("aws_emr_cluster.spark",), False)
    assert launch(resource(f"{kind}.more", cluster_id="j-1")).state.value == "unknown"


# Batch and GameLift: through launch templates


def template(options=REQUIRED, **more):
    return resource("aws_launch_template.hosts", name="hosts", metadata_options=options, **more)


def batch(kind="aws_batch_compute_environment", **compute):
    return resource(f"{kind}.jobs", type="MANAGED", compute_resources=[{"type": "EC2", **compute}])


BY = [{"launch_template_id": ref("aws_launch_template.hosts.id")}]


@pytest.mark.parametrize("kind", ["aws_batch_compute_environment", "awscc_batch_compute_environment"])
def test_batch_by_a_template(kind):
    assert verdict(template(), batch(kind, launch_template=BY)) == ("required", "launch_template")


def test_batch_picks_the_image_where_nobody_names_one():
    silent = template([])
    assert "Batch picks the image" in sentence(launch(silent, batch(launch_template=BY)).reason)
    assert launch(silent, batch(launch_template=BY, image_id="ami-1")).state.value == "optional"
    assert launch(template([], image_id="ami-1"), batch(launch_template=BY)).state.value == "optional"
    override = [{"image_id_override": "ami-1"}]
    assert launch(silent, batch(launch_template=BY, ec2_configuration=override)).state.value == "optional"
    assert verdict(DEFAULT, silent, batch(launch_template=BY)) == ("required", "region_default")


def test_batch_without_a_template_is_not_documented():
    assert "not documented" in sentence(launch(batch()).reason)


def test_batch_overrides_by_instance_type():
    worse = resource("aws_launch_template.old", name="old", metadata_options=[{"http_tokens": "optional"}])
    block = [{**BY[0], "overrides": [{"launch_template_id": ref("aws_launch_template.old.id")}]}]
    assert launch(template(), worse, batch("awscc_batch_compute_environment", launch_template=block)).state.value == (
        "optional"
    )


def test_batch_that_launches_no_instances():
    fargate = batch(type="FARGATE_SPOT")
    unmanaged = resource("aws_batch_compute_environment.own", type="UNMANAGED")
    assert states(fargate, unmanaged) == {}


def test_a_game_server_group_is_a_group_of_this_account():
    group = resource("aws_gamelift_game_server_group.x", launch_template=[{"id": ref("aws_launch_template.hosts.id")}])
    found = launch(template(), group)
    assert (found.state.value, found.kind.value, found.follows_account) == ("required", "managed service", True)


# ECS


def provider(value):
    block = [{"auto_scaling_group_arn": value}]
    return resource("aws_ecs_capacity_provider.hosts", auto_scaling_group_provider=block)


def test_a_capacity_provider_stands_for_its_group():
    group = resource("aws_autoscaling_group.hosts", launch_template=[{"id": ref("aws_launch_template.hosts.id")}])
    found = launch(template(), group, provider(ref("aws_autoscaling_group.hosts.arn")))
    assert (found.state.value, found.via) == ("required", ("aws_autoscaling_group.hosts",))


def test_a_capacity_provider_of_another_group():
    assert "not in the code" in sentence(launch(provider("arn:aws:autoscaling:eu-west-1:1:group")).reason)
    managed = resource("aws_ecs_capacity_provider.m", managed_instances_provider=[{}])
    assert "not documented" in sentence(launch(managed).reason)
    assert states(resource("aws_ecs_capacity_provider.none")) == {}


# The rest


@pytest.mark.parametrize(
    ("mode", "state"),
    [([{"enabled": True}], "unknown"), ([{"enabled": unknown()}], "unknown"), ([{"enabled": False}], None)],
)
def test_eks_launches_in_auto_mode_only(mode, state):
    assert states(resource("aws_eks_cluster.x", compute_config=mode)).get("aws_eks_cluster.x") == state


def test_lightsail_is_optional_by_its_own_default():
    assert verdict(DEFAULT, resource("aws_lightsail_instance.x")) == ("optional", "service_default")


def test_image_builder_follows_ec2():
    address = "aws_imagebuilder_infrastructure_configuration.x"
    assert verdict(resource(address)) == ("optional", "service_default")
    assert verdict(DEFAULT, resource(address)) == ("required", "region_default")
    assert verdict(resource(address, instance_metadata_options=REQUIRED)) == ("required", "launch")


@pytest.mark.parametrize(
    "kind",
    [
        "aws_appstream_fleet",
        "aws_appstream_image_builder",
        "aws_cloud9_environment_ec2",
        "aws_codebuild_fleet",
        "aws_gamelift_fleet",
        "aws_lambda_capacity_provider",
        "aws_opsworks_instance",
    ],
)
def test_where_no_argument_tells_the_answer_is_unknown_even_with_a_region_default(kind):
    found = launch(DEFAULT, resource(f"{kind}.x"))
    assert (found.state.value, found.follows_account) == ("unknown", False)
    assert "not documented" in sentence(found.reason)


@pytest.mark.parametrize(
    ("release", "knows"),
    [
        ("emr-4.9.6", False), ("emr-5.23.0", False), ("emr-5.23.1", True), ("emr-5.24.1", False), ("emr-5.27.1", True),
        ("emr-5.31.0", False), ("emr-5.32.0", True), ("emr-6.0.0", False), ("emr-6.1.1", False), ("emr-6.2.0", True),
        ("emr-7.9.0", True), ("emr-spark-8.0", None), ("latest", None),
    ],
)  # fmt: skip
def test_releases_of_emr_that_work_without_imdsv1(release, knows):
    assert knows_tokens(release) is knows


@pytest.mark.parametrize(("version", "hops"), [("karpenter.k8s.aws/v1", 1), ("karpenter.k8s.aws/v1beta1", 2)])
def test_karpenter_has_defaults_of_its_own(version, hops):
    found = launch(resource("kubernetes_manifest.x", manifest={"apiVersion": version, "kind": "EC2NodeClass"}))
    assert (found.state.value, found.options["http_put_response_hop_limit"].effective) == ("required", hops)


def test_a_manifest_that_refers_to_itself_is_read_to_an_end():
    text = "kind: EC2NodeClass\nspec: &a\n  again: *a\n  metadataOptions: {httpTokens: optional}\n"
    assert launch(resource("kubectl_manifest.x", yaml_body=text)).state.value == "optional"


def test_options_of_a_manifest_that_cannot_be_computed_are_unknown():
    manifest = {"kind": "EC2NodeClass", "spec": {"metadataOptions": unknown("var.options has no value")}}
    found = launch(resource("kubernetes_manifest.x", manifest=manifest))
    assert (found.state.value, sentence(found.reason)) == ("unknown", "var.options has no value")
