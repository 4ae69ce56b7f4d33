"""A repository with environments/*.tfvars, from `init` to the pull request, through the installed command."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import Command, quiet_environment
from tests.end_to_end.git import Checkout

MAIN = """\
variable "tokens" {
  type = string
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}
"""
ONLY_TOKENS = "select: {rules: instance-tokens-optional}\n"


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    """Dev answers calls without tokens, prod does not."""
    made = Checkout.made(tmp_path / "project", main=MAIN)
    made.put("environments/dev.tfvars", 'tokens = "optional"\n')
    made.put("environments/prod.tfvars", 'tokens = "required"\n')
    made("remote", "add", "origin", "https://github.com/example/infrastructure.git")
    return made


def found(done: subprocess.CompletedProcess[str]) -> list[tuple[str, list[str]]]:
    findings = json.loads(done.stdout)["findings"]
    return [(each["address"], each["environments"]) for each in findings if each["suppressed"] is None]


def test_init_writes_the_environments_it_sees_and_a_run_for_each(imdsguard: Command, project: Checkout) -> None:
    assert imdsguard("init", cwd=project.folder).returncode == 0
    policy = yaml.safe_load((project.folder / ".imdsguard.yaml").read_text())
    assert policy["stacks"] == [
        {
            "roots": ["."],
            "environments": {
                "dev": {"var_files": ["environments/dev.tfvars"]},
                "prod": {"var_files": ["environments/prod.tfvars"]},
            },
        }
    ]
    workflow = yaml.safe_load((project.folder / ".github/workflows/imdsguard.yml").read_text())
    job = workflow["jobs"]["imdsguard"]
    assert job["strategy"]["matrix"] == {"environment": ["dev", "prod"]}
    (scan,) = [step for step in job["steps"] if step.get("id") == "imdsguard"]
    assert scan["with"]["environments"] == "${{ steps.base.outputs.policy && matrix.environment }}"


def test_the_gate_that_init_writes_sees_what_a_branch_does_to_prod(imdsguard: Command, project: Checkout) -> None:
    imdsguard("init", cwd=project.folder)
    project.commit("imdsguard")
    project.put("environments/prod.tfvars", 'tokens = "optional"\n')
    gate = ("scan", "--policy", ".imdsguard.yaml", "--changed-since", "main~0", "--format", "json")
    done = imdsguard(*gate, cwd=project.folder)
    assert (done.returncode, found(done)) == (1, [("aws_instance.web", ["prod"])])
    assert found(imdsguard(*gate, "--environment", "dev", cwd=project.folder)) == []
    assert found(imdsguard(*gate, "--environment", "prod", cwd=project.folder)) == [("aws_instance.web", ["prod"])]


def test_every_format_names_the_environments(imdsguard: Command, project: Checkout) -> None:
    imdsguard("init", cwd=project.folder)
    (project.folder / ".imdsguard.yaml").write_text((project.folder / ".imdsguard.yaml").read_text() + ONLY_TOKENS)
    forms = ("sarif", "github", "markdown", "junit", "gitlab", "csv")
    outputs = [f"--output={form}=out.{form}" for form in forms]
    done = imdsguard("scan", *outputs, cwd=project.folder)
    said = "aws_instance.web (in dev): answers calls without a token"
    assert done.stdout.startswith("error[instance-tokens-optional] (in dev) aws_instance.web: answers calls")
    texts = {form: (project.folder / f"out.{form}").read_text() for form in forms}
    assert all(said in texts[form] for form in ("sarif", "github", "junit", "gitlab"))
    assert "`aws_instance.web` (in `dev`): answers calls" in texts["markdown"]
    (result,) = json.loads(texts["sarif"])["runs"][0]["results"]
    assert result["properties"]["environments"] == ["dev"]
    assert (
        '<testcase classname="imdsguard.instance-tokens-optional" name="aws_instance.web (eu-west-1) (in dev)">'
        in (texts["junit"])
    )
    assert '"dev"' in texts["csv"].splitlines()[1].split(",")


@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")
def test_plan_hands_terraform_what_the_environment_says(imdsguard: Command, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "stacks/web/environments").mkdir(parents=True)
    (tmp_path / "stacks/web/main.tf").write_text(
        'variable "tokens" {}\nvariable "size" {}\n'
        'resource "terraform_data" "x" {\n  input = "${terraform.workspace} ${var.tokens} ${var.size}"\n}\n'
    )
    (tmp_path / "stacks/web/environments/prod.tfvars").write_text('tokens = "required"\nsize = "small"\n')
    (tmp_path / ".imdsguard.yaml").write_text(
        "version: 1\nstacks:\n  - roots: ['stacks/*']\n    environments:\n"
        "      prod: {var_files: ['{root}/environments/prod.tfvars'], vars: {size: large}, workspace: live}\n"
    )
    done = imdsguard(
        "plan", "stacks/web", "--environment", "prod", "--out", "kept.tfplan", cwd=tmp_path, CHECKPOINT_DISABLE="1"
    )
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        ["terraform", f"-chdir={tmp_path / 'stacks/web'}", "show", "-json", str(tmp_path / "kept.tfplan")],
        env=quiet_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    (resource,) = json.loads(shown.stdout)["planned_values"]["root_module"]["resources"]
    assert resource["values"]["input"] == "live required large"
