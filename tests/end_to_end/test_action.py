"""The action: its steps run with bash as on a runner, what they write is read as by a runner, and it is linted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conftest import quiet_environment
from tests.end_to_end.git import Checkout
from tests.end_to_end.runner import EXPRESSION, HOUSE, Job, action, installed
from tests.report.test_github_report import run as commands_of

WORKFLOWS = sorted((HOUSE / "examples" / "workflows").glob("*.yml"))
OPEN = 'provider "aws" {\n  region = "eu-west-1"\n}\n\nresource "aws_instance" "web" {\n  ami = "ami-1"\n}\n'
CLEAN = 'resource "aws_instance" "web" {\n  metadata_options {\n    http_tokens = var.tokens\n  }\n}\n'
VARIABLE = 'variable "tokens" {\n  type = string\n}\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "main.tf").write_text(OPEN)
    return folder


def scan(workspace: Path, **inputs: str) -> Job:
    """Use the action with inputs (`fail_on` is `fail-on`), without the installation."""
    named = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Job(workspace, workspace.parent / "temporary", named, installed()).run("python", "install")


def test_findings_are_annotations_a_summary_and_outputs(workspace: Path) -> None:
    job = scan(workspace, sarif_file="out.sarif", formats="junit=out.xml\n\ncsv=out.csv\n")
    assert job.code == 1
    found = [(each.kind, each.properties["title"], each.properties["file"]) for each in commands_of(job.log)]
    assert ("error", "imdsguard: instance-tokens-optional", "main.tf") in found
    assert job.output("exit-code") == "1"
    assert int(job.output("findings")) == len(found) > 0
    assert job.output("problems") == "0"
    assert job.output("summary").startswith("1 launch (1 optional); ")
    assert job.output("sarif-file") == "out.sarif"
    assert json.loads((workspace / "out.sarif").read_text())["runs"][0]["results"]
    assert (workspace / "out.xml").exists()
    assert (workspace / "out.csv").exists()
    assert job.summary.startswith("## imdsguard\n\n1 launch (1 optional); ")


def test_with_nothing_wrong_the_job_passes(workspace: Path) -> None:
    (workspace / "main.tf").write_text(CLEAN + VARIABLE)
    (workspace / "prod.tfvars").write_text('tokens = "required"\n')
    (workspace / "team.yaml").write_text("version: 1\nselect:\n  rules: [instance-tokens-optional]\n")
    job = scan(workspace, var_files="prod.tfvars", policy="team.yaml")
    assert (job.code, commands_of(job.log)) == (0, []), job.log
    assert (job.output("exit-code"), job.output("findings"), job.output("problems")) == ("0", "0", "0")
    assert job.output("sarif-file") == ""
    assert "no findings" in job.summary


def test_what_is_not_checked_fails_the_job(workspace: Path) -> None:
    (workspace / "bad.tf").write_text('resource "aws_instance" {\n')
    job = scan(workspace, fail_on="never")
    assert job.code == 2
    assert job.output("problems") == "1"
    assert "### Could not be checked" in job.summary
    assert "imdsguard: could not be checked" in {each.properties["title"] for each in commands_of(job.log)}


GIVEN = {
    "vars": "tokens=required\n",
    "workspace": "staging",
    "exclude": "old\n\nmore/**\n",
    "honor-comments": "trivy\ncheckov\n",
}
LAUNCH = 'resource "aws_instance" "web" {{\n{}  ami = "ami-1"\n  metadata_options {{\n    http_tokens = {}\n  }}\n}}\n'
JUDGED = {
    "vars": {"main.tf": 'variable "tokens" {\n  default = "optional"\n}\n' + LAUNCH.format("", "var.tokens")},
    "workspace": {"main.tf": LAUNCH.format("", 'terraform.workspace == "old" ? "optional" : "required"')},
    "exclude": {
        "old/main.tf": LAUNCH.format("", '"optional"'),
        "main.tf": LAUNCH.format("", '"required"'),
        "more/a/main.tf": LAUNCH.format("", '"optional"'),
    },
    "honor-comments": {"main.tf": LAUNCH.format("  # checkov:skip=CKV_AWS_79:it is an appliance\n", '"optional"')},
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_the_command_is_given(workspace: Path, name: str) -> None:
    for file, text in JUDGED[name].items():
        (workspace / file).parent.mkdir(parents=True, exist_ok=True)
        (workspace / file).write_text(text)
    (workspace / ".imdsguard.yaml").write_text("version: 1\nselect:\n  rules: [instance-tokens-optional]\n")
    jobs = [Job(workspace, workspace.parent / "temporary", each, installed()) for each in ({}, {name: GIVEN[name]})]
    assert [bool(commands_of(job.run("python", "install").log)) for job in jobs] == [True, False]


def test_a_policy_that_cannot_be_read_is_shown_where_it_is_wrong(workspace: Path) -> None:
    (workspace / ".imdsguard.yaml").write_text("version: 1\nfail_onn: error\n")
    job = scan(workspace)
    shown = [(each.kind, each.properties, each.message) for each in commands_of(job.log)]
    title = {"title": "imdsguard: nothing was checked"}
    assert job.code == 2
    assert shown == [
        (
            "error",
            {"file": ".imdsguard.yaml", "line": "2", "endLine": "2", "col": "1", "endColumn": "8"} | title,
            'a policy has no key "fail_onn"; did you mean "fail_on"?',
        ),
    ]


def test_a_call_that_cannot_be_is_shown(workspace: Path) -> None:
    job = scan(workspace, baseline="none.json")
    shown = [(each.kind, each.properties, each.message) for each in commands_of(job.log)]
    message = "there is no baseline none.json: write it with --write-baseline=none.json"
    assert (job.code, shown) == (2, [("error", {"title": "imdsguard: nothing was checked"}, message)])


def test_a_threshold(workspace: Path) -> None:
    assert scan(workspace, fail_on="never").code == 0


def test_a_plan_is_checked_instead_of_paths(workspace: Path) -> None:
    (workspace / "plan.json").write_text(
        json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.11.0",
                "planned_values": {"root_module": {}},
                "resource_changes": [],
                "configuration": {"root_module": {}},
            }
        )
    )
    job = scan(workspace, plan_file="plan.json")
    nothing = "0 launches (no block launches EC2 instances); no findings."
    assert (job.code, job.output("summary")) == (0, nothing), job.log


def test_annotations_and_summary_can_be_left_out(workspace: Path) -> None:
    job = scan(workspace, annotations="false", summary="false")
    assert (job.code, commands_of(job.log), job.summary) == (1, [], "")
    assert "error[instance-tokens-optional]" in job.log


def test_comments_can_be_ignored(workspace: Path) -> None:
    text = OPEN.replace("resource", "# imdsguard: ignore[instance-tokens-optional] it is mine\nresource")
    (workspace / "main.tf").write_text(text)
    heeded = {each.properties["title"] for each in commands_of(scan(workspace).log)}
    refused = {each.properties["title"] for each in commands_of(scan(workspace, suppressions="false").log)}
    assert refused - heeded == {"imdsguard: instance-tokens-optional"}


def test_a_branch_is_compared_with_its_base(workspace: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=workspace, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    git("checkout", "-q", "-b", "branch")
    (workspace / "more.tf").write_text('resource "aws_instance" "more" {\n  ami = "ami-2"\n}\n')
    git("add", "-A")
    git("commit", "-q", "-m", "two")
    found = commands_of(scan(workspace, changed_since="main").log)
    assert {each.properties["file"] for each in found} == {"more.tf"}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"policy": "baseline\n--checks=evil"}, "the input policy has more than one line"),
        ({"sarif-file": "a\nsummary=b"}, "the input sarif-file has more than one line"),
        ({"annotations": "yes"}, "the input annotations is neither true nor false"),
        ({"suppressions": ""}, "the input suppressions is neither true nor false"),
        ({"paths": "\n\n"}, "there is nothing to check: the inputs paths and plan-file are empty"),
    ],
)
def test_a_wrong_input_is_refused(workspace: Path, inputs: dict[str, str], message: str) -> None:
    job = Job(workspace, workspace.parent / "temporary", inputs, installed()).run("python", "install")
    assert (job.code, job.output("exit-code"), job.output("sarif-file")) == (2, "2", "")
    assert [each.message for each in commands_of(job.log)] == [message]


HOSTILE = [
    "--checks=evil",
    "$(touch owned) `touch owned` ; touch owned # ' ; touch owned ; '\" ; touch owned ; \" ${IFS}x * ::error::x",
    "${{ github.token }}\r",
]


def every_input() -> list[object]:
    """All inputs, one of them in the fast tests: each starts a shell three times."""
    names = [name for name in action()["inputs"] if name != "python-version"]
    return [names[0], *(pytest.param(name, marks=pytest.mark.slow) for name in names[1:])]


@pytest.mark.parametrize("name", every_input())
def test_no_input_is_ever_code_or_an_option(workspace: Path, name: str) -> None:
    (workspace / "evil").mkdir()
    (workspace / "evil" / "x.py").write_text("open('owned', 'w')\n")
    for value in HOSTILE:
        job = Job(workspace, workspace.parent / "temporary", {name: value}, installed()).run("python", "install")
        assert job.code in (0, 1, 2), job.log
        assert not list(workspace.parent.rglob("owned")), value
        assert "Traceback" not in job.log
        assert set(job.outputs["scan"]) <= {"exit-code", "findings", "problems", "summary", "sarif-file"}


def test_an_old_sarif_file_is_not_taken_for_ours(workspace: Path) -> None:
    (workspace / "out.sarif").write_text("planted")
    job = scan(workspace, sarif_file="out.sarif", policy="no-such-policy")
    assert (job.code, job.output("sarif-file"), (workspace / "out.sarif").exists()) == (2, "", False)
    assert "The scan could not be made" in job.summary
    (workspace / "out.sarif").mkdir()
    assert scan(workspace, sarif_file="out.sarif").output("exit-code") == "2"


def test_old_reports_are_not_taken_for_ours(workspace: Path) -> None:
    (workspace / "out.csv").write_text("planted")
    (workspace / "a b.xml").symlink_to(workspace / "main.tf")
    job = scan(workspace, formats="csv=out.csv\njunit=a b.xml\njson=/dev/null", policy="no-such-policy")
    assert job.code == 2
    assert sorted(path.name for path in workspace.iterdir()) == ["main.tf"]


SAME, OTHER = {"full_name": "acme/infra"}, {"full_name": "stranger/infra"}


@pytest.mark.parametrize(
    ("event", "fetches"),
    [
        ({"repository": SAME}, True),
        ({"repository": SAME, "pull_request": {"head": {"repo": SAME}}}, True),
        ({"repository": SAME, "pull_request": {"head": {"repo": OTHER}}}, False),
        ({"repository": SAME, "pull_request": {"head": {"repo": None}}}, False),
        ({"repository": SAME, "workflow_run": {"head_repository": OTHER}}, False),
        ({"repository": SAME, "workflow_run": {"head_repository": SAME}}, True),
        ({"repository": SAME, "issue": {"pull_request": {"url": "x"}}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_nothing_is_fetched_for_a_pull_request_from_a_fork(
    event: object, fetches: bool, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = workspace.parent / "event.json"
    told.write_text(json.dumps(event))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(told))
    (workspace / "module.tf").write_text('module "x" {\n  source = "example.com/a/b/aws"\n}\n')
    job = scan(workspace, get="true", get_hosts="git.example.com\n")
    refused = "example.com is not among the hosts of --get-host"
    assert (refused in job.log, "modules are not fetched for a pull request" in job.log) == (fetches, not fetches)


@pytest.mark.slow
def test_it_installs_itself_and_runs_nothing_of_the_workspace(workspace: Path) -> None:
    for name in ("pip", "venv", "imdsguard", "json", "encodings", "site", "sitecustomize"):
        (workspace / f"{name}.py").write_text("open('owned', 'w').close()\nraise SystemExit(0)\n")
    (workspace / "pip.conf").write_text("[global]\nindex-url = https://evil.example\n")
    (workspace / "pyproject.toml").write_text("[project]\nname = 'evil'\nversion = '1'\n")
    job = Job(workspace, workspace.parent / "temporary", {}).run()
    assert job.code == 1, job.log
    assert not (workspace / "owned").exists()
    assert job.output("summary").startswith("1 launch (1 optional)")
    assert sorted(path.name for path in workspace.iterdir() if path.is_dir()) == []


@pytest.mark.parametrize("name", ["pr-check-hcl.yml", "pr-check-plan.yml"])
def test_the_base_branch_is_taken_on_a_runner_that_did_it_before(workspace: Path, tmp_path: Path, name: str) -> None:
    base = Checkout.made(workspace)
    base.put(".imdsguard.yaml", "version: 1\n")
    base.branch()
    commit = base.commit("a policy")
    workflow = yaml.safe_load((HOUSE / "examples" / "workflows" / name).read_text(encoding="utf-8"))
    (step,) = (each for each in workflow["jobs"]["imdsguard"]["steps"] if each.get("id") == "base")
    output = tmp_path / "output"
    for _ in range(2):
        temporary = tmp_path / "temporary"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        output.write_text("")
        environment = {"RUNNER_TEMP": str(temporary), "BASE": commit, "GITHUB_OUTPUT": str(output)}
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env=quiet_environment() | environment,
            capture_output=True,
            check=True,
        )
        assert output.read_text() == f"policy={temporary}/base/.imdsguard.yaml\n"


def step(name: str, job: str, title: str) -> str:
    """The script of a step in one of the workflows."""
    workflow = yaml.safe_load((HOUSE / "examples" / "workflows" / name).read_text(encoding="utf-8"))
    (found,) = (each["run"] for each in workflow["jobs"][job]["steps"] if each.get("name") == title)
    script: str = found
    return script


def run_step(
    script: str, folder: Path, programs: dict[str, str], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does, with programs that are these scripts."""
    own = folder / "bin"
    own.mkdir(exist_ok=True)
    for name, text in programs.items():
        (own / name).write_text(f"#!/bin/sh\n{text}\n")
        (own / name).chmod(0o755)
    path = f"{own}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=quiet_environment() | {"PATH": path, "RUNNER_TEMP": str(folder), **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("asks", "code", "warned"),
    [("echo '{}'", 0, False), ("echo '{}'; exit 1", 0, False), ("echo '{}'; exit 2", 0, True), ("exit 2", 1, True)],
    ids=["ready", "still calling", "unknown", "nothing was asked"],
)
def test_the_nightly_answer_is_kept_whatever_it_says(asks: str, code: int, warned: bool, tmp_path: Path) -> None:
    programs = {"terraform": "echo '{}'", "imdsguard": asks}
    done = run_step(step("nightly-readiness.yml", "readiness", "Ask"), tmp_path, programs)
    assert (done.returncode, "::warning title=imdsguard::" in done.stdout) == (code, warned), done.stderr
    assert (tmp_path / "readiness.json").exists()


@pytest.mark.parametrize(
    ("gh", "output"),
    [
        ('[ "$2" = download ] || echo 123', "file={}/readiness/readiness.json\n"),
        ('[ "$2" = list ]', ""),
        ("exit 1", ""),
        ('[ "$2" = download ] && exit 1; echo 123', ""),
    ],
    ids=["there is one", "no run yet", "no such workflow", "it is gone"],
)
def test_a_pull_request_takes_the_last_answer_where_there_is_one(gh: str, output: str, tmp_path: Path) -> None:
    script = step("pr-check-plan.yml", "imdsguard", "Take the last answer of nightly-readiness.yml")
    told = tmp_path / "output"
    told.write_text("")
    done = run_step(script, tmp_path, {"gh": f'echo "$*" >> asked\n{gh}'}, GITHUB_OUTPUT=str(told), BRANCH="main")
    assert (done.returncode, told.read_text()) == (0, output.format(tmp_path)), done.stderr
    assert "--workflow nightly-readiness.yml --branch main --event schedule" in (tmp_path / "asked").read_text()


def test_a_saved_answer_of_readiness_is_handed_on(workspace: Path) -> None:
    job = scan(workspace, readiness_file="nowhere.json")
    assert job.code == 2
    assert "--readiness-file nowhere.json cannot be read" in job.log


# What is written down.


def test_scripts_have_no_expressions_and_actions_are_pinned() -> None:
    for step in action()["runs"]["steps"]:
        assert not EXPRESSION.search(step.get("run", ""))
    for file in [HOUSE / "action.yml", *WORKFLOWS]:
        for used in re.findall(r"^\s*-? *uses: (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+.*", used), used


def test_workflows_use_inputs_and_outputs_that_there_are() -> None:
    declared = action()
    for file in WORKFLOWS:
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        if file.name == "nightly-readiness.yml":  # it runs the command, which the action does not have
            continue
        (ours,) = (step for step in steps if step.get("uses", "").startswith("imdsguard/imdsguard@"))
        assert set(ours["with"]) <= set(declared["inputs"])
        used = set(re.findall(r"steps\.imdsguard\.outputs\.([\w-]+)", file.read_text(encoding="utf-8")))
        assert used <= set(declared["outputs"])


def test_what_it_installs_is_pinned_and_is_what_the_package_needs() -> None:
    lines = (HOUSE / "action" / "requirements.txt").read_text(encoding="utf-8")
    pinned: dict[str, list[Requirement]] = {}
    for block in re.findall(r"^[a-z].*(?:\n    .*)*", lines, flags=re.MULTILINE):
        assert "--hash=sha256:" in block, block
        requirement = Requirement(block.partition("\\")[0].strip())
        pinned.setdefault(requirement.name, []).append(requirement)
    needed = re.search(
        r"^dependencies = \[\n(.*?)^\]", (HOUSE / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL
    )
    builds = re.search(r"^requires = \[(.*)\]", (HOUSE / "pyproject.toml").read_text(), re.MULTILINE)
    assert needed
    assert builds
    for text in re.findall(r'"(.*?)"', needed[1] + builds[1]):
        wanted = Requirement(text)
        assert pinned.get(wanted.name), f"{wanted.name} is not pinned: see the head of action/requirements.txt"
        for requirement in pinned[wanted.name]:
            (version,) = (each.version for each in requirement.specifier)
            assert wanted.specifier.contains(version), f"{wanted} but {requirement}"


def lint(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_and_the_workflows_are_what_the_published_schemas_want() -> None:
    lint("check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    lint("check_jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))
    gitlab = "examples/gitlab/.gitlab-ci.yml"
    lint("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", gitlab)


def test_zizmor_finds_nothing() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--pedantic", "--no-progress", "action.yml", *map(str, WORKFLOWS)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout


def test_the_page_lists_every_input_and_output() -> None:
    page = (HOUSE / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    inputs, outputs = re.findall(r"^\| (?:input|output) \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, flags=re.MULTILINE)
    assert re.findall(r"^\| `([\w-]+)`", inputs, flags=re.MULTILINE) == list(action()["inputs"])
    named = {name for row in outputs.splitlines() for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert named == set(action()["outputs"])
