"""`imdsguard plan --readiness` and `apply --readiness`: a Terraform that shows one plan, and moto's server as AWS."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.readiness.conftest import Moto
from tests.readiness.test_saved import FIXTURES, ID
from tests.terraform.driver.scripted import calls, scripted_terraform

pytestmark = pytest.mark.slow

CODE = FIXTURES / "found" / "instance_switched"


class Stack:
    """A folder whose plan requires tokens of one running instance, and the Terraform that shows it."""

    def __init__(self, folder: Path, identifier: str) -> None:
        self.folder = folder / "code"
        self.folder.mkdir()
        shutil.copy(CODE / "main.tf", self.folder)
        plan = folder / "plan.json"
        plan.write_text((CODE / "plan.json").read_text().replace(ID, identifier))
        self.terraform = folder / "terraform"
        scripted_terraform(self.terraform, show=f"cat {plan}")


@pytest.fixture
def running(aws: Moto) -> str:
    return aws.run(age=30)


@pytest.mark.parametrize(
    ("calls_by_hour", "code", "severities"),
    [({}, 0, []), ({7: 3}, 1, ["error"])],
    ids=["ready", "still calling"],
)
def test_a_plan_is_held_against_what_runs(
    calls_by_hour: dict[int, int],
    code: int,
    severities: list[str],
    running: str,
    aws: Moto,
    imdsguard: Command,
    tmp_path: Path,
) -> None:
    aws.records(running, "MetadataNoToken", 2, calls_by_hour)
    stack = Stack(tmp_path, running)
    options = ("--readiness", "--days", "2", "--format", "json")
    environment = {**aws.environment, "IMDSGUARD_TERRAFORM": str(stack.terraform)}
    done = imdsguard("plan", *options, cwd=stack.folder, **environment)
    found = json.loads(done.stdout)["findings"]
    told = [each["severity"] for each in found if each["rule"] == "switch-without-readiness"]
    assert (done.returncode, told) == (code, severities), done.stderr
    assert "asks CloudWatch for 1 metric over 2 days" in done.stderr
    applied = imdsguard("apply", "-auto-approve", *options, cwd=stack.folder, **environment)
    assert applied.returncode == code
    assert any(each.startswith("apply ") for each in calls(stack.terraform)) is (code == 0)


def test_who_cannot_be_asked_lets_nothing_through(imdsguard: Command, aws: Moto, tmp_path: Path) -> None:
    stack = Stack(tmp_path, ID)
    nobody = {**aws.environment, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    environment = {**nobody, "IMDSGUARD_TERRAFORM": str(stack.terraform)}
    done = imdsguard("apply", "-auto-approve", "--readiness", cwd=stack.folder, **environment)
    assert done.returncode == 2
    assert "there are no credentials" in done.stderr
    assert not any(each.startswith("apply ") for each in calls(stack.terraform))
