"""Binary plans: a scan says how to show them, and has Terraform do it when it is told to."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Command, quiet_environment

PLAN = Path(__file__).parent.parent / "terraform" / "documents" / "fixtures" / "nothing-set" / "plan.json"


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    """A binary plan, as far as anybody can tell who does not open it."""
    with zipfile.ZipFile(tmp_path / "out.tfplan", "w") as archive:
        archive.writestr("tfplan", "anything")
    return tmp_path / "out.tfplan"


def terraform(folder: Path, script: str) -> str:
    """A Terraform that notes how it was called, and where."""
    program = folder / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$PWD: $@" > "{folder}/called"\n{script}\n', encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_a_scan_runs_nothing_and_says_how(binary: Path, imdsguard: Command) -> None:
    program = terraform(binary.parent, f"cat {PLAN}")
    done = imdsguard("scan", "-q", binary.name, cwd=binary.parent, IMDSGUARD_TERRAFORM=program)
    assert (done.returncode, done.stdout) == (2, "")
    assert " ".join(done.stderr.split()) == (
        "problem: out.tfplan: this is Terraform's binary plan, not its JSON "
        "(run `terraform show -json PLANFILE > plan.json` and check that, or let "
        "`imdsguard scan --run-terraform PLANFILE` run that)"
    )
    assert not (binary.parent / "called").exists()


def test_terraform_shows_it_when_told_to(binary: Path, imdsguard: Command) -> None:
    program = terraform(binary.parent, f"cat {PLAN}")
    options = ("scan", "--format", "json", "--run-terraform")
    done = imdsguard(*options, binary.name, cwd=binary.parent, IMDSGUARD_TERRAFORM=program)
    assert (done.returncode, done.stderr) == (1, "")
    assert '"file": "out.tfplan"' in done.stdout
    called = (binary.parent / "called").read_text(encoding="utf-8")
    assert called == f"{binary.parent}: show -json -no-color {binary}\n"


def test_other_documents_are_not_given_to_terraform(binary: Path, imdsguard: Command) -> None:
    program = terraform(binary.parent, "exit 1")
    shutil.copy(PLAN, binary.parent / "plan.json")
    done = imdsguard("scan", "-q", "--run-terraform", "plan.json", cwd=binary.parent, IMDSGUARD_TERRAFORM=program)
    assert (done.returncode, done.stderr) == (1, "")
    assert not (binary.parent / "called").exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "printf '╷\\n│ Error: Failed to load plugin schemas\\n╵\\n' >&2; exit 1",
            "`terraform show -json` of this binary plan ended with exit status 1: Error: Failed to load plugin schemas",
        ),
        ("echo secret; exit 3", "`terraform show -json` of this binary plan ended with exit status 3"),
        ("echo nothing of the kind", "this is neither a Terraform file nor a plan or state in JSON"),
    ],
)
def test_a_plan_that_cannot_be_shown_is_a_problem(script: str, message: str, binary: Path, imdsguard: Command) -> None:
    program = terraform(binary.parent, script)
    arguments = ("scan", "-q", "--run-terraform", binary.name)
    done = imdsguard(*arguments, cwd=binary.parent, IMDSGUARD_TERRAFORM=program)
    assert (done.returncode, done.stdout) == (2, "")
    said = " ".join(done.stderr.split())
    assert said.startswith(f"problem: out.tfplan: {message} (")
    assert "secret" not in said


def test_no_terraform_is_a_problem(binary: Path, imdsguard: Command) -> None:
    arguments = ("scan", "-q", "--run-terraform", binary.name)
    done = imdsguard(*arguments, cwd=binary.parent, IMDSGUARD_TERRAFORM="/nowhere/terraform")
    assert done.returncode == 2
    assert "nothing can show it: IMDSGUARD_TERRAFORM: /nowhere/terraform is not there" in " ".join(done.stderr.split())


def test_a_real_plan(tmp_path: Path, imdsguard: Command) -> None:
    """Of a resource that needs no provider's plugin."""
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("there is no terraform here: the end-to-end tests run the embedded one")
    (tmp_path / "main.tf").write_text('resource "terraform_data" "x" {\n  input = 1\n}\n', encoding="utf-8")
    for command in (["init", "-input=false"], ["plan", "-input=false", "-out=tfplan"]):
        environment = {**quiet_environment(), "CHECKPOINT_DISABLE": "1"}
        subprocess.run([program, *command], cwd=tmp_path, env=environment, check=True, capture_output=True)
    refused = imdsguard("scan", "tfplan", cwd=tmp_path)
    assert refused.returncode == 2
    assert "this is Terraform's binary plan" in refused.stderr
    done = imdsguard("scan", "--run-terraform", "tfplan", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
