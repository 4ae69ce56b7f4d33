"""`imdsguard plan` through the installed command, with a Terraform that shows plans made of the example stacks."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import time
from typing import Any

import pytest

from tests.conftest import Command
from tests.end_to_end.terraforms import PLANS, PROD, Stacks, at_terminal, is_running, started, wait_for


def test_a_plan_is_judged_and_its_findings_are_at_the_lines_of_the_source(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "legacy-web", "--format", "json", "--", PROD, cwd=stacks.folder, **stacks.variables)
    assert (done.returncode, done.stderr) == (
        1,
        "imdsguard: terraform init\nimdsguard: terraform plan\nimdsguard: terraform show\n",
    )
    assert stacks.called == [
        "init -input=false -no-color",
        "plan -input=false -no-color -out=FILE -var-file=environments/prod.tfvars",
        "show -json -no-color FILE",
    ]
    scanned = imdsguard(
        "scan", "legacy-web", "--var-file", f"legacy-web/{PROD[10:]}", "--format", "json", cwd=stacks.folder
    )
    assert places(done.stdout) == places(scanned.stdout)


def places(text: str) -> list[tuple[Any, ...]]:
    """What errors are found, and where."""
    found = json.loads(text)["findings"]
    errors = [each for each in found if each["severity"] == "error"]
    assert errors
    return sorted((each["rule"], each["address"], each["file"], each["line"], each["root"]) for each in errors)


def test_a_plan_that_passes(stacks: Stacks, imdsguard: Command) -> None:
    stacks.shows("hardened-web-prod")
    done = imdsguard("plan", "-q", "--", PROD, cwd=stacks.folder / "hardened-web", **stacks.variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "error[" not in done.stdout


def test_the_folder_may_be_terraforms_own_argument(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "--format", "json", "--", "-chdir=legacy-web", PROD, cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 1
    assert stacks.called[1].startswith("-chdir=legacy-web plan ")
    assert {root for *_, root in places(done.stdout)} == {"legacy-web"}


def test_out_keeps_the_plan_for_us_alone(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "legacy-web", "--out", "kept", "--", PROD, cwd=stacks.folder, **stacks.variables)
    kept = stacks.folder / "kept"
    assert done.returncode == 1
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("a plan\n", 0o600)


def test_a_plan_cannot_be_kept_where_it_cannot_be_written(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "legacy-web", "--out", "nowhere/kept", cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 2
    assert done.stderr.endswith("imdsguard: nowhere/kept cannot be written: No such file or directory\n")


def test_every_format_is_there(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard(
        "plan", "legacy-web", "--output", "json=found.json", "--", PROD, cwd=stacks.folder, **stacks.variables
    )
    assert "error[instance-tokens-optional]" in done.stdout
    assert places((stacks.folder / "found.json").read_text())


def test_terraforms_own_words_pass_through(stacks: Stacks, imdsguard: Command) -> None:
    stacks.shows("legacy-web-prod", plan="printf 'Error: \\342\\225\\267 no\\n'; exit 1")
    done = imdsguard("plan", "legacy-web", cwd=stacks.folder, **stacks.variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("Error: ╷ no\nimdsguard: terraform plan ended with exit status 1\n")


def test_a_forgotten_double_dash_is_told(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "legacy-web", PROD, cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 2
    assert done.stderr.startswith(f"imdsguard: {PROD} is Terraform's: give it after --, as in -- {PROD}\n")
    assert stacks.called == []


def test_a_policy_that_is_wrong_is_told_before_anything_runs(stacks: Stacks, imdsguard: Command) -> None:
    done = imdsguard("plan", "--policy", "nonesuch", cwd=stacks.folder, **stacks.variables)
    assert done.returncode == 2
    assert stacks.called == []


GONE = {"root": "legacy-web", "address": "aws_instance.gone", "rule": "instance-tokens-optional", "count": 1}


@pytest.mark.parametrize(
    ("arguments", "complete", "fixed"),
    [([], True, True), (["-target=aws_instance.web"], None, False), (["-destroy"], True, False), ([], False, False)],
)
def test_what_a_plan_leaves_out_is_not_fixed(
    stacks: Stacks, imdsguard: Command, arguments: list[str], complete: bool | None, fixed: bool
) -> None:
    """Terraform before 1.8 and OpenTofu do not say that a plan is not complete: what they were given does."""
    entry = {**GONE, "region": "us-east-1", "verdict": "fail", "severity": "error"}
    baseline = stacks.folder / "known.json"
    baseline.write_text(json.dumps({"schema": "imdsguard/baseline/v1", "findings": [entry]}))
    plan = json.loads((PLANS / "legacy-web-prod.json").read_text())
    plan.pop("complete", None)
    shown = stacks.folder / "shown.json"
    shown.write_text(json.dumps(plan | ({"complete": complete} if complete is not None else {})))
    stacks.shows_instead(f"cat {shown}")
    writing = ("plan", "legacy-web", "--baseline", "known.json", "--write-baseline", "--", PROD, *arguments)
    done = imdsguard(*writing, cwd=stacks.folder, **stacks.variables)
    assert ("instance-tokens-optional aws_instance.gone in us-east-1 (legacy-web)\n" in done.stderr) is fixed
    assert ("aws_instance.gone" in baseline.read_text()) is not fixed


def test_another_version_than_the_folder_asks_for_is_told(stacks: Stacks, imdsguard: Command) -> None:
    (stacks.folder / ".terraform-version").write_text("1.5.7\n")
    done = imdsguard("plan", "legacy-web", "--", PROD, cwd=stacks.folder, **stacks.variables)
    assert done.stderr.startswith(
        "imdsguard: .terraform-version asks for Terraform 1.5.7; what is used is "
        f"{stacks.terraform}, version 1.11.4\nimdsguard: terraform init\n"
    )


def test_progress_on_a_terminal_is_one_line_a_step(stacks: Stacks) -> None:
    stacks.shows("hardened-web-prod", plan="echo Refreshing; sleep 0.4; echo a plan > $file")
    variables = {**stacks.variables, "CI": ""}
    code, seen = at_terminal(["plan", "--", PROD], stacks.folder / "hardened-web", variables, typed={})
    assert code == 0
    # Erased and drawn again; at the end the title and the time are left, and the cursor is to be seen.
    assert re.search(r"\r\x1b\[2Kterraform plan  \d s  Refreshing", seen)
    assert re.search(r"\x1b\[2Kterraform plan  \d\.\d s\r\n", seen)
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")
    assert "imdsguard: terraform plan" not in seen


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_terraform_and_leaves_nothing(stacks: Stacks, number: int, code: int) -> None:
    """Terraform hears it once and ends in its own time; the plan it has begun is gone."""
    waits = "trap 'echo heard >> heard; sleep 0.3; exit 1' INT; echo secret > $file; echo $$ > pid\nsleep 30 & wait $!"
    stacks.shows("legacy-web-prod", plan=waits)
    folder = stacks.folder / "legacy-web"
    with started(["plan"], folder, stacks.variables) as process:
        pid = int(wait_for(folder / "pid"))
        assert [name for name in stacks.left() if name.startswith("imdsguard-plan-")]
        os.killpg(process.pid, number)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (code, b"")
    assert errors.endswith(b"imdsguard: interrupted: Terraform has ended, and its plan is removed\n")
    assert not is_running(pid)
    assert (folder / "heard").read_text() == "heard\n"
    assert stacks.left() == []


def test_ctrl_c_three_times_kills_what_does_not_listen(stacks: Stacks) -> None:
    stacks.shows("legacy-web-prod", plan="trap '' INT; echo $$ > pid\nwhile :; do sleep 0.1; done")
    folder = stacks.folder / "legacy-web"
    with started(["plan"], folder, stacks.variables) as process:
        pid = int(wait_for(folder / "pid"))
        for _ in range(3):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.3)
        process.wait(60)
    assert process.returncode == 130
    assert not is_running(pid)
