"""What a person sees for the two example stacks, word for word, through the installed command.

By the rules that `examples.yaml` selects; what all rules say is what the README shows of `make demo`.

The expected output is in `expected/`, a file a case. After a change that is meant `make accept` writes it anew, and
shows the difference first.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, quiet_environment

HOUSE = Path(__file__).resolve().parent.parent.parent
EXAMPLES = HOUSE / "examples"
EXPECTED = Path(__file__).resolve().parent / "expected"
PLANS = Path(__file__).resolve().parent / "plans"
RULES = "../tests/end_to_end/examples.yaml"
"""A policy that selects the rules, so that one which is added writes no expected file anew."""


@dataclass(frozen=True)
class Case:
    """A command line given in `examples/`, and the exit code that it ends with."""

    name: str
    arguments: str
    code: int
    stderr: str = ""


UNMADE = (
    "not looked at:\n  1 block that would launch instances makes none with the values at hand: {}"
    " (give --var or --var-file to see what others make)\n"
)
UNREAD = (
    "  nothing loads legacy-web/environments/dev.tfvars, which sets services: legacy-web/environments/dev.tfvars:4"
    " (give it with --var-file)\n"
    "  nothing loads legacy-web/environments/prod.tfvars, which sets report_workers, services: "
    "legacy-web/environments/prod.tfvars:3, legacy-web/environments/prod.tfvars:5 (give it with --var-file)\n"
)
LEGACY, HARDENED = UNMADE.format("legacy-web/hosts.tf:19"), UNMADE.format("hardened-web/hosts.tf:20")

CASES = (
    Case("legacy-web-prod.txt", "scan legacy-web --var-file legacy-web/environments/prod.tfvars", 1),
    Case("legacy-web-prod.json", "scan legacy-web --var-file legacy-web/environments/prod.tfvars --format json", 1),
    Case("legacy-web-dev.txt", "scan legacy-web --var-file legacy-web/environments/dev.tfvars", 1, LEGACY),
    Case("legacy-web-no-variables.txt", "scan legacy-web", 1, LEGACY + UNREAD),
    Case("legacy-web-prod-estate.txt", "inspect legacy-web --var-file legacy-web/environments/prod.tfvars", 0),
    Case(
        "legacy-web-prod-estate.json",
        "inspect legacy-web --var-file legacy-web/environments/prod.tfvars --format json",
        0,
    ),
    Case("hardened-web-prod.txt", "scan hardened-web --var-file hardened-web/environments/prod.tfvars", 0),
    Case(
        "hardened-web-prod.json", "scan hardened-web --var-file hardened-web/environments/prod.tfvars --format json", 0
    ),
    Case("hardened-web-dev.txt", "scan hardened-web --var-file hardened-web/environments/dev.tfvars", 0, HARDENED),
    Case("hardened-web-quiet.txt", "scan -q hardened-web --var-file hardened-web/environments/prod.tfvars", 0),
)


def unstamped(text: str) -> str:
    """A document without what is another at each version, time and commit."""
    return re.sub(r'^  "(version|generated|commit)": ".*",$', r'  "\1": "...",', text, flags=re.MULTILINE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_answer_is_the_expected_one(case: Case, imdsguard: Command) -> None:
    arguments = case.arguments.split()
    policy = ("--policy", RULES) if arguments[0] == "scan" else ()
    done = imdsguard(*arguments, *policy, cwd=EXAMPLES)
    assert done.stderr == case.stderr
    expected, said = EXPECTED / case.name, unstamped(done.stdout)
    if os.environ.get("IMDSGUARD_UPDATE"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8"), "make accept writes this anew"
    assert done.returncode == case.code


def test_no_expected_file_is_left_behind() -> None:
    assert sorted(path.name for path in EXPECTED.iterdir()) == sorted(case.name for case in CASES)


def launches(imdsguard: Command, *arguments: str) -> dict[str, dict[str, Any]]:
    done = imdsguard("inspect", *arguments, "--format", "json", cwd=EXAMPLES)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["problems"] == []
    return {launch["address"]: launch for launch in report["launches"]}


LOST = "a plan does not show what a dynamic block sets its arguments to"


@pytest.mark.parametrize(
    ("stack", "lost"),
    [
        (
            "legacy-web",
            {f'module.service["search"].{kind}.this' for kind in ("aws_launch_template", "aws_autoscaling_group")},
        ),
        ("hardened-web", set()),
    ],
)
def test_the_source_and_terraforms_plan_of_it_get_the_same_states(
    stack: str, lost: set[str], imdsguard: Command
) -> None:
    """The plans are real Terraform's (1.11.4), of the production variables.

    `lost` is what a plan cannot tell and the source can: a dynamic block without `http_tokens`.
    """
    source = launches(imdsguard, stack, "--var-file", f"{stack}/environments/prod.tfvars")
    plan = launches(imdsguard, str(PLANS / f"{stack}-prod.json"))
    assert plan.keys() == source.keys()
    assert len(plan) >= 10
    assert {address for address, launch in plan.items() if launch["reason"] == LOST} == lost
    for address, launch in source.items():
        assert plan[address]["region"] == launch["region"], address
        if address not in lost:
            assert plan[address]["state"] == launch["state"], address
            # Not by which alarms: of an alarm made with for_each a plan does not say which instance each one watches.
            assert plan[address]["alarm"]["covered"] == launch["alarm"]["covered"], address


def test_the_demo_ends_well_and_says_what_the_readme_shows() -> None:
    """The README shows the beginning of each part; a line of dots stands for what it leaves out."""
    environment = quiet_environment()
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [str(EXAMPLES / "demo")],
        cwd=HOUSE,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")

    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^<!-- make demo -->\n```text\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    assert shown, "the README shows no demo"
    rest = done.stdout
    for part in re.split(r"^\s*\.\.\.\n", shown.group(1), flags=re.MULTILINE):
        assert part in rest, "\n".join(difflib.unified_diff(part.splitlines(), rest.splitlines(), "README", "demo"))
        rest = rest[rest.index(part) + len(part) :]
