"""docs/library.md: its examples run, and its tables name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import imdsguard
from imdsguard import Inputs, Problem, Report, ScanOptions
from imdsguard.model.severity import Severity
from tests.conftest import quiet_environment

HOUSE = Path(__file__).resolve().parent.parent
PAGE = (HOUSE / "docs" / "library.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def printed(example: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-c", example]
    done = subprocess.run(command, cwd=HOUSE, env=quiet_environment(), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_a_scan_prints_findings_and_fails() -> None:
    code, lines = printed(EXAMPLES[0])
    assert code == 1
    assert any(line.startswith("error: aws_instance.") and ".tf:" in line for line in lines), lines


def test_launches_are_listed_with_their_states() -> None:
    code, lines = printed(EXAMPLES[1])
    assert code == 0
    assert lines
    assert all(re.fullmatch(r"\S+: (required|optional|disabled|unknown)", line) for line in lines), lines


def test_one_reading_is_judged_by_two_policies() -> None:
    assert printed(EXAMPLES[2]) == (0, ["baseline 1", "strict 1"])


def test_an_error_is_the_line_that_the_page_gives() -> None:
    code, lines = printed(EXAMPLES[3])
    assert (code, len(EXAMPLES)) == (0, 4)
    assert f"It prints `{lines[0]}`." in section("Errors")


def test_the_fields_of_inputs_are_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", section("Read an estate"), flags=re.MULTILINE)
    own = {"order", "documents"}  # the command line's order of options, and plans that are shown already
    own |= {"environments_of", "excluded", "variables_of", "modules", "overlay", "from_hook"}  # what commands put in
    assert set(listed) | own == set(Inputs.__dataclass_fields__)


def test_stable_names_are_names_of_the_face() -> None:
    named = re.findall(
        r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", section("Which names stay"), flags=re.MULTILINE))
    )
    assert [name for name in named if name not in imdsguard.__all__] == []
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", sorted(ScanOptions.__dataclass_fields__))
def test_options_are_those_of_the_command(name: str) -> None:
    assert f"--{name.replace('_', '-')}" in (HOUSE / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("problems", "fail_on", "code"),
    [
        ((), Severity.ERROR, 0),
        ((Problem("broken"),), None, 2),
        ((Problem("broken", known="it was there before"),), Severity.NOTE, 0),
    ],
)
def test_the_exit_code_of_a_report(problems: tuple[Problem, ...], fail_on: Severity | None, code: int) -> None:
    assert Report(problems=problems, fail_on=fail_on).exit_code == code
