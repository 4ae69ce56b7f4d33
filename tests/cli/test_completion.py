"""What a shell that has read `imdsguard completion` offers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IMDSGUARD = str(Path(sys.executable).with_name("imdsguard"))


def offered(*words: str) -> list[str]:
    environment = {
        **os.environ,
        "_IMDSGUARD_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("imdsguard", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run([IMDSGUARD], env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("insp",), ["plain,inspect"]),
        (("explain", "hop"), ["plain,hop-limit-too-high"]),
        (("scan", "--policy", "obs"), ["plain,observe"]),
        (("scan", "--policy", "./my"), ["file,./my"]),
        (("scan", "stacks/"), ["file,stacks/"]),
        (("scan", "--output", "js"), ["plain,json="]),
        (("scan", "--no-c"), ["plain,--no-color"]),
    ],
)
def test_the_word_that_is_being_typed_is_completed(words: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_reads(shell: str, tmp_path: Path) -> None:
    done = subprocess.run([IMDSGUARD, "completion", shell], capture_output=True, text=True, check=True)
    assert "_IMDSGUARD_COMPLETE" in done.stdout
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} on this machine")
    script = tmp_path / "script"
    script.write_text(done.stdout)
    subprocess.run([program, "-n", str(script)], check=True, capture_output=True)


def test_no_shell_named_is_said_in_one_line() -> None:
    done = subprocess.run([IMDSGUARD, "completion"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "imdsguard: Missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish\n"
        "Try: imdsguard completion --help\n"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("inspect", "--filter", "st"), ["plain,state="]),
        (("inspect", "--filter", "state=o"), ["plain,state=optional"]),
        (("inspect", "--filter", "root=st"), [""]),
        (("inspect", "--fil"), ["plain,--filter"]),
    ],
)
def test_a_filter_is_completed_up_to_what_is_the_persons_own(words: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*words) == expected
