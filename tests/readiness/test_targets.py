"""Which instances are asked about: of states of both forms, plans, and code with its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imdsguard import read
from imdsguard.model.readiness import LeftOut, MemberNames
from imdsguard.readiness.targets import ReadinessTarget, Targets, switching, targets_of
from tests.readiness.states import ACCOUNT, REGION, instance, resource, state
from tests.readiness.test_saved import ID, PLAN

FIRST, SECOND = "i-0123456789abcdef0", "i-0123456789abcdef1"


def targets(text: str) -> Targets:
    return targets_of(read(["-"], stdin=text.encode()))


def names(found: Targets) -> dict[str, MemberNames]:
    return {each.launch.address: each.names for each in found.targets}


def left(found: Targets) -> dict[str, LeftOut]:
    return {each.address: each.why for each in found.not_asked}


@pytest.mark.parametrize(
    ("address", "values", "expected"),
    [
        ("aws_instance.a", {"id": FIRST}, MemberNames(ids=(FIRST,))),
        ("aws_spot_instance_request.a", {"id": "sir-1", "spot_instance_id": FIRST}, MemberNames(ids=(FIRST,))),
        ("aws_autoscaling_group.a", {"id": "web", "name": "web"}, MemberNames(groups=("web",))),
        (
            "aws_eks_node_group.a",
            {"resources": [{"autoscaling_groups": [{"name": "eks-1"}, {"name": "eks-2"}]}]},
            MemberNames(groups=("eks-1", "eks-2")),
        ),
        ("aws_elastic_beanstalk_environment.a", {"autoscaling_groups": ["awseb-1"]}, MemberNames(groups=("awseb-1",))),
        ("aws_ec2_fleet.a", {"id": "fleet-1"}, MemberNames(tags=(("aws:ec2:fleet-id", "fleet-1"),))),
        ("aws_spot_fleet_request.a", {"id": "sfr-1"}, MemberNames(tags=(("aws:ec2spot:fleet-request-id", "sfr-1"),))),
        ("aws_launch_template.a", {"id": "lt-1"}, MemberNames(tags=(("aws:ec2launchtemplate:id", "lt-1"),))),
        ("aws_emr_cluster.a", {"id": "j-1"}, MemberNames(tags=(("aws:elasticmapreduce:job-flow-id", "j-1"),))),
        # what cannot be the name of one is none
        ("aws_instance.a", {"id": "i-1"}, MemberNames()),
        ("aws_instance.a", {}, MemberNames()),
        ("aws_autoscaling_group.a", {"name": "x" * 256}, MemberNames()),
        ("aws_eks_node_group.a", {"resources": "none"}, MemberNames()),
    ],
)
def test_by_what_instances_are_found(address: str, values: dict[str, Any], expected: MemberNames) -> None:
    assert names(targets(state(resource(address, **values)))) == {address: expected}


def test_what_is_not_asked_about() -> None:
    template = [{"id": "lt-1", "version": "1"}]
    found = targets(
        state(
            resource("aws_launch_template.used", id="lt-1", name="used"),
            resource("aws_autoscaling_group.web", name="web", launch_template=template),
            resource("aws_launch_configuration.old", id="old", name="old"),
            resource("aws_sagemaker_notebook_instance.n", id="n"),
            resource("aws_imagebuilder_infrastructure_configuration.i", id="i"),
        )
    )
    assert left(found) == {
        "aws_launch_configuration.old": LeftOut.TEMPLATE,
        "aws_launch_template.used": LeftOut.TEMPLATE,
        "aws_sagemaker_notebook_instance.n": LeftOut.SERVICE,
        "aws_imagebuilder_infrastructure_configuration.i": LeftOut.SERVICE,
    }
    assert list(names(found)) == ["aws_autoscaling_group.web"]


def test_a_tfstate_names_provider_account_and_region() -> None:
    attributes = {"id": FIRST, "arn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{FIRST}"}
    text = json.dumps(
        {
            "version": 4,
            "terraform_version": "1.9.0",
            "serial": 3,
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_instance",
                    "name": "web",
                    "provider": 'provider["registry.terraform.io/hashicorp/aws"].prod',
                    "instances": [{"index_key": 0, "attributes": attributes}],
                }
            ],
        }
    )
    (target,) = targets(text).targets
    assert target.launch.address == "aws_instance.web[0]"
    assert (target.provider, target.number, target.region) == ("aws.prod", ACCOUNT, "us-east-1")


CODE = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_instance" "web" {
  ami = "ami-1"
}

resource "aws_instance" "new" {
  ami = "ami-1"
}
"""


def test_code_takes_its_instances_from_the_state(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    code = read([str(tmp_path)])
    states = read(["-"], stdin=state(instance("web", FIRST), instance("gone", SECOND)).encode())
    found = targets_of(code, states)
    assert names(found) == {"aws_instance.web": MemberNames(ids=(FIRST,))}
    assert found.targets[0].launch.resource.place.file.endswith("main.tf")
    assert left(found) == {"aws_instance.new": LeftOut.NOT_DEPLOYED, "aws_instance.gone": LeftOut.NOT_IN_CODE}
    assert found.problems == ()


def test_code_without_a_state_names_no_instances(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    (problem,) = targets_of(read([str(tmp_path)])).problems
    assert problem.message == "source code names no instances"
    assert "--state state.json" in problem.remedy


def test_an_address_of_two_states_is_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE)
    for name, identifier in (("a", FIRST), ("b", SECOND)):
        (tmp_path / f"{name}.json").write_text(state(instance("web", identifier)))
    states = read([str(tmp_path / "a.json"), str(tmp_path / "b.json")])
    found = targets_of(
        read(
            [str(tmp_path)],
        ),
        states,
    )
    assert names(found) == {}
    (problem,) = found.problems
    assert problem.message == "aws_instance.web is in 2 states: which one is of this code cannot be told"


def target_of_plan(text: str) -> ReadinessTarget:
    (target,) = switching(read(["-"], stdin=text.encode()))
    return target


def test_a_plan_is_asked_about_by_what_is_deployed() -> None:
    target = target_of_plan(PLAN.read_text())
    assert target.names == MemberNames(ids=(ID,))
    assert (target.number, target.region) == (ACCOUNT, REGION)
    found = targets(PLAN.read_text())
    assert names(found) == {"aws_instance.web": MemberNames(ids=(ID,))}


@pytest.mark.parametrize(
    ("role", "arn", "number", "elsewhere"),
    [
        # the ARN of what is deployed tells the account, whatever the code says
        ({"constant_value": "arn:aws:iam::999999999999:role/admin"}, True, ACCOUNT, False),
        ({"references": ["data.aws_iam_role.admin.arn", "data.aws_iam_role.admin"]}, True, ACCOUNT, True),
        ({"constant_value": "arn:aws:iam::999999999999:role/admin"}, False, "999999999999", False),
        ({"references": ["data.aws_iam_role.admin.arn", "data.aws_iam_role.admin"]}, False, "", True),
    ],
)
def test_a_role_in_the_code_tells_an_account_and_is_not_taken(
    role: dict[str, Any], arn: bool, number: str, elsewhere: bool
) -> None:
    plan = json.loads(PLAN.read_text())
    plan["configuration"]["provider_config"]["aws"]["expressions"]["assume_role"] = [{"role_arn": role}]
    if not arn:
        for change in plan["resource_changes"]:
            change["change"]["before"]["arn"] = None
        for each in plan["prior_state"]["values"]["root_module"]["resources"]:
            each["values"]["arn"] = None
    target = target_of_plan(json.dumps(plan))
    assert (target.number, target.elsewhere) == (number, elsewhere)
