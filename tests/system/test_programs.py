"""Programs are found on the PATH, and never in the code that is looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imdsguard.system.programs import find_program


def program(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("{0}/one:{0}/two", "one/git"),
        ("{0}/two:{0}/one", "two/git"),
        (".:{0}/two", "two/git"),
        (":{0}/two", "two/git"),
        ("one:{0}/two", "two/git"),
        ("./one", None),
        (".", None),
        ("", None),
        ("{0}/none", None),
    ],
)
def test_only_absolute_folders_count(
    path: str, found: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("git", "one/git", "two/git"):
        program(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    environment = {"PATH": path.format(tmp_path).replace(":", os.pathsep)}
    assert find_program("git", environment) == (None if found is None else str(tmp_path / found))
