"""Plans with the schemas of provider 6.62, whose stand-in Terraform starts like any provider."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.providers import stub_mirror
from tests.end_to_end.terraforms import PROD, missing, some_terraform
from tests.oracle.prepare import UnpreparedError, prepare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("oracle")]

SECRET = "hunter2-and-more"
CODE = f"""
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "6.62.0"
    }}
  }}
}}

provider "aws" {{ region = "us-east-1" }}

variable "password" {{
  sensitive = true
  default   = "{SECRET}"
}}

variable "tokens" {{ default = "required" }}

module "web" {{
  source   = "./web"
  for_each = {{ blue = var.tokens, green = "required" }}
  tokens   = each.value
  password = var.password
}}
"""
WEB = """
variable "tokens" {}
variable "password" {}

resource "aws_launch_template" "this" {
  name_prefix   = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  user_data     = base64encode("#!/bin/bash\\ncurl -u me:${var.password} http://169.254.169.254/latest/meta-data/")

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}

resource "aws_instance" "this" {
  user_data = "#!/bin/bash\\ncurl -H 'x: ${var.password}' http://169.254.169.254/latest/meta-data/"

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }
}
"""


@pytest.fixture(scope="module")
def variables(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a command that finds the stand-in."""
    try:
        prepared = prepare(shared)
    except UnpreparedError as error:
        missing(str(error))
        raise
    return {
        "TF_CLI_CONFIG_FILE": str(stub_mirror(tmp_path_factory.mktemp("stub"), prepared)),
        "AWS_STUB_SCHEMA": str(prepared.schema),
        "IMDSGUARD_TERRAFORM": some_terraform(),
        "TMPDIR": str(tmp_path_factory.mktemp("temporary")),
        "CHECKPOINT_DISABLE": "1",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root module that calls a module twice."""
    (tmp_path / "code" / "web").mkdir(parents=True)
    (tmp_path / "code" / "main.tf").write_text(CODE)
    (tmp_path / "code" / "web" / "main.tf").write_text(WEB)
    return tmp_path / "code"


def test_findings_are_at_the_source_and_say_no_secret(
    folder: Path, variables: dict[str, str], imdsguard: Command
) -> None:
    # The folder of the tests asks for no other types: a start of the stand-in is four times as fast.
    types = {"AWS_STUB_TYPES": "aws_instance aws_launch_template"}
    arguments = ("--format", "json", "--output", "text=found.txt", "--policy", "enforce", "-v", "--show-passed")
    done = imdsguard("plan", *arguments, "--", "-var=tokens=optional", cwd=folder, **variables, **types)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    found = {
        (each["rule"], each["address"]): (each["file"], each["line"])
        for each in report["findings"]
        if each["verdict"] == "fail"
    }
    line = (folder / "web" / "main.tf").read_text().splitlines().index("    http_tokens   = var.tokens") + 1
    template = 'module.web["blue"].aws_launch_template.this'
    assert found["launch-template-tokens-optional", template] == ("web/main.tf", line)
    assert found["instance-tokens-optional", 'module.web["blue"].aws_instance.this'] == ("web/main.tf", line)
    assert ("launch-template-tokens-optional", template.replace("blue", "green")) not in found
    assert report["problems"] == []
    said = done.stdout + done.stderr + (folder / "found.txt").read_text()
    assert SECRET not in said
    assert os.listdir(variables["TMPDIR"]) == []


@pytest.mark.parametrize(
    "argument", ["-destroy", "-refresh-only", '-target=module.web["green"].aws_launch_template.this']
)
def test_a_plan_may_leave_out_what_the_code_says(
    folder: Path, variables: dict[str, str], imdsguard: Command, argument: str
) -> None:
    types = {"AWS_STUB_TYPES": "aws_instance aws_launch_template"}
    done = imdsguard("plan", "--format", "json", "--", argument, cwd=folder, **variables, **types)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    assert json.loads(done.stdout)["summary"]["launches"] == (1 if "target" in argument else 0)


@pytest.mark.parametrize(("example", "code"), [("legacy-web", 1), ("hardened-web", 0)])
def test_the_examples(
    tmp_path: Path, repository: Path, variables: dict[str, str], imdsguard: Command, example: str, code: int
) -> None:
    """With every type of the provider, as a user has them: the answer is that of a scan of the source."""
    shutil.copytree(repository / "examples" / example, tmp_path / example)
    form = ("--format", "json")
    done = imdsguard("plan", example, *form, "--", PROD, cwd=tmp_path, **variables)
    assert done.returncode == code, done.stderr
    scanned = imdsguard("scan", example, "--var-file", f"{example}/environments/prod.tfvars", *form, cwd=tmp_path)
    assert _errors(done.stdout) == _errors(scanned.stdout)
    assert json.loads(done.stdout)["problems"] == []


def _errors(text: str) -> list[tuple[str, str, str, int]]:
    found = (each for each in json.loads(text)["findings"] if each["severity"] == "error")
    return sorted((each["rule"], each["address"], each["file"], each["line"]) for each in found)
