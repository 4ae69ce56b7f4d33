"""What nothing in the code may take out of the count: `tokens-requirement-removed`, in a plan beside its source."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Command

FIXTURE = REPOSITORY / "tests/fixtures/tokens-requirement-removed/found/instance_made_optional"
RULE = "tokens-requirement-removed"
SCAN = ("scan", "plan.json", "--source", ".", "--format", "json")
ALLOWED = f"version: 1\nsuppressions:\n  rules: [{RULE}]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A plan that makes tokens optional, and a comment that would like to have it so."""
    shutil.copy(FIXTURE / "plan.json", tmp_path)
    text = (FIXTURE / "main.tf").read_text()
    header = 'resource "aws_instance" "web" {\n'
    assert header in text
    (tmp_path / "main.tf").write_text(text.replace(header, f"# imdsguard: ignore[{RULE}] we need it\n{header}"))
    return tmp_path


def counted(imdsguard: Command, project: Path, *arguments: str) -> set[str]:
    done = imdsguard(*SCAN, *arguments, cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return {each["rule"] for each in json.loads(done.stdout)["findings"] if each["suppressed"] is None}


def test_a_comment_does_not_suppress_it(imdsguard: Command, project: Path) -> None:
    done = imdsguard(*SCAN, cwd=project)
    said = {each["rule"]: each["message"] for each in json.loads(done.stdout)["findings"] if not each["suppressed"]}
    assert RULE in said
    assert said["suppression-invalid"].endswith(f"the policy does not let a comment suppress {RULE}")


def test_a_policy_can_let_it(imdsguard: Command, project: Path) -> None:
    (project / "policy.yaml").write_text(ALLOWED)
    rules = counted(imdsguard, project, "--policy", "policy.yaml")
    assert not {RULE, "suppression-invalid"} & rules
    assert "instance-tokens-optional" in rules


def test_a_baseline_does_not_hold_it(imdsguard: Command, project: Path) -> None:
    assert RULE in counted(imdsguard, project, "--write-baseline=known.json")
    entries = json.loads((project / "known.json").read_text())["findings"]
    assert entries
    assert RULE not in {each["rule"] for each in entries}
    forged = [{**entries[0], "rule": RULE, "severity": "error"}]
    (project / "known.json").write_text(json.dumps({"schema": "imdsguard/baseline/v1", "findings": entries + forged}))
    assert counted(imdsguard, project, "--baseline", "known.json") == {RULE, "suppression-invalid"}
