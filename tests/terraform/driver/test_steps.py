"""Init when it is needed, plan, show; apply what was shown and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imdsguard.terraform.driver.applyable import has_changes
from imdsguard.terraform.driver.arguments import understand
from imdsguard.terraform.driver.errors import DriverError, TerraformFailedError
from imdsguard.terraform.workspace import workspace_of
from tests.terraform.driver.conftest import MakeDriver
from tests.terraform.driver.scripted import DOCUMENT, calls


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Where the plan goes."""
    (tmp_path / "x.tfplan").touch()
    return str(tmp_path / "x.tfplan")


def test_a_fresh_folder_is_initialised_planned_and_shown(make_driver: MakeDriver, file: str, tmp_path: Path) -> None:
    plan = make_driver(understand(["-var", "a=1", "-destroy"])).plan(file)
    assert calls(tmp_path / "terraform") == [
        "init -input=false -no-color",
        "plan -input=false -no-color -out=FILE -var a=1 -destroy",
        "show -json -no-color FILE",
    ]
    assert plan.document == DOCUMENT.encode() + b"\n"
    assert plan.digest == hashlib.sha256(b"a plan\n").digest()


def test_an_initialised_folder_is_not_initialised_again(make_driver: MakeDriver, file: str, tmp_path: Path) -> None:
    (tmp_path / "code" / ".terraform").mkdir(parents=True)
    make_driver().plan(file)
    assert [line.split()[0] for line in calls(tmp_path / "terraform")] == ["plan", "show"]


def test_a_folder_with_a_data_directory_of_its_own(
    make_driver: MakeDriver, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_DATA_DIR", ".data")
    (tmp_path / "code" / ".data").mkdir(parents=True)
    make_driver().plan(file)
    assert [line.split()[0] for line in calls(tmp_path / "terraform")] == ["plan", "show"]


MESSAGES = [
    'Error: Module not installed\n\nThis module is not yet installed. Run "terraform init" to install all modules.',
    "Error: Inconsistent dependency lock file\n\nTo make the initial dependency selections, run:\n  terraform init",
    'Error: Backend initialization required, please run "tofu init"',
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_plan_that_asks_for_init_gets_it_once(
    make_driver: MakeDriver, file: str, tmp_path: Path, message: str
) -> None:
    (tmp_path / "code" / ".terraform").mkdir(parents=True)
    driver = make_driver(
        plan=f"test -e initialised || {{ echo '{message}'; exit 1; }}; echo a plan > $file", init="touch initialised"
    )
    driver.plan(file)
    assert [line.split()[0] for line in calls(tmp_path / "terraform")] == ["plan", "init", "plan", "show"]


def test_a_plan_that_goes_on_asking_for_init_fails(make_driver: MakeDriver, file: str, tmp_path: Path) -> None:
    (tmp_path / "code" / ".terraform").mkdir(parents=True)
    with pytest.raises(TerraformFailedError, match="terraform plan ended with exit status 1"):
        make_driver(plan="echo run terraform init; exit 1").plan(file)
    assert [line.split()[0] for line in calls(tmp_path / "terraform")] == ["plan", "init", "plan"]


@pytest.mark.parametrize("step", ["init", "plan"])
def test_what_terraform_says_against_it_is_kept_unchanged(make_driver: MakeDriver, file: str, step: str) -> None:
    words = "\\033[31mError:\\033[0m no\\n"
    with pytest.raises(TerraformFailedError) as caught:
        make_driver(**{step: f"printf '{words}'; printf 'and more' >&2; exit 7"}).plan(file)
    assert str(caught.value) == f"terraform {step} ended with exit status 7"
    assert caught.value.output == b"\x1b[31mError:\x1b[0m no\nand more"


def test_a_show_that_fails_keeps_what_it_wrote_of_the_plan_to_itself(make_driver: MakeDriver, file: str) -> None:
    with pytest.raises(TerraformFailedError) as caught:
        make_driver(show="echo hunter2; echo why >&2; exit 1").plan(file)
    assert caught.value.output == b"why\n"


def test_a_terraform_that_is_killed_is_told(make_driver: MakeDriver, file: str) -> None:
    with pytest.raises(TerraformFailedError, match="terraform plan was killed by signal 9"):
        make_driver(plan="kill -9 $$").plan(file)


def test_exit_status_2_is_success_only_with_a_plan(make_driver: MakeDriver, file: str) -> None:
    assert make_driver(plan="echo a plan > $file; exit 2").plan(file).document
    Path(file).write_bytes(b"")
    with pytest.raises(TerraformFailedError):
        make_driver(plan="exit 2").plan(file)


@pytest.mark.parametrize("lines", ["rm $file", "true"])
def test_a_plan_that_is_not_there_is_told(make_driver: MakeDriver, file: str, lines: str) -> None:
    with pytest.raises(DriverError, match="ended well, but wrote no plan"):
        make_driver(plan=lines).plan(file)


def test_the_plan_file_is_for_us_alone(make_driver: MakeDriver, file: str) -> None:
    make_driver(plan="rm $file; echo a plan > $file; chmod 644 $file").plan(file)
    assert Path(file).stat().st_mode & 0o777 == 0o600


def test_the_very_plan_is_applied(make_driver: MakeDriver, file: str, tmp_path: Path) -> None:
    driver = make_driver(understand(["-chdir=sub", "-destroy"]))
    (tmp_path / "code" / "sub").mkdir()
    driver.apply(driver.plan(file))
    assert calls(tmp_path / "terraform")[-1] == "-chdir=sub apply -input=false -no-color FILE"
    assert driver.directory == str(tmp_path / "code" / "sub")


@pytest.mark.parametrize("when", ["after", "while it is shown"])
def test_another_plan_is_refused(make_driver: MakeDriver, file: str, tmp_path: Path, when: str) -> None:
    lines = f"echo other > {file}; echo '{DOCUMENT}'" if when != "after" else f"echo '{DOCUMENT}'"
    driver = make_driver(show=lines)
    plan = driver.plan(file)
    if when == "after":
        Path(file).write_text("other\n")
    with pytest.raises(DriverError, match="not the one that was checked: nothing is applied"):
        driver.apply(plan)
    assert "apply" not in " ".join(calls(tmp_path / "terraform"))


@pytest.mark.parametrize(
    ("document", "changes"),
    [(b'{"applyable": false}', False), (b'{"applyable": true}', True), (b'{"x": 1}', True), (b"no JSON", True)],
)
def test_whether_there_is_something_to_apply(document: bytes, changes: bool) -> None:
    assert has_changes(document) is changes


def test_the_workspace_is_that_of_the_environment_or_the_selected_one(tmp_path: Path) -> None:
    assert workspace_of(str(tmp_path), {}) == "default"
    (tmp_path / "environment").write_text("staging")
    assert workspace_of(str(tmp_path), {}) == "staging"
    assert workspace_of(str(tmp_path), {"TF_WORKSPACE": "prod"}) == "prod"
