"""What all tests share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forked import load_everything, run_forked

REPOSITORY = Path(__file__).resolve().parent.parent

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session", autouse=True)
def signals_that_are_heard() -> None:
    """Hear Ctrl-C and a hangup: a shell's job in the background (`&`, nohup) is started with these ignored."""
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


os.environ["SOURCE_DATE_EPOCH"] = "1764000000"
"""What documents say of when they were made: 2025-11-24T16:00:00Z, in each test and in what it starts."""


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the project."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the conformance corpus and the oracle: beside the checkout in CI, absent in a user's clone."""
    folder = Path(os.environ.get("IMDSGUARD_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is missing: CI must not skip the tests that need it")
        pytest.skip(f"the shared conformance corpus is not here ({folder}): set IMDSGUARD_SHARED to run this test")
    return folder


def quiet_environment() -> dict[str, str]:
    """The environment without what changes an answer: Terraform's variables, Regions, colours, the terminal's width."""
    prefixes = ("TF_", "AWS_", "IMDSGUARD_", "PYTHON", "GIT_", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


@pytest.fixture(scope="session")
def imdsguard() -> Command:
    """The command, as a user runs it: `imdsguard("scan", ".", cwd=folder)` gives the finished process.

    A fork of this one, as a rule (see `tests.forked`), and the installed command with `IMDSGUARD_START=installed`.
    """
    command = Path(sys.executable).with_name("imdsguard")
    forked = hasattr(os, "fork") and os.environ.get("IMDSGUARD_START") != "installed"
    if forked:
        load_everything()

    def run(*arguments: str, cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        if forked:
            return run_forked(arguments, cwd, stdin, quiet_environment() | variables)
        return subprocess.run(
            [str(command), *arguments],
            cwd=cwd,
            input=stdin,
            env=quiet_environment() | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run
