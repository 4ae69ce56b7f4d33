"""`imdsguard apply` through the installed command: that very plan, only if it passes, and only after a yes."""

from __future__ import annotations

import pytest

from tests.conftest import Command
from tests.end_to_end.terraforms import CTRL_C, PROD, Stacks, at_terminal

QUESTION = "Only 'yes' will be accepted: "


@pytest.fixture
def passing(stacks: Stacks) -> Stacks:
    """The example whose plan passes."""
    stacks.shows("hardened-web-prod", plan="echo a plan > $file; echo 'Plan: 40 to add'", apply="cat $last > applied")
    return stacks


def applied(made: Stacks) -> str | None:
    file = made.folder / "hardened-web" / "applied"
    return file.read_text() if file.exists() else None


def test_the_checked_plan_is_applied(passing: Stacks, imdsguard: Command) -> None:
    done = imdsguard("apply", "hardened-web", "-auto-approve", "--", PROD, cwd=passing.folder, **passing.variables)
    assert done.returncode == 0
    assert "Plan: 40 to add" in done.stderr
    assert applied(passing) == "a plan\n"
    assert passing.called[-1] == "apply -input=false -no-color FILE"


def test_findings_and_nothing_is_applied(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("apply", "legacy-web", "-auto-approve", "--", PROD, cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 1
    assert done.stderr.endswith("imdsguard: nothing is applied: the plan did not pass\n")
    assert [line.split()[0] for line in stacks.called] == ["init", "plan", "show"]


def test_what_cannot_be_checked_is_not_applied(stacks: Stacks, imdsguard: Command) -> None:
    stacks.shows_instead("head -c 30000 $shown")
    done = imdsguard("apply", "hardened-web", "-auto-approve", cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 2
    assert "apply" not in " ".join(stacks.called)


def test_a_swapped_plan_is_refused(passing: Stacks, imdsguard: Command) -> None:
    passing.shows_instead("cat $shown; echo other > $last")
    done = imdsguard("apply", "hardened-web", "-auto-approve", "--", PROD, cwd=passing.folder, **passing.variables)
    assert done.returncode == 2
    assert done.stderr.endswith("imdsguard: the plan file is not the one that was checked: nothing is applied\n")
    assert applied(passing) is None


def test_without_a_terminal_nothing_even_starts(passing: Stacks, imdsguard: Command) -> None:
    done = imdsguard("apply", "hardened-web", "--", PROD, cwd=passing.folder, stdin="yes\n", **passing.variables)
    assert done.returncode == 2
    assert done.stderr.startswith("imdsguard: apply asks first, and there is no terminal to ask on: give -auto-approve")
    assert passing.called == []


@pytest.mark.parametrize(
    ("typed", "code", "content"),
    [("yes\n", 0, "a plan\n"), ("y\n", 2, None), ("\n", 2, None), ("\x04", 2, None)],
    ids=["yes", "y", "nothing", "end of file"],
)
def test_only_yes_is_a_yes(passing: Stacks, typed: str, code: int, content: str | None) -> None:
    folder = passing.folder / "hardened-web"
    assert at_terminal(["apply", "--", PROD], folder, passing.variables, typed={QUESTION: typed})[0] == code
    assert applied(passing) == content


def test_ctrl_c_at_the_question(passing: Stacks) -> None:
    folder = passing.folder / "hardened-web"
    code, seen = at_terminal(["apply", "--", PROD], folder, passing.variables, typed={QUESTION: CTRL_C})
    assert code == 130, seen
    assert applied(passing) is None


def test_an_apply_that_fails_is_told(passing: Stacks, imdsguard: Command) -> None:
    passing.shows("hardened-web-prod", apply="echo Error: no capacity; exit 1")
    done = imdsguard("apply", "hardened-web", "-auto-approve", "--", PROD, cwd=passing.folder, **passing.variables)
    assert done.returncode == 2
    assert done.stderr.endswith("Error: no capacity\nimdsguard: terraform apply ended with exit status 1\n")


def test_a_baseline_is_not_written_to_get_through(stacks: Stacks, imdsguard: Command) -> None:
    arguments = ("apply", "legacy-web", "-auto-approve", "--write-baseline")
    done = imdsguard(*arguments, cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 2
    assert "write it with imdsguard plan, then apply" in done.stderr
    assert stacks.called == []
