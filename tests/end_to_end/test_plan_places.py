"""Plans through the installed command: findings at the lines of the source, what is deployed already, what is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

HERE = Path(__file__).resolve().parent
STACK = HERE.parent / "terraform" / "planned" / "stack"
FIXTURES = HERE.parent / "fixtures"
OPTIONS = ("--var-file", "prod.tfvars", "--format", "json")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A copy of the stack with its plan."""
    return Path(shutil.copytree(STACK, tmp_path / "stack"))


def findings(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def told(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str, str, str, int, tuple[str, ...]]]:
    """What is said and where; of a rule that a plan answers otherwise than source, nothing."""
    return [
        (each["rule"], each["verdict"], each["address"], each["file"], each["line"], tuple(each["trace"]))
        for each in findings(done)
        if each["rule"] != "launch-template-version-stale"
    ]


def test_the_plan_says_what_the_source_says_at_the_same_lines(imdsguard: Command, stack: Path) -> None:
    plan = imdsguard("scan", "plan.json", *OPTIONS, cwd=stack)
    source = imdsguard("scan", *OPTIONS, cwd=stack)
    assert told(plan) == told(source)
    assert len(told(plan)) > 8
    assert (plan.returncode, source.returncode) == (1, 1)
    fingerprints = [{each["fingerprint"] for each in findings(done)} for done in (plan, source)]
    assert fingerprints[0] <= fingerprints[1]


def test_a_plan_on_stdin_and_one_from_elsewhere_find_the_source_by_name(
    imdsguard: Command, stack: Path, tmp_path: Path
) -> None:
    beside = told(imdsguard("scan", "plan.json", *OPTIONS, cwd=stack))
    text = (stack / "plan.json").read_text(encoding="utf-8")
    assert told(imdsguard("scan", "-", *OPTIONS, cwd=stack, stdin=text)) == beside
    elsewhere = tmp_path / "artifact.json"
    shutil.move(stack / "plan.json", elsewhere)
    assert told(imdsguard("scan", str(elsewhere), "--source", ".", *OPTIONS, cwd=stack)) == beside


def test_without_the_source_a_finding_is_at_its_address(imdsguard: Command, stack: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(stack / "plan.json", alone)
    found = findings(imdsguard("scan", "plan.json", "--format", "json", cwd=alone))
    assert {(each["file"], each["line"]) for each in found} == {("plan.json", None)}
    text = imdsguard("scan", "plan.json", "-q", cwd=alone).stdout
    assert "plan.json:" not in text


def test_a_person_sees_the_line_and_the_call(imdsguard: Command, stack: Path) -> None:
    text = imdsguard("scan", "plan.json", "--var-file", "prod.tfvars", "-q", cwd=stack).stdout
    start = 'error[launch-template-tokens-optional] module.web["blue"].aws_launch_template.this: '
    (paragraph,) = [part for part in text.split("\n\n") if part.startswith(start)]
    _, *lines = paragraph.splitlines()
    assert lines == [
        "  --> modules/web/main.tf:11:21",
        "    |",
        " 11 |     http_tokens   = var.tokens",
        "    |                     ^^^^^^^^^^",
        "   see main.tf:13:1: the module call",
        '   because module.web["blue"].aws_launch_template.this (modules/web/main.tf:11)',
        "           var.tokens (main.tf:16)",
        "           each.value (main.tf:15)",
        "           local.stacks (main.tf:10)",
        "           var.tokens (prod.tfvars:1)",
        '   instead http_tokens = "required"',
        "   help: imdsguard explain launch-template-tokens-optional",
    ]


def test_inspect_and_explain_take_the_source_too(imdsguard: Command, stack: Path) -> None:
    inspected = imdsguard("inspect", "plan.json", "--source", ".", *OPTIONS, cwd=stack)
    launches = {each["address"]: each for each in json.loads(inspected.stdout)["launches"]}
    option = launches["aws_instance.overridden"]["options"]["http_tokens"]
    assert (option["value"], option["file"], option["line"]) == ("optional", "main_override.tf", 3)
    assert launches["aws_instance.hidden"]["state"] == "unknown"
    explained = imdsguard("explain", "aws_instance.overridden", "plan.json", cwd=stack)
    assert "main_override.tf:3" in explained.stdout


def test_a_source_that_is_not_the_plans_is_a_problem(imdsguard: Command, stack: Path) -> None:
    (stack / "json.tf.json").unlink()
    done = imdsguard("scan", "plan.json", "--source", ".", "--fail-on", "never", cwd=stack)
    assert done.returncode == 2
    assert "this code does not make aws_instance.json of plan.json" in done.stderr


CHANGES = FIXTURES / "tokens-requirement-removed"


@pytest.mark.parametrize("name", ["instance_made_optional", "one_instance_of_a_module", "region_default_deleted"])
def test_a_requirement_that_is_removed_fails_every_policy(imdsguard: Command, name: str, tmp_path: Path) -> None:
    copy = shutil.copytree(CHANGES / "found" / name, tmp_path / "stack")
    Path(copy, ".imdsguard.yaml").write_text("version: 1\nextends: observe\nfail_on: error\n")
    done = imdsguard("scan", "plan.json", "--format", "json", cwd=Path(copy))
    mine = [each for each in findings(done) if each["rule"] == "tokens-requirement-removed"]
    assert [(each["severity"], each["deployed"]) for each in mine] == [("error", False)]
    assert done.returncode == 1


def test_what_is_deployed_already_is_marked_and_can_be_milder(imdsguard: Command, tmp_path: Path) -> None:
    stack = Path(shutil.copytree(CHANGES / "silent" / "already_optional", tmp_path / "stack"))
    text = imdsguard("scan", "plan.json", "-q", cwd=stack).stdout
    assert "error[instance-tokens-optional] (already deployed) aws_instance.web:" in text
    (stack / ".imdsguard.yaml").write_text("version: 1\non_deployed: note\n")
    done = imdsguard("scan", "plan.json", "--format", "json", cwd=stack)
    (mine,) = (each for each in findings(done) if each["rule"] == "instance-tokens-optional")
    assert (mine["severity"], mine["deployed"], done.returncode) == ("note", True, 0)
    (stack / ".imdsguard.yaml").write_text("version: 1\non_deployed: off\n")
    assert findings(imdsguard("scan", "plan.json", "--format", "json", cwd=stack)) == []
