"""The commands of docs/plan-review.md that need no service, run as they stand there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from imdsguard.terraform.driver.embedded import PROGRAM
from tests.end_to_end.terraforms import IMDSGUARD, environment, some_terraform


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with imdsguard and some Terraform on it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "imdsguard").symlink_to(IMDSGUARD)
    terraform = some_terraform()
    command = [sys.executable, "-c", PROGRAM] if terraform == "embedded" else [terraform]
    (programs / "terraform").write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    (programs / "terraform").chmod(0o755)
    return os.pathsep.join((str(programs), os.environ["PATH"]))


def blocks(repository: Path, start: str) -> list[str]:
    """The shell blocks of the page whose first line begins with `start`."""
    page = (repository / "docs" / "plan-review.md").read_text(encoding="utf-8")
    found = [block.partition("```")[0] for block in page.split("```sh\n")[1:]]
    return [block for block in found if block.startswith(start)]


def run(block: str, folder: Path, path: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-euc", block], cwd=folder, env=environment(PATH=path), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, path: str) -> Path:
    made = tmp_path / "code"
    made.mkdir()
    (made / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    return made


def test_one_job_that_plans_and_checks(folder: Path, path: str, repository: Path) -> None:
    (block,) = blocks(repository, "imdsguard plan --out")
    assert "0 launches" in run(block, folder, path)
    assert (folder / "web.tfplan").stat().st_mode & 0o777 == 0o600
    assert "2.1.0" in (folder / "imdsguard.sarif").read_text()


def test_one_job_plans_and_another_one_checks(folder: Path, path: str, repository: Path) -> None:
    run("terraform init -input=false", folder, path)
    (plans,) = blocks(repository, "terraform plan")
    (checks,) = blocks(repository, "imdsguard scan web.json")
    run(plans, folder, path)
    assert "0 launches" in run(checks, folder, path)


def test_many_plans_in_a_loop(folder: Path, path: str, repository: Path) -> None:
    run("terraform init -input=false && mkdir plans && terraform plan -out=plans/a.tfplan", folder, path)
    run("cp plans/a.tfplan plans/b.tfplan", folder, path)
    (loop,) = blocks(repository, "for plan in")
    assert "0 launches" in run(loop, folder, path)
    assert sorted(os.listdir(folder / "plans")) == ["a.json", "a.tfplan", "b.json", "b.tfplan"]
