"""The command against moto's server, which speaks AWS's protocols: what it says, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.readiness.conftest import Moto
from tests.readiness.states import instance, resource, state

pytestmark = pytest.mark.slow


def ask(imdsguard: Command, aws: Moto, folder: Path, text: str, *options: str, code: int) -> dict[str, Any]:
    done = imdsguard("readiness", "-", "--format", "json", *options, cwd=folder, stdin=text, **aws.environment)
    assert done.returncode == code, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def verdicts(report: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {each["address"]: (each["verdict"], each["reason_kind"]) for each in report["launches"]}


def test_instances_of_every_kind(aws: Moto, imdsguard: Command, tmp_path: Path) -> None:
    quiet, loud, young, silent = (aws.run(age=age) for age in (30, 30, 3, 30))
    enforced, refused = (aws.run(age=30, tokens="required") for _ in range(2))
    aws.records(quiet, "MetadataNoToken", 14, {})
    aws.records(loud, "MetadataNoToken", 14, {30: 7, 50: 5})
    aws.records(young, "MetadataNoToken", 3, {})
    aws.records(refused, "MetadataNoTokenRejected", 1, {5: 2})
    names = {"quiet": quiet, "loud": loud, "young": young, "silent": silent, "enforced": enforced, "refused": refused}
    names["gone"] = "i-0" + "f" * 16
    text = state(*(instance(name, identifier) for name, identifier in names.items()))
    report = ask(imdsguard, aws, tmp_path, text, code=2)
    assert verdicts(report) == {
        "aws_instance.quiet": ("ready", None),
        "aws_instance.loud": ("not_ready", None),
        "aws_instance.young": ("unknown", "too_young"),
        "aws_instance.silent": ("unknown", "no_data"),
        "aws_instance.enforced": ("enforced", None),
        "aws_instance.refused": ("enforced", None),
        "aws_instance.gone": ("unknown", "gone"),
    }
    seen = {each["address"].partition(".")[2]: each["instances"] for each in report["launches"]}
    assert seen["loud"][0]["calls"] == {"MetadataNoToken": 12}
    assert seen["refused"][0]["calls"] == {"MetadataNoTokenRejected": 2}
    assert seen["enforced"][0]["calls"] == {"MetadataNoTokenRejected": None}
    assert seen["quiet"][0]["calls"] == {"MetadataNoToken": 0}
    assert report["metrics"] == 6
    assert report["problems"] == []


def test_a_gap_in_the_data_is_no_zero(aws: Moto, imdsguard: Command, tmp_path: Path) -> None:
    there = aws.run(age=30)
    aws.records(there, "MetadataNoToken", 3, {})
    report = ask(imdsguard, aws, tmp_path, state(instance("web", there)), "--days", "4", code=2)
    assert verdicts(report) == {"aws_instance.web": ("unknown", "gaps")}
    report = ask(imdsguard, aws, tmp_path, state(instance("web", there)), "--days", "3", code=0)
    assert verdicts(report) == {"aws_instance.web": ("ready", None)}


def test_groups_fleets_and_templates_by_their_members(aws: Moto, imdsguard: Command, tmp_path: Path) -> None:
    ec2, groups = aws.client("ec2"), aws.client("autoscaling")
    template = ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for name, size in (("web", 2), ("empty", 0)):
        groups.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=size,
            MaxSize=size,
            AvailabilityZones=["eu-west-1a"],
            LaunchTemplate={"LaunchTemplateId": template},
        )
    described = groups.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"][0]
    first, second = (each["InstanceId"] for each in described["Instances"])
    for each, calls in ((first, {}), (second, {9: 3})):
        aws.age(each, 30)
        aws.records(each, "MetadataNoToken", 14, calls)
    of_fleet = aws.run(
        age=30,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "aws:ec2:fleet-id", "Value": "fleet-1"}]}],
    )
    aws.records(of_fleet, "MetadataNoToken", 14, {})
    text = state(
        resource("aws_autoscaling_group.web", name="web", launch_template=[{"id": template, "version": "1"}]),
        resource("aws_autoscaling_group.empty", name="empty", launch_template=[{"id": template, "version": "1"}]),
        resource("aws_autoscaling_group.lost", name="lost", launch_template=[{"id": template, "version": "1"}]),
        resource("aws_eks_node_group.n", resources=[{"autoscaling_groups": [{"name": "web"}]}]),
        resource("aws_ec2_fleet.f", id="fleet-1", launch_template_config=[]),
        resource("aws_launch_template.elsewhere", id=template),
    )
    report = ask(imdsguard, aws, tmp_path, text, code=2)
    assert verdicts(report) == {
        "aws_autoscaling_group.web": ("not_ready", None),
        "aws_autoscaling_group.empty": ("unknown", "no_member"),
        "aws_autoscaling_group.lost": ("unknown", "gone"),
        "aws_eks_node_group.n": ("not_ready", None),
        "aws_ec2_fleet.f": ("ready", None),
    }
    assert report["metrics"] == 3


@pytest.mark.parametrize(
    ("variables", "kind", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no_credentials", "log in"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}, "no_network", "look at the network"),
    ],
)
def test_where_nobody_can_be_asked_it_says_so(
    variables: dict[str, str], kind: str, said: str, aws: Moto, imdsguard: Command, tmp_path: Path
) -> None:
    text = state(instance("web", "i-0123456789abcdef0"))
    environment = {**aws.environment, **variables}
    done = imdsguard("readiness", "-", "--format", "json", cwd=tmp_path, stdin=text, **environment)
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert verdicts(report) == {"aws_instance.web": ("unknown", kind)}
    assert said in report["problems"][0]["remedy"]


def test_the_text_and_the_page(aws: Moto, imdsguard: Command, tmp_path: Path) -> None:
    quiet, loud = aws.run(age=30), aws.run(age=30)
    aws.records(quiet, "MetadataNoToken", 1, {})
    aws.records(loud, "MetadataNoToken", 1, {4: 7})
    text = state(instance("quiet", quiet), instance("loud", loud))
    done = imdsguard("readiness", "-", "--days", "1", cwd=tmp_path, stdin=text, **aws.environment)
    assert done.returncode == 1
    head, first, second, *rest = done.stdout.splitlines()
    assert head.split() == ["LAUNCH", "VERDICT", "WHY", "ACCOUNT", "REGION"]
    assert first.split(maxsplit=2)[:2] == ["aws_instance.quiet", "ready"]
    assert "7 calls without a token by 1 of 1 instance, last 2" in second
    assert rest[1] == "aws_instance.loud"
    assert rest[2].startswith(f"  {loud}: 7 calls without a token, last 2")
    assert rest[-1].startswith("1 not ready, 1 ready; from ")
    assert "asks CloudWatch for 2 metrics over 1 day: less than $0.01" in done.stderr
    page = imdsguard(
        "readiness", "-", "--days", "1", "--format", "markdown", cwd=tmp_path, stdin=text, **aws.environment
    )
    assert "| `aws_instance.loud` | not ready |" in page.stdout


CODE = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_instance" "web" {
  ami       = "ami-1"
  user_data = <<-EOT
    #!/bin/sh
    curl http://169.254.169.254/latest/meta-data/instance-id
  EOT
}
"""


@pytest.mark.parametrize("calls", [{}, {3: 1}], ids=["ready", "still calling"])
def test_code_with_its_state_shows_what_else_would_break(
    calls: dict[int, int], aws: Moto, imdsguard: Command, tmp_path: Path
) -> None:
    there = aws.run(age=30)
    aws.records(there, "MetadataNoToken", 1, calls)
    (tmp_path / "main.tf").write_text(CODE)
    (tmp_path / "state.json").write_text(state(instance("web", there)))
    options = ("readiness", ".", "--state", "state.json", "--days", "1")
    done = imdsguard(*options, "--format", "json", cwd=tmp_path, **aws.environment)
    (launch,) = json.loads(done.stdout)["launches"]
    assert done.returncode == (1 if calls else 0), done.stderr
    assert [(each["file"], each["line"]) for each in launch["boot_calls"]] == [("main.tf", 10)]
    assert launch["refresh"] == "in_place"
    done = imdsguard(*options, cwd=tmp_path, **aws.environment)
    assert "  in the code: main.tf:10 sends no token: curl http://169.254.169.254/latest/meta-data" in done.stdout
    assert ("instances that run get the change in place" in done.stdout) is bool(calls)
    assert ("; it has not booted since 20" in done.stdout) is not bool(calls)
