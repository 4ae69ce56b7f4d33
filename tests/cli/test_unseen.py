"""What was not looked at: after the findings on stderr, in the JSON, and in the exit code if that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command

CODE = """\
resource "aws_instance" "web" {
  count         = terraform.workspace == "prod" ? 1 : 0
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
"""
TOLD = (
    "not looked at:\n"
    "  terraform.workspace decides 1 block, and none is given: main.tf:1"
    " (give --workspace NAME, or set TF_WORKSPACE)\n"
)
COMMANDS = [("scan",), ("inspect",), ("explain", "aws_instance.web")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(CODE)
    (tmp_path / ".imdsguard.yaml").write_text("version: 1\nselect: {rules: [instance-tokens-optional]}\n")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_it_is_told_after_the_findings_and_counts_only_if_asked_for(
    imdsguard: Command, project: Path, command: tuple[str, ...]
) -> None:
    done = imdsguard(*command, cwd=project)
    assert (done.returncode, done.stderr) == (0, TOLD)
    done = imdsguard(*command, "--strict-unseen", cwd=project)
    assert (done.returncode, done.stderr) == (2, TOLD)
    done = imdsguard(*command, "--format", "json", cwd=project)
    assert [each["kind"] for each in json.loads(done.stdout)["unseen"]] == ["workspace"]


def test_a_quiet_scan_says_it_only_where_it_counts(imdsguard: Command, project: Path) -> None:
    assert imdsguard("scan", "-q", cwd=project).stderr == ""
    assert imdsguard("scan", "-q", "--strict-unseen", cwd=project).stderr == TOLD


@pytest.mark.parametrize(("given", "workspace"), [("prod", "web[0]"), ("default", None)])
def test_a_workspace_by_option_or_environment_leaves_nothing_open(
    imdsguard: Command, project: Path, given: str, workspace: str | None
) -> None:
    for arguments, variables in ((("--workspace", given), {}), ((), {"TF_WORKSPACE": given})):
        done = imdsguard("inspect", "--format", "json", *arguments, cwd=project, **variables)
        document = json.loads(done.stdout)
        addresses = [launch["address"] for launch in document["launches"]]
        assert addresses == ([f"aws_instance.{workspace}"] if workspace else [])
        assert "workspace" not in [each["kind"] for each in document["unseen"]]
