"""The library call: what it reads, what it gives, what it raises, and that it leaves the process alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imdsguard import (
    Inputs,
    PolicyError,
    RuleError,
    RunError,
    ScanOptions,
    Severity,
    State,
    UsageError,
    assumptions_of,
    prepare,
    read,
    report_on,
    scan,
)
from tests.conftest import Command

WEB = 'resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n}\n'
GOOD = 'resource "aws_instance" "good" {\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n'
STATE = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 7,
    "lineage": "f7",
    "resources": [
        {
            "mode": "managed",
            "type": "aws_instance",
            "name": "web",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"attributes": {"id": "i-1", "metadata_options": [{"http_tokens": "optional"}]}}],
        }
    ],
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.tf").write_text(WEB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_finds_what_the_command_finds(project: Path, imdsguard: Command) -> None:
    report = scan(["."], Inputs(), "baseline")
    told = json.loads(imdsguard("scan", ".", "--format", "json", cwd=project).stdout)
    assert [(f.rule, f.address, f.message) for f in report.findings] == [
        (f["rule"], f["address"], f["message"]) for f in told["findings"]
    ]
    assert (report.exit_code, report.problems, report.policy) == (1, (), "baseline")
    assert [launch.state for launch in report.estate.launches] == [State.OPTIONAL]


@pytest.mark.parametrize(
    ("fail_on", "limit", "code"),
    [
        (None, Severity.ERROR, 0),
        ("error", Severity.ERROR, 0),
        ("warning", Severity.WARNING, 1),
        ("note", Severity.NOTE, 1),
        ("never", None, 0),
    ],
)
def test_the_exit_code_follows_the_threshold(
    fail_on: str | None, limit: Severity | None, code: int, project: Path
) -> None:
    (project / ".imdsguard.yaml").write_text("version: 1\nrules: {instance-tokens-optional: warning}\n")
    report = scan(["."], policy=prepare(None, ScanOptions(fail_on=fail_on)))
    assert (report.fail_on, report.exit_code) == (limit, code)


def test_what_cannot_be_read_is_a_problem_and_counts_most(project: Path) -> None:
    (project / "broken.tf").write_text("resource {")
    report = scan(["."])
    assert [problem.place.file for problem in report.problems if problem.place] == ["broken.tf"]
    assert report.exit_code == 2


def test_passes_are_there_if_they_are_asked_for(project: Path) -> None:
    (project / "main.tf").write_text(GOOD)
    asked = prepare("observe", ScanOptions(show_passed=True))
    assert {f.verdict.value for f in scan(["."], policy=asked).findings} >= {"pass"}
    assert "pass" not in {f.verdict.value for f in scan(["."], policy="observe").findings}


def test_without_a_policy_the_projects_own_counts(project: Path) -> None:
    (project / ".imdsguard.yaml").write_text("version: 1\nrules: {instance-tokens-optional: note}\n")
    severities = {f.rule: f.severity for f in scan().findings}
    assert severities["instance-tokens-optional"] is Severity.NOTE


def test_an_estate_without_rules(project: Path) -> None:
    (project / "main.tf").write_text(WEB + 'variable "tokens" {}\n' + GOOD.replace('"required"', "var.tokens"))
    reading = read(["."], Inputs(variables=("tokens=required",)), assumptions_of("baseline"))
    assert [(each.address, each.state.value) for each in reading.estate.launches] == [
        ("aws_instance.web", "optional"),
        ("aws_instance.good", "required"),
    ]
    assert [root.name for root in reading.roots] == ["."]


def test_another_folder_than_the_working_directory_can_be_read(project: Path, tmp_path: Path) -> None:
    os.mkdir("other")
    os.rename("main.tf", "other/main.tf")
    reading = read(["."], Inputs(working_directory=str(tmp_path / "other")))
    assert [launch.place.file for launch in reading.estate.launches if launch.place] == ["main.tf"]


def test_what_lies_there_is_not_judged_by_what_lies_here(project: Path, tmp_path: Path) -> None:
    elsewhere = Inputs(working_directory=str(tmp_path))
    with pytest.raises(UsageError, match="can be read, and not judged: comments and baselines count from the"):
        scan(["."], elsewhere)


def test_a_document_comes_as_bytes(project: Path) -> None:
    report = scan(["-"], policy="baseline", stdin=json.dumps(STATE).encode())
    assert [f.address for f in report.findings if f.severity is Severity.ERROR] == ["aws_instance.web"]
    nothing = scan(["-"], policy="baseline")
    assert [problem.message for problem in nothing.problems] == ["the standard input cannot be read"]
    assert nothing.estate.launches == ()


def test_one_reading_can_be_judged_twice(project: Path) -> None:
    reading = read(["."])
    reports = [report_on(reading, prepare(policy)) for policy in ("baseline", "observe")]
    assert [report.policy for report in reports] == ["baseline", "observe"]
    assert len(reports[0].rules) < len(reports[1].rules)
    assert reports[0].estate is reports[1].estate is reading.estate


@pytest.mark.parametrize(
    ("policy", "options", "error", "said"),
    [
        ("nosuch", ScanOptions(), PolicyError, 'there is no policy "nosuch"'),
        (None, ScanOptions(checks=("nowhere",)), RuleError, "nowhere: this folder of rules cannot be read"),
        (None, ScanOptions(baseline="none.json"), RunError, "there is no baseline none.json"),
        (None, ScanOptions(write_baseline="main.tf"), RunError, "the baseline main.tf is not JSON"),
        (
            None,
            ScanOptions(changed_since="main", write_baseline="b.json"),
            UsageError,
            "--write-baseline keeps all that is found",
        ),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_read(
    policy: str | None, options: ScanOptions, error: type[Exception], said: str, project: Path
) -> None:
    with pytest.raises(error, match=said) as raised:
        prepare(policy, options)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("paths", "error", "said"),
    [
        (["."], RunError, "is in no git repository"),
        (["state.tfstate"], UsageError, "--changed-since compares two versions of Terraform source"),
    ],
)
def test_an_earlier_version_that_cannot_be_had(
    paths: list[str], error: type[Exception], said: str, project: Path
) -> None:
    (project / "state.tfstate").write_text(json.dumps(STATE))
    with pytest.raises(error, match=said):
        scan(paths, policy=prepare("baseline", ScanOptions(changed_since="main")))


def test_a_baseline_is_written_where_the_caller_says_and_cannot_be_written_where_there_is_no_folder(
    project: Path,
) -> None:
    first = scan(["."], policy=prepare("baseline", ScanOptions(write_baseline="known.json")))
    second = scan(["."], policy=prepare("baseline", ScanOptions(baseline="known.json")))
    assert [first.exit_code, second.exit_code] == [0, 0]
    assert sorted(path.name for path in project.iterdir()) == ["known.json", "main.tf"]
    with pytest.raises(RunError, match=r"^nowhere/known\.json cannot be written: No such file or directory$"):
        scan(["."], policy=prepare("baseline", ScanOptions(write_baseline="nowhere/known.json")))


def test_the_call_leaves_the_process_alone(project: Path) -> None:
    program = (
        "import gc, os, signal, sys, threading\n"
        "def state():\n"
        "    return (gc.get_threshold(), gc.get_freeze_count(), sys.getrecursionlimit(), sys.path[:], os.getcwd(),\n"
        "        dict(os.environ), signal.getsignal(signal.SIGTERM), threading.active_count(),\n"
        "        sys.stdout, sys.stderr)\n"
        "before = state()\n"
        "from imdsguard import scan\n"
        "scan(['.', 'nowhere'])\n"
        "assert state() == before\n"
        "assert 'click' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
