"""A baseline stack beside two others: what scan and inspect say with and without a policy that joins them."""

# ruff: noqa: E501  a table is as wide as it is

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imdsguard.cli import main

PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
BASELINE = PROVIDER + (
    'resource "aws_ec2_instance_metadata_defaults" "all" {\n  http_tokens = "required"\n}\n'
    'resource "aws_cloudwatch_metric_alarm" "refused" {\n'
    '  alarm_name          = "refused"\n  comparison_operator = "GreaterThanThreshold"\n  threshold           = 0\n'
    '  evaluation_periods  = 1\n  treat_missing_data  = "notBreaching"\n  alarm_actions       = ["arn:aws:sns:eu-west-1:1:a"]\n'
    '  metric_query {\n    id          = "q"\n    period      = 300\n    return_data = true\n'
    '    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\\"AWS/EC2\\", InstanceId)"\n  }\n}\n'
)  # fmt: skip
INSTANCE = 'resource "aws_instance" "web" {\n  ami           = "ami-1"\n  instance_type = "t3.micro"\n}\n'
INSPECTED = """\
LAUNCH                        STATE     TOKENS    HOPS  SET BY          WHERE                      ALARM                                                 REGION
stacks/api: aws_instance.web  required  required  1     Region default  stacks/baseline/main.tf:5  stacks/baseline: aws_cloudwatch_metric_alarm.refused  eu-west-1
stacks/web: aws_instance.web  required  required  1     Region default  stacks/baseline/main.tf:5  stacks/baseline: aws_cloudwatch_metric_alarm.refused  eu-west-1

REGION DEFAULT                                           TOKENS    HOPS  WHERE                      REGION
stacks/baseline: aws_ec2_instance_metadata_defaults.all  required  -1    stacks/baseline/main.tf:4  eu-west-1

ALARM                                                 METRIC                   WATCHES     WHERE                      REGION
stacks/baseline: aws_cloudwatch_metric_alarm.refused  MetadataNoTokenRejected  everything  stacks/baseline/main.tf:7  eu-west-1

2 launches: 2 required
1 Region default, 1 alarm
"""
JOINED = "version: 1\nestates:\n  prod: {roots: ['stacks/*']}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    for name, text in (("baseline", BASELINE), ("web", PROVIDER + INSTANCE), ("api", PROVIDER + INSTANCE)):
        folder = Path("stacks", name)
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text(text)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    captured = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, captured.out, captured.err


def test_inspect_shows_which_stack_gave_what(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".imdsguard.yaml").write_text(JOINED)
    assert run(capsys, "inspect") == (0, INSPECTED, "")


def test_what_a_filter_leaves_out_is_named_still_where_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".imdsguard.yaml").write_text(JOINED)
    chosen = ("inspect", "--filter", "root=stacks/web", "--filter", "state=required")
    text = run(capsys, *chosen)[1]
    assert text == "".join(
        [INSPECTED.splitlines(keepends=True)[i] for i in (0, 2)] + ["\n1 of 2 launches: 1 required\n"]
    )
    document = json.loads(run(capsys, *chosen, "--format", "json")[1])
    (launch,) = document["launches"]
    assert launch["options"]["http_tokens"]["given_by"]["root"] == "stacks/baseline"
    assert (document["region_defaults"], document["alarms"]) == ([], [])
    assert document["totals"]["launches"] == {"count": 1, "required": 1, "optional": 0, "disabled": 0, "unknown": 0}
    assert run(capsys, *chosen, "--format", "csv")[1].count("\r\n") == 2
    assert "- 1 of 2 launches: 1 required\n" in run(capsys, *chosen, "--format", "markdown")[1]
    assert run(capsys, "inspect", "--filter", "stat=x")[0] == 2


def test_inspect_says_as_json_which_stack_gave_what(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".imdsguard.yaml").write_text(JOINED)
    default = {"root": "stacks/baseline", "address": "aws_ec2_instance_metadata_defaults.all"}
    alarm = {"root": "stacks/baseline", "address": "aws_cloudwatch_metric_alarm.refused"}
    for launch in json.loads(run(capsys, "inspect", "--format", "json")[1])["launches"]:
        assert launch["estate"] == "prod"
        assert launch["options"]["http_tokens"]["given_by"] == default
        assert launch["options"]["http_endpoint"]["given_by"] is None
        assert launch["alarm"]["given_by"] == [alarm]
    Path(".imdsguard.yaml").unlink()
    launches = json.loads(run(capsys, "inspect", "--format", "json")[1])["launches"]
    assert {(each["estate"], each["options"]["http_tokens"]["given_by"]) for each in launches} == {(None, None)}


def test_scan_is_content_with_what_the_baseline_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "scan")[0] == 1
    Path(".imdsguard.yaml").write_text(JOINED)
    assert run(capsys, "scan") == (0, "2 launches (2 required); no findings\n", "")


def test_scan_of_one_stack_with_an_assumption(capsys: pytest.CaptureFixture[str]) -> None:
    Path("team.yaml").write_text(
        "version: 1\nrules: {rejected-call-alarm-missing: off}\nassume: {region_default: required}\n"
    )
    assert run(capsys, "scan", "stacks/web", "--policy", "team.yaml") == (0, "1 launch (1 required); no findings\n", "")
    Path("team.yaml").write_text("version: 1\nassume: {region_default: optional}\n")
    code, out, _ = run(capsys, "scan", "stacks/web", "--policy", "team.yaml")
    assert code == 1
    assert "   because assumed by the policy (team.yaml:2)\n" in out
    assert 'is launched in eu-west-1 of provider aws, whose default the policy assumes to be "optional"\n' in out


def test_one_finding_for_an_account_and_region_of_an_estate(capsys: pytest.CaptureFixture[str]) -> None:
    Path("stacks/baseline/main.tf").unlink()
    assert run(capsys, "scan", "--format", "json")[1].count('"rule": "region-default-missing"') == 2
    Path(".imdsguard.yaml").write_text(JOINED)
    assert run(capsys, "scan", "--format", "json")[1].count('"rule": "region-default-missing"') == 1


def test_a_stack_in_two_estates_stops_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".imdsguard.yaml").write_text(JOINED + "  web: {roots: [stacks/web]}\n")
    complaint = (
        'imdsguard: .imdsguard.yaml:4:17: stacks/web is in two estates, "prod" and "web": it can be in one only\n'
    )
    assert run(capsys, "scan") == (2, "", complaint)
    assert run(capsys, "inspect") == (2, "", complaint)
