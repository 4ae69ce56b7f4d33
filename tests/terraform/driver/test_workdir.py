"""Where a plan is while we need it: nobody else can read it, and it goes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from imdsguard.terraform.driver.errors import DriverError
from imdsguard.terraform.driver.workdir import keep, private_plan

Temporary = Callable[[], list[str]]


def mode(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_the_folder_and_the_file_are_ours_alone(temporary: Temporary) -> None:
    with private_plan() as file:
        assert (mode(file), mode(os.path.dirname(file))) == (0o600, 0o700)
        assert len(temporary()) == 1
    assert temporary() == []


def test_everything_goes_if_something_goes_wrong(temporary: Temporary) -> None:
    with pytest.raises(KeyboardInterrupt), private_plan() as file:
        Path(file).with_name("more").write_text("secret")
        raise KeyboardInterrupt
    assert temporary() == []


def test_what_a_killed_process_left_is_removed_by_the_next(temporary: Temporary, tmp_path: Path) -> None:
    program = (
        "import os, signal, tempfile, sys; tempfile.tempdir = sys.argv[1]\n"
        "from imdsguard.terraform.driver.workdir import private_plan\n"
        "with private_plan(): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "temporary")])
    (left,) = temporary()
    with private_plan():
        assert left not in temporary()


def test_what_a_living_process_has_stays(temporary: Temporary) -> None:
    with private_plan() as first, private_plan():
        assert Path(first).exists()


def test_a_link_of_somebody_else_is_not_followed(temporary: Temporary, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "lock").touch()
    (tmp_path / "temporary" / "imdsguard-plan-x").symlink_to(tmp_path / "precious")
    with private_plan():
        pass
    assert (tmp_path / "precious" / "lock").exists()


def test_no_place_for_the_plan_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(DriverError, match="there is no place for the plan: No such file"), private_plan():
        pass


def test_a_plan_is_kept_for_us_alone_even_over_a_file_for_all(tmp_path: Path) -> None:
    (tmp_path / "plan").write_bytes(b"new")
    target = tmp_path / "kept"
    target.write_text("old")
    target.chmod(0o644)
    keep(str(tmp_path / "plan"), str(target))
    assert (target.read_bytes(), mode(target)) == (b"new", 0o600)
    assert sorted(os.listdir(tmp_path)) == ["kept", "plan"]


def test_a_plan_that_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "plan").write_bytes(b"new")
    (tmp_path / "taken").mkdir()
    for target in ("taken", "missing/kept"):
        with pytest.raises(DriverError, match="cannot be written"):
            keep(str(tmp_path / "plan"), str(tmp_path / target))
    assert sorted(os.listdir(tmp_path)) == ["plan", "taken"]
