"""The example of a job for GitLab, its script run by a shell as a runner does: by what a merge request is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import quiet_environment
from tests.end_to_end.git import Checkout, instance

JOB = Path(__file__).resolve().parents[2] / "examples" / "gitlab" / ".gitlab-ci.yml"
OPTIONAL = (
    'resource "aws_instance" "{}" {{\n  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n}}\n'
)
ONLY_TOKENS = "version: 1\nselect:\n  rules: [instance-tokens-optional]\n"
NOTHING = "version: 1\nrules:\n  region-default-missing: off\n  instance-tokens-optional: off\n"


@pytest.fixture
def origin(tmp_path: Path) -> Checkout:
    """A project whose policy was of no use at first, and has become one."""
    made = Checkout.made(tmp_path / "origin", main=OPTIONAL.format("old"))
    made.put(".imdsguard.yaml", NOTHING)
    made.commit("a policy that allows everything")
    return made


def judged(origin: Checkout, tmp_path: Path, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the script on the branch `feature` as a runner has it: on the commit, with a shell, without the packages."""
    build = tmp_path / "build"
    subprocess.run(["git", "clone", "-q", str(origin.folder), str(build)], check=True, env=quiet_environment())
    origin("checkout", "-q", "main")
    installed = tmp_path / "home" / "venv" / "bin"
    installed.mkdir(parents=True)
    (installed / "imdsguard").symlink_to(Path(sys.executable).with_name("imdsguard"))
    script: list[str] = yaml.safe_load(JOB.read_text(encoding="utf-8"))["imdsguard"]["script"]
    start = next(number for number, line in enumerate(script) if "git fetch" in line)
    done = subprocess.run(
        ["sh", "-ec", "\n".join(script[start:])],
        cwd=build,
        env={
            **quiet_environment(),
            "PATH": os.environ["PATH"],
            "home": str(tmp_path / "home"),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "IMDSGUARD_GET": "false",
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1) or variables, done.stderr
    return done.returncode, json.loads((build / "gl-code-quality-report.json").read_text(encoding="utf-8"))


def test_what_a_merge_request_adds_is_judged_by_the_policy_of_the_target_branch(
    origin: Checkout, tmp_path: Path
) -> None:
    origin.branch()
    origin.write(new=OPTIONAL.format("new"))
    origin.put(".imdsguard.yaml", NOTHING)
    origin.commit()
    origin("checkout", "-q", "main")
    origin.put(".imdsguard.yaml", ONLY_TOKENS)
    origin.commit("a policy that demands tokens, after the branch was made")
    origin("checkout", "-q", "feature")
    code, found = judged(origin, tmp_path)
    assert code == 1
    assert [(each["check_name"], each["location"]["path"]) for each in found] == [
        ("instance-tokens-optional", "new.tf")
    ]


def test_the_baseline_of_the_target_branch_is_heeded(origin: Checkout, tmp_path: Path) -> None:
    origin.put(".imdsguard.yaml", ONLY_TOKENS)
    origin.commit()
    origin.branch()
    origin.commit("a branch from before the baseline was written, that adds nothing")
    origin("checkout", "-q", "main")
    subprocess.run(
        [str(Path(sys.executable).with_name("imdsguard")), "scan", "-q", "--write-baseline"],
        cwd=origin.folder,
        env=quiet_environment(),
        check=True,
    )
    origin.commit("a baseline")
    origin("checkout", "-q", "feature")
    assert judged(origin, tmp_path) == (0, [])


@pytest.mark.parametrize(
    ("get", "source", "fetches"), [("true", "7", True), ("true", "8", False), ("false", "7", False)]
)
def test_nothing_is_fetched_for_a_merge_request_from_a_fork(
    get: str, source: str, fetches: bool, origin: Checkout, tmp_path: Path
) -> None:
    origin.branch()
    origin.write(new='module "x" {\n  source = "example.com/a/b/aws"\n}\n')
    origin.commit()
    code, found = judged(origin, tmp_path, IMDSGUARD_GET=get, CI_MERGE_REQUEST_SOURCE_PROJECT_ID=source)
    refused = "example.com is not among the hosts of --get-host"
    assert (code, any(refused in each["description"] for each in found)) == (2, fetches)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"IMDSGUARD_EXCLUDE": "other\n\nold"}, ["new.tf"]),
        ({"IMDSGUARD_VAR": "tokens=required"}, ["new.tf", "old/main.tf"]),
        ({"IMDSGUARD_WORKSPACE": "default"}, ["new.tf", "old/main.tf", "other/main.tf"]),
        ({"IMDSGUARD_HONOR_COMMENTS": "checkov"}, ["old/main.tf", "other/main.tf"]),
    ],
)
def test_what_the_command_is_given_besides(
    origin: Checkout, tmp_path: Path, variables: dict[str, str], expected: list[str]
) -> None:
    origin.put(".imdsguard.yaml", ONLY_TOKENS)
    origin.commit()
    origin.branch()
    origin.write(new=OPTIONAL.format("new").replace("{\n", "{\n  # checkov:skip=CKV_AWS_79:it is an appliance\n", 1))
    origin.write(old__main=OPTIONAL.format("old"))
    switch = 'variable "tokens" {\n  default = "optional"\n}\n'
    origin.write(other__main=switch + instance("other", "var.tokens"))
    origin.commit()
    code, found = judged(origin, tmp_path, **variables)
    assert (code, sorted(each["location"]["path"] for each in found)) == (1, expected)


def test_an_environment_that_the_policy_does_not_have_is_refused(origin: Checkout, tmp_path: Path) -> None:
    origin.put(".imdsguard.yaml", ONLY_TOKENS)
    origin.commit()
    origin.branch()
    with pytest.raises(FileNotFoundError):  # no report: nothing was judged
        judged(origin, tmp_path, IMDSGUARD_ENVIRONMENT="prod")


def test_without_a_policy_there_are_no_environments_yet(origin: Checkout, tmp_path: Path) -> None:
    origin("rm", "-q", ".imdsguard.yaml")
    origin.commit()
    origin.branch()
    origin.write(new=OPTIONAL.format("new"))
    origin.commit()
    code, found = judged(origin, tmp_path, IMDSGUARD_ENVIRONMENT="prod")
    assert (code, {each["location"]["path"] for each in found}) == (1, {"new.tf"})
