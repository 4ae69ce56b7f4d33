"""`imdsguard explain ADDRESS`: the whole chain for one launch, as it is printed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from imdsguard.cli import main

CODE = """\
provider "aws" {
  region = "eu-west-1"
}
variable "tokens" {
  type = string
}
resource "aws_launch_template" "web" {
  image_id = "ami-1"
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}
resource "aws_instance" "web" {
  instance_type = "t3.micro"
  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }
}
resource "aws_ec2_instance_metadata_defaults" "all" {
  http_tokens = "required"
}
resource "aws_cloudwatch_metric_alarm" "elsewhere" {
  region              = "us-east-1"
  alarm_name          = "refused"
  namespace           = "AWS/EC2"
  metric_name         = "MetadataNoTokenRejected"
  dimensions          = { InstanceId = aws_instance.web.id }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  alarm_actions       = ["arn:aws:sns:us-east-1:111122223333:security"]
}
"""
TREE = """\
aws_instance.web (main.tf:14) is optional
├─ in eu-west-1, provider aws
├─ the launch aws_instance.web
│  └─ says nothing
├─ the launch template aws_launch_template.web, version $Latest
│  ├─ http_tokens = "optional": wins
│  │  └─ main.tf:11 <- var.tokens (prod.tfvars:1)
│  └─ http_endpoint = "enabled": wins
│     └─ main.tf:10
├─ the Region default aws_ec2_instance_metadata_defaults.all
│  └─ http_tokens = "required": loses to the launch template aws_launch_template.web
│     └─ main.tf:22
├─ the AMI
│  └─ says nothing
├─ the service default
│  ├─ http_put_response_hop_limit = "1": wins
│  ├─ http_protocol_ipv6 = "disabled": wins
│  └─ instance_metadata_tags = "disabled": wins
├─ what would break once tokens are required
│  └─ nothing that the code shows
├─ instances that run
│  └─ keep what they have: AWS looks the version up at launch, and Terraform sees no change of it
├─ watched
│  ├─ by no alarm on MetadataNoTokenRejected in the same account and Region
│  └─ aws_cloudwatch_metric_alarm.elsewhere is in another Region (us-east-1, and the launch is in eu-west-1): an alarm \
reads the metrics of its own
└─ what would change the answer
   ├─ http_tokens = "required" in the launch aws_instance.web would require tokens
   ├─ http_tokens = "required" in the launch template aws_launch_template.web would require tokens
   ├─ without http_tokens in the launch template aws_launch_template.web it would be required
   ├─ http_endpoint = "disabled" in the launch aws_instance.web would make it disabled: no metadata, no user data
   └─ http_put_response_hop_limit in the launch aws_instance.web would decide the hop limit, which is 1 by default
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path("main.tf").write_text(CODE)
    Path("prod.tfvars").write_text('tokens = "optional"\n')


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["explain", *arguments])
    captured = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, captured.out, captured.err


def test_every_layer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "aws_instance.web", "--var-file", "prod.tfvars") == (0, TREE, "")


def test_what_is_not_known_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "aws_instance.web")
    assert code == 0
    assert "├─ because " in out
    assert "│  ├─ http_tokens is unknown (" in out
    assert "): wins\n" in out


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "aws_instance.web", "--var-file", "prod.tfvars", "--format", "json")
    document = json.loads(out)
    (told,) = document["launches"]
    (way,) = told["ways"]
    assert (code, document["schema"], told["state"]) == (0, "imdsguard/explain/v1", "optional")
    assert [
        (layer["source"], {name: (said["value"], said["wins"]) for name, said in layer["answers"].items()})
        for layer in way["layers"]
    ] == [
        ("launch", {}),
        ("launch_template", {"http_tokens": ("optional", True), "http_endpoint": ("enabled", True)}),
        ("region_default", {"http_tokens": ("required", False)}),
        ("ami", {}),
    ]
    assert told["would_change"][2] == (
        "without http_tokens in the launch template aws_launch_template.web it would be required"
    )
    assert [each["address"] for each in told["not_watched_by"]] == ["aws_cloudwatch_metric_alarm.elsewhere"]


def test_where_boxes_cannot_be_printed_the_tree_is_ascii(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n"))
    with pytest.raises(SystemExit) as end:
        main(["explain", "aws_instance.web", "--var-file", "prod.tfvars"])
    sys.stdout.flush()
    written = sys.stdout.buffer.getvalue()  # type: ignore[attr-defined]
    plain = TREE.replace("├─", "|-").replace("└─", "`-").replace("│", "|")
    assert (end.value.code, written.decode("ascii"), capsys.readouterr().err) == (0, plain, "")


def test_what_the_endpoint_and_the_hop_limit_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_text(
        'resource "aws_ami" "golden" {\n  name = "golden"\n  imds_support = "v2.0"\n}\n'
        'resource "aws_instance" "web" {\n  ami = aws_ami.golden.id\n  metadata_options {\n'
        '    http_endpoint = "disabled"\n    http_put_response_hop_limit = 1\n  }\n}\n'
    )
    _, out, _ = run(capsys, "aws_instance.web")
    assert out.splitlines()[-4:] == [
        "   ├─ without http_tokens in the AMI aws_ami.golden it would be disabled",
        '   ├─ http_endpoint = "enabled" in the launch aws_instance.web would make it required',
        "   ├─ without http_endpoint in the launch aws_instance.web it would be required",
        "   └─ without http_put_response_hop_limit in the launch aws_instance.web the hop limit would be 2",
    ]


def test_what_its_alarm_depends_on(capsys: pytest.CaptureFixture[str]) -> None:
    query = r"SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId) WHERE tag.Team = 'web'"
    Path("main.tf").write_text(
        'provider "aws" {\n  region = "eu-west-1"\n}\nresource "aws_instance" "web" {\n  ami = "ami-1"\n'
        '  tags = { Team = "web" }\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n'
        'resource "aws_cloudwatch_metric_alarm" "refused" {\n  alarm_name = "refused"\n  evaluation_periods = 1\n'
        '  threshold = 0\n  comparison_operator = "GreaterThanThreshold"\n'
        '  alarm_actions = ["arn:aws:sns:eu-west-1:111111111111:calls"]\n  metric_query {\n    id = "refused"\n'
        f'    period = 300\n    return_data = true\n    expression = "{query}"\n  }}\n}}\n'
    )
    _, out, _ = run(capsys, "aws_instance.web")
    lines = out.splitlines()
    start = lines.index("├─ watched")
    assert lines[start + 1 : start + 3] == [
        "│  ├─ by aws_cloudwatch_metric_alarm.refused",
        "│  └─ if resource tags on telemetry are switched on in the account, which code does not show",
    ]


def test_a_default_that_the_policy_assumes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_text('resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n')
    Path("team.yaml").write_text("version: 1\nassume: {region_default: required}\n")
    code, out, _ = run(capsys, "aws_instance.web", "--policy", "team.yaml")
    assert (code, out.splitlines()[4:7]) == (
        0,
        [
            "├─ the Region default assumed by the policy",
            '│  └─ http_tokens = "required": wins',
            "│     └─ team.yaml:2",
        ],
    )


def test_an_address_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "aws_instance.wbe", "--var-file", "prod.tfvars") == (
        2,
        "",
        (
            'imdsguard: Nothing is launched by "aws_instance.wbe"; did you mean "aws_instance.web"?\n'
            "Try: imdsguard explain --help\n"
        ),
    )


def test_every_root_module_that_has_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").unlink()
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "main.tf").write_text('resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n')
    code, out, _ = run(capsys, "aws_instance.web")
    heads = [line for line in out.splitlines() if line.startswith(("a", "b"))]
    assert (code, heads) == (
        0,
        ["a: aws_instance.web (a/main.tf:1) is optional", "b: aws_instance.web (b/main.tf:1) is optional"],
    )
    assert run(capsys, "aws_instance.web", "b")[1].startswith("aws_instance.web (b/main.tf:1) is optional\n")


def test_a_group_tells_each_way_the_deciding_one_first(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_text(
        'resource "aws_launch_template" "a" {\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n'
        'resource "aws_launch_template" "b" {}\n'
        'resource "aws_autoscaling_group" "g" {\n  mixed_instances_policy {\n    launch_template {\n'
        "      launch_template_specification {\n        launch_template_id = aws_launch_template.a.id\n      }\n"
        "      override {\n        launch_template_specification {\n"
        "          launch_template_id = aws_launch_template.b.id\n        }\n      }\n"
        '      override {\n        instance_type = "t3.micro"\n      }\n    }\n  }\n}\n'
    )
    code, out, _ = run(capsys, "aws_autoscaling_group.g")
    ways = [line for line in out.splitlines() if "─ through" in line]
    assert (code, ways) == (
        0,
        ["├─ through aws_launch_template.b, which decides", "├─ through aws_launch_template.a"],
    )


def test_code_that_nobody_has_read_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    boot = r"#!/bin/sh\ncurl -s https://example.com/boot.sh | sh\n"
    (tmp_path / "main.tf").write_text(
        f'resource "aws_instance" "boots" {{\n  ami       = "ami-1"\n  user_data = "{boot}"\n}}\n', encoding="utf-8"
    )
    line = "code not seen: https://example.com/boot.sh"
    assert line in run(capsys, "aws_instance.boots", str(tmp_path))[1]
    found = json.loads(run(capsys, "aws_instance.boots", str(tmp_path), "--format", "json")[1])
    assert found["launches"][0]["code_not_seen"] == ["https://example.com/boot.sh"]
