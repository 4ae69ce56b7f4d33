"""The twins of the `awscc` provider: objects in place of blocks, and one option spelled differently."""

from __future__ import annotations

import pytest

from imdsguard.model.reason import refused
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Unknown
from imdsguard.report.reasons import sentence
from tests.aws.memory import estate, launch, ref, resource, unknown, verdict

REQUIRED = [{"http_endpoint": "enabled", "http_tokens": "required"}]
OPTIONAL = [{"http_tokens": "optional"}]
INSTANCE = "awscc_ec2_instance.web"
GROUP = "awscc_autoscaling_auto_scaling_group.web"
FLEET = "awscc_ec2_ec2_fleet.web"


def template(options=REQUIRED, name="web", **more):
    data = [{"metadata_options": options, **more}]
    return resource(f"awscc_ec2_launch_template.{name}", launch_template_name=name, launch_template_data=data)


def by(name="web", key="launch_template_id"):
    return [{key: ref(f"awscc_ec2_launch_template.{name}.{key}"), "version": "$Latest"}]


def test_an_instance_says_it_itself():
    assert verdict(resource(INSTANCE, metadata_options=REQUIRED)) == ("required", "launch")
    assert verdict(resource(INSTANCE, metadata_options=OPTIONAL)) == ("optional", "launch")
    assert verdict(resource(INSTANCE)) == ("optional", "service_default")


def test_the_provider_adds_no_endpoint():
    found = launch(resource(INSTANCE, metadata_options=[{"http_tokens": "required"}]))
    assert found.options["http_endpoint"].source.value == "service_default"


def test_ipv6_is_spelled_differently():
    found = launch(resource(INSTANCE, metadata_options=[{"http_protocol_ipv_6": "enabled"}]))
    assert found.options["http_protocol_ipv6"].value == "enabled"


def test_an_instance_by_its_template():
    assert verdict(template(), resource(INSTANCE, launch_template=by())) == ("required", "launch_template")
    named = [{"launch_template_name": "web", "version": "1"}]
    assert verdict(template(), resource(INSTANCE, launch_template=named)) == ("required", "launch_template")


def test_options_of_the_instance_over_the_template():
    both = resource(INSTANCE, launch_template=by(), metadata_options=OPTIONAL)
    assert verdict(template(), both) == ("optional", "launch")
    partial = resource(INSTANCE, launch_template=by(), metadata_options=[{"http_endpoint": "enabled"}])
    assert verdict(template(), partial) == ("unknown", "unknown")


def test_the_region_default_and_the_image_count():
    default = resource("aws_ec2_instance_metadata_defaults.all", http_tokens="required")
    assert verdict(default, resource(INSTANCE)) == ("required", "region_default")
    golden = resource("aws_ami.golden", imds_support="v2.0")
    assert verdict(golden, resource(INSTANCE, image_id=ref("aws_ami.golden.id"))) == ("required", "ami")


def test_a_template_without_data_says_nothing():
    empty = resource("awscc_ec2_launch_template.web")
    assert verdict(empty) == ("optional", "service_default")
    hidden = resource("awscc_ec2_launch_template.web", launch_template_data=Blocks((), unknown()))
    assert verdict(hidden) == ("unknown", "unknown")


@pytest.mark.parametrize(
    "arguments",
    [
        {"launch_template": by()},
        {"mixed_instances_policy": [{"launch_template": [{"launch_template_specification": by()}]}]},
        {"launch_configuration_name": ref("awscc_autoscaling_launch_configuration.web.launch_configuration_name")},
        {"launch_configuration_name": "web-1"},
    ],
    ids=str,
)
def test_a_group_by_each_of_its_forms(arguments):
    configuration = resource(
        "awscc_autoscaling_launch_configuration.web", launch_configuration_name="web-1", metadata_options=REQUIRED
    )
    assert launch(template(), configuration, resource(GROUP, **arguments)).state.value == "required"


def test_an_override_of_a_group_with_a_worse_template():
    overrides = [{"launch_template_specification": by("old")}, {"instance_type": "m5.large"}]
    policy = [{"launch_template": [{"launch_template_specification": by(), "overrides": overrides}]}]
    found = launch(template(), template(OPTIONAL, "old"), resource(GROUP, mixed_instances_policy=policy))
    assert (found.state.value, len(found.via)) == ("optional", 2)


def test_templates_of_both_providers_serve_both():
    aws = resource("aws_launch_template.web", name="web", metadata_options=REQUIRED)
    by_aws = [{"launch_template_id": ref("aws_launch_template.web.id"), "version": "1"}]
    assert verdict(aws, resource(GROUP, launch_template=by_aws)) == ("required", "launch_template")
    assert verdict(template(), resource("aws_autoscaling_group.web", launch_template=[{"name": "web"}])) == (
        "required",
        "launch_template",
    )


def test_a_launch_configuration_sends_what_it_says():
    configuration = resource(
        "awscc_autoscaling_launch_configuration.web", metadata_options=[{"http_tokens": "required"}]
    )
    assert verdict(configuration) == ("required", "launch")
    assert verdict(resource("awscc_autoscaling_launch_configuration.web"))[0] == "optional"


def fleet(overrides, kind="instant"):
    config = {"launch_template_specification": by(), "overrides": overrides}
    return resource(FLEET, type=kind, launch_template_configs=[config])


def test_a_fleet_by_its_template():
    assert verdict(template(), fleet([])) == ("required", "launch_template")
    assert verdict(template(), fleet([{"instance_type": "m5.large"}])) == ("required", "launch_template")


def test_an_override_can_undo_the_template():
    undone = fleet([{"instance_type": "m5.large"}, {"metadata_options": OPTIONAL}])
    assert verdict(template(), undone) == ("optional", "launch")


def test_an_override_can_put_the_template_right():
    assert verdict(template(OPTIONAL), fleet([{"metadata_options": REQUIRED}])) == ("required", "launch")
    beside = fleet([{"metadata_options": REQUIRED}, {"instance_type": "m5.large"}])
    assert verdict(template(OPTIONAL), beside) == ("optional", "launch_template")


def test_only_instant_fleets_take_options_in_overrides():
    found = launch(template(), fleet([{"metadata_options": OPTIONAL}], kind="maintain"))
    assert found.state.value == "unknown"
    assert "instant" in sentence(found.reason)


def test_a_fleet_that_names_nothing():
    assert sentence(launch(resource(FLEET)).reason) == "the fleet names no launch template"


def test_a_spot_fleet_has_no_options_in_specifications():
    specification = {"image_id": "ami-1", "metadata_options": REQUIRED}
    data = [{"launch_specifications": [specification]}]
    spot = resource("awscc_ec2_spot_fleet.web", spot_fleet_request_config_data=data)
    assert verdict(spot) == ("optional", "service_default")


def test_a_spot_fleet_by_a_template():
    data = [{"launch_template_configs": [{"launch_template_specification": by()}]}]
    spot = resource("awscc_ec2_spot_fleet.web", spot_fleet_request_config_data=data)
    assert verdict(template(), spot) == ("required", "launch_template")
    assert launch(resource("awscc_ec2_spot_fleet.web")).state.value == "unknown"


def test_a_workspaces_instance():
    address = "awscc_workspacesinstances_workspace_instance.desk"
    assert verdict(resource(address, managed_instance=[{"metadata_options": REQUIRED}])) == ("required", "launch")
    assert verdict(resource(address, managed_instance=[{"metadata_options": OPTIONAL}])) == ("optional", "launch")
    assert launch(resource(address, managed_instance=[{}])).state.value == "unknown"


def test_image_builder():
    address = "awscc_imagebuilder_infrastructure_configuration.build"
    assert verdict(resource(address, instance_metadata_options=REQUIRED)) == ("required", "launch")
    assert verdict(resource(address)) == ("optional", "service_default")


def test_unknown_options_are_unknown():
    hidden = resource(INSTANCE, metadata_options=Blocks((), Unknown(refused("var.options has no value"))))
    assert sentence(launch(hidden).reason) == "var.options has no value"


def test_what_starts_instances_is_not_left_to_the_rule_of_services():
    kinds = {each.kind.value for each in estate(template(), resource(INSTANCE), resource(GROUP), fleet([])).launches}
    assert kinds == {"launch template", "instance", "autoscaling group", "fleet"}


def test_a_capacity_provider_of_ecs_makes_its_group_a_host_of_containers():
    template = resource("aws_launch_template.t", metadata_options=[{"http_tokens": "required"}])
    group = resource(
        "awscc_autoscaling_auto_scaling_group.g",
        launch_template=[{"launch_template_id": ref("aws_launch_template.t.id")}],
    )
    arn = ref("awscc_autoscaling_auto_scaling_group.g.auto_scaling_group_arn")
    provider = resource("awscc_ecs_capacity_provider.p", auto_scaling_group_provider=[{"auto_scaling_group_arn": arn}])
    found = {each.address: each for each in estate(template, group, provider).launches}
    assert found["awscc_ecs_capacity_provider.p"].via == ("awscc_autoscaling_auto_scaling_group.g",)
    assert found["awscc_ecs_capacity_provider.p"].state.value == "required"
    assert "runs tasks of ECS on it" in found["awscc_autoscaling_auto_scaling_group.g"].delivery.workload_because
