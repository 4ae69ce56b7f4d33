"""The page on adopting does what it says: its commands are run, its examples are read."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from imdsguard.run.rules import load_rules, rule_files
from tests.conftest import REPOSITORY, Command
from tests.end_to_end.git import Checkout, instance

PAGE = (REPOSITORY / "docs/adopting.md").read_text(encoding="utf-8")


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for text in fences("bash") for line in text.splitlines()]


def test_there_are_commands() -> None:
    assert sum(line.startswith("imdsguard ") for line in commands()) >= 7


def test_its_commands_work_in_their_order(imdsguard: Command, tmp_path: Path) -> None:
    project = Checkout.made(tmp_path / "project", main=instance("old"))
    project.put(".imdsguard.yaml", "version: 1\n")
    project.commit()
    project("update-ref", "refs/remotes/origin/main", "HEAD")
    project.branch()
    for line in commands():
        words = shlex.split(line.replace("$RUNNER_TEMP", str(tmp_path)))
        if words[0] == "imdsguard":
            done = imdsguard(*words[1:], cwd=project.folder)
            assert (done.returncode in (0, 1), done.stderr) == (True, ""), line
            continue
        assert words[0] == "git", line
        rest, target = (words[1:-2], words[-1]) if words[-2] == ">" else (words[1:], "")
        output = project(*rest)
        if target:
            Path(target).write_text(output + "\n")


def test_its_example_of_comments_suppresses_what_it_names(imdsguard: Command, tmp_path: Path) -> None:
    (example,) = fences("hcl")
    (tmp_path / "legacy").mkdir()
    (tmp_path / "main.tf").write_text(example)
    (tmp_path / "legacy/main.tf").write_text('resource "aws_launch_template" "this" {\n  image_id = "ami-1"\n}\n')
    findings = json.loads(imdsguard("scan", "--format", "json", cwd=tmp_path).stdout)["findings"]
    ignored = {(each["rule"], each["address"]) for each in findings if each["suppressed"]}
    assert ignored == {
        ("instance-tokens-optional", "aws_instance.appliance"),
        ("launch-template-tokens-optional", "module.legacy.aws_launch_template.this"),
    }


def test_its_policy_is_one(imdsguard: Command, tmp_path: Path) -> None:
    (policy,) = [text for text in fences("yaml") if text.startswith("version: 1")]
    (tmp_path / "policy.yaml").write_text(policy)
    (tmp_path / "main.tf").write_text(instance("a", above="# imdsguard: ignore[instance-tokens-optional] why\n"))
    done = imdsguard("scan", "--policy", "policy.yaml", "--format", "json", cwd=tmp_path)
    assert done.stderr == ""
    findings = json.loads(done.stdout)["findings"]
    assert [each["rule"] for each in findings if each["suppressed"]] == ["instance-tokens-optional"]


ROWS = re.findall(r"^\| (`(?:checkov|trivy|tfsec):[^|]*) \| [^|]* \| ([^|]*) \|$", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize(("comments", "rules"), ROWS, ids=[row[0] for row in ROWS])
def test_its_table_of_other_scanners_is_what_the_rules_say(comments: str, rules: str) -> None:
    tool, check = re.findall(r"(checkov|trivy|tfsec):(?:skip=|ignore:)([\w-]+)", comments)[0]
    framework = {"checkov": "Checkov", "trivy": "Trivy", "tfsec": "tfsec"}[tool]
    meant = [rule.id for rule in load_rules(rule_files()) if check in rule.controls.get(framework, ())]
    assert sorted(meant) == sorted(re.findall(r"`([\w-]+)`", rules))


def test_the_table_has_every_check_that_we_know() -> None:
    known = {
        check
        for rule in load_rules(rule_files())
        for framework in ("Checkov", "Trivy", "tfsec")
        for check in rule.controls.get(framework, ())
    }
    assert {check for check in known if check not in PAGE} <= {"aws-autoscaling-enforce-http-token-imds"}
