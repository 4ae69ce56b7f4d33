"""A Terraform of sh, for what the real one cannot be made to do on demand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from imdsguard.terraform.driver.arguments import Arguments
from imdsguard.terraform.driver.find import Terraform
from imdsguard.terraform.driver.signals import Signals
from imdsguard.terraform.driver.steps import Driver
from imdsguard.terraform.driver.workdir import PREFIX
from tests.terraform.driver.scripted import Shown, scripted_terraform

MakeDriver = Callable[..., Driver]


@pytest.fixture
def make_driver(tmp_path: Path) -> MakeDriver:
    """`make_driver(plan="exit 1")` gives the driver of a Terraform whose plan runs these lines."""

    def make(arguments: Arguments | None = None, **lines: str) -> Driver:
        (tmp_path / "code").mkdir(exist_ok=True)
        command = scripted_terraform(tmp_path / "terraform", **lines)
        terraform = Terraform((str(command),), "terraform", str(command))
        return Driver(terraform, str(tmp_path / "code"), arguments or Arguments(), Signals(), Shown())

    return make


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A temporary folder of our own; call it for the folders of plans that are in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return lambda: [name for name in os.listdir(folder) if name.startswith(PREFIX)]
