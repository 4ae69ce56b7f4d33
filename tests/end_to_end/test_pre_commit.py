"""The hook, as `pre-commit` runs it in somebody's repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

MODULE = """\
variable "tokens" {
  type    = string
  default = "optional"
}

resource "aws_instance" "this" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = var.tokens
  }
}
"""
STACK = """\
variable "tokens" {
  type = string
}

module "web" {
  source = "../../modules/server"
  tokens = var.tokens
}
"""
OTHER_STACK = """\
resource "aws_instance" "other" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}
"""
POLICY = """\
version: 1
rules:
  instance-tokens-optional: error
  region-default-missing: off
  rejected-call-alarm-missing: off
"""
FILES = {
    "modules/server/main.tf": MODULE,
    "stacks/prod/main.tf": STACK,
    "stacks/prod/terraform.tfvars": 'tokens = "optional"\n',
    "stacks/other/main.tf": OTHER_STACK,
    ".imdsguard.yaml": POLICY,
    "README.md": "Nothing to see here.\n",
}


def run(*command: str, at: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {
        "PRE_COMMIT_HOME": str(home),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    # What stands in a checkout's own configuration (ownership, say) is not this test's business.
    environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return subprocess.run(
        command, cwd=at, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600
    )


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of nothing but what the hook is made of, at the state of the working tree."""
    folder = tmp_path_factory.mktemp("hook")
    listed = run("git", "ls-files", "-z", at=REPOSITORY, home=folder)
    if listed.returncode:
        pytest.skip("not a git checkout: pre-commit installs hooks from one")
    needed = ("src/", "checks/", "policies/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
    for name in listed.stdout.split("\0"):
        if name.startswith(needed) and (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    commit(folder, folder.parent)
    return folder


def commit(folder: Path, home: Path) -> None:
    for command in (["git", "init", "-q"], ["git", "add", "-A"], ["git", "commit", "-q", "-m", "All of it"]):
        done = run(*command, at=folder, home=home)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def guarded(tmp_path: Path) -> Path:
    """Somebody's repository."""
    folder = tmp_path / "guarded"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    commit(folder, tmp_path)
    return folder


def try_repo(hook: Path, guarded: Path, *files: str) -> tuple[int, str]:
    """What `pre-commit` says about changed files; the environment it builds serves all tests of the module."""
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hook), "imdsguard", "--files", *files]
    done = run(*command, at=guarded, home=hook.parent / "pre-commit")
    return done.returncode, done.stdout


pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("pre-commit")]


def test_a_changed_module_is_judged_in_the_stack_that_calls_it(hook: Path, guarded: Path) -> None:
    code, output = try_repo(hook, guarded, "modules/server/main.tf")
    assert code == 1, output
    assert "imdsguard................................................................Failed" in output
    assert "module.web.aws_instance.this" in output
    assert "stacks/prod/terraform.tfvars:1" in output, "the trace leads to the value"
    assert "aws_instance.other" not in output, "a stack that has nothing to do with the change is left alone"


def test_a_changed_value_is_judged_in_its_stack(hook: Path, guarded: Path) -> None:
    (guarded / "stacks/prod/terraform.tfvars").write_text('tokens = "required"\n')
    code, output = try_repo(hook, guarded, "stacks/prod/terraform.tfvars")
    assert code == 0, output
    assert "imdsguard................................................................Passed" in output


def test_a_changed_script_is_judged_in_the_stack_that_reads_it(hook: Path, guarded: Path) -> None:
    (guarded / "stacks/prod/boot.sh").write_text("#!/bin/sh\n")
    (guarded / "stacks/prod/boot.tf").write_text('locals {\n  boot = file("${path.module}/boot.sh")\n}\n')
    commit(guarded, guarded.parent)
    code, output = try_repo(hook, guarded, "stacks/prod/boot.sh")
    assert code == 1, output
    assert "module.web.aws_instance.this" in output
    (guarded / "release.sh").write_text("#!/bin/sh\n")
    code, output = try_repo(hook, guarded, "release.sh")
    assert (code, "Passed" in output) == (0, True), output


def test_many_changed_files_are_one_run(hook: Path, guarded: Path) -> None:
    code, output = try_repo(hook, guarded, *(name for name in FILES if name != ".imdsguard.yaml"))
    assert code == 1, output
    assert output.count("error[instance-tokens-optional]") == 1, output
    assert output.count("2 launches (1 required, 1 optional); 1 error") == 1, output


def test_a_changed_policy_is_obeyed(hook: Path, guarded: Path) -> None:
    (guarded / ".imdsguard.yaml").write_text(
        POLICY.replace("instance-tokens-optional: error", "instance-tokens-optional: off")
    )
    code, output = try_repo(hook, guarded, "modules/server/main.tf", "stacks/prod/main.tf")
    assert code == 0, output


def test_a_changed_policy_is_held_against_everything(hook: Path, guarded: Path) -> None:
    code, output = try_repo(hook, guarded, ".imdsguard.yaml")
    assert code == 1, output
    assert "2 launches (1 required, 1 optional); 1 error" in output


def test_other_files_do_not_start_it(hook: Path, guarded: Path) -> None:
    code, output = try_repo(hook, guarded, "README.md")
    assert code == 0, output
    assert "(no files to check)Skipped" in output
