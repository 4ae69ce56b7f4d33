"""A module's repository: what is said of examples and tests in it, and of scripts that no example runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imdsguard.model.finding import Finding, Verdict
from imdsguard.report.report import Report
from imdsguard.run.config import ScanOptions, assumptions_of, prepare
from imdsguard.run.reading import read
from imdsguard.run.report import report_on

MODULE = """\
variable "user_data" {
  default = <<-EOT
    #!/bin/bash
    curl http://169.254.169.254/latest/meta-data/instance-id
  EOT
}

resource "aws_instance" "this" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = var.user_data

  metadata_options {
    http_tokens = "required"
  }
}
"""
OWN_SCRIPT = 'module "it" {\n  source    = "../.."\n  user_data = "#!/bin/bash\\necho hello\\n"\n}\n'
ITS_SCRIPT = 'module "it" {\n  source = "../.."\n}\n'
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
BACKEND = 'terraform {\n  backend "s3" {}\n}\n'
ACCOUNT_RULES = {"region-default-missing", "rejected-call-alarm-missing"}


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    for name, text in files.items():
        file = Path(name.replace("__", "/"), "main.tf")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def scanned(*paths: str, policy: str | None = None) -> Report:
    config = prepare(policy, ScanOptions())
    return report_on(read(paths, None, assumptions_of(policy)), config)


def of(report: Report, *rules: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule in rules and finding.verdict is Verdict.FAIL]


def rules_about_accounts(report: Report) -> set[str]:
    return {finding.rule for finding in of(report, *ACCOUNT_RULES)}


@pytest.mark.parametrize(
    ("top", "root", "silent"),
    [
        (MODULE, "examples__one", True),
        (MODULE, "tests__one", True),
        (MODULE, "stacks__one", False),
        (MODULE, "examples__deep__one", False),
        (MODULE, "examples", False),
        (MODULE + PROVIDER, "examples__one", False),
        (MODULE + BACKEND, "examples__one", False),
        (MODULE + "terraform {\n  cloud {}\n}\n", "examples__one", False),
        (MODULE + 'terraform {\n  required_version = ">= 1.0"\n}\n', "examples__one", True),
        (MODULE.replace('variable "user_data" {', "locals {").replace("  default =", "  text =").replace(
            "var.user_data", "local.text"), "examples__one", False),
    ],
    ids=["examples", "tests", "another folder", "further below", "the folder itself", "with a provider", "a backend",
         "with a cloud block", "with versions", "without variables"],
)  # fmt: skip
def test_account_rules_say_nothing_of_what_only_shows_a_module(top: str, root: str, silent: bool) -> None:
    source = "/".join([".."] * len(root.split("__")))
    call = 'resource "aws_instance" "host" {\n  ami           = "ami-1"\n  instance_type = "t3.micro"\n}\n'
    write(**{".": top, root: PROVIDER + call + f'module "it" {{\n  source = "{source}"\n}}\n'})
    report = scanned()
    assert rules_about_accounts(report) == (set() if silent else ACCOUNT_RULES)
    told = [note for note in report.notes if "the rules about accounts say nothing of" in note]
    assert len(told) == silent
    assert [finding.address for finding in of(report, "instance-tokens-optional")] == ["aws_instance.host"]


def test_one_line_says_of_how_many_it_is() -> None:
    write(**{".": MODULE, "examples__one": PROVIDER + OWN_SCRIPT, "examples__two": PROVIDER + OWN_SCRIPT})
    where = "a module (below examples or tests of its repository)"
    assert scanned().notes == (f"the rules about accounts say nothing of 2 root modules that show {where}",)
    one = scanned("examples/one")
    assert one.notes == (f"the rules about accounts say nothing of examples/one: it shows {where}",)


def test_what_a_policy_says_shares_an_account_is_deployed() -> None:
    write(**{".": MODULE, "examples__one": PROVIDER + OWN_SCRIPT, "examples__two": PROVIDER + OWN_SCRIPT})
    Path(".imdsguard.yaml").write_text("version: 1\nestates:\n  lab: {roots: ['examples/*']}\n")
    assert rules_about_accounts(scanned()) == ACCOUNT_RULES


@pytest.mark.parametrize(
    ("calls", "roots"),
    [
        ([OWN_SCRIPT], ["."]),
        ([ITS_SCRIPT], ["examples/0"]),
        ([OWN_SCRIPT, ITS_SCRIPT], ["examples/1"]),
    ],
    ids=["every call has its own script", "the call runs the default", "one of two runs it"],
)
def test_the_script_that_calls_override_is_read_and_told_once(calls: list[str], roots: list[str]) -> None:
    write(**{".": MODULE, **{f"examples__{number}": PROVIDER + call for number, call in enumerate(calls)}})
    report = scanned()
    found = of(report, "user-data-tokenless-call")
    assert [(finding.root, finding.place.file if finding.place else "") for finding in found] == [
        (root, "main.tf") for root in roots
    ]
    assert report.summary.launches == len(calls), "the module itself is deployed nowhere"


def test_only_scripts_are_read_there_and_only_what_is_surely_wrong() -> None:
    unsure = MODULE.replace('"required"', '"optional"').replace("var.user_data\n", "var.unset\n")
    write(**{".": unsure + 'variable "unset" {}\n'})
    write(examples__one=PROVIDER + 'module "it" {\n  source = "../.."\n  unset  = ""\n}\n')
    assert {finding.root for finding in scanned().findings} == {"examples/one"}


def test_modules_of_a_repository_of_stacks_are_not_read_by_themselves() -> None:
    write(modules__it=MODULE, stacks__one=PROVIDER + OWN_SCRIPT.replace("../..", "../../modules/it"))
    assert of(scanned(), "user-data-tokenless-call") == []


def test_a_branch_that_leaves_the_script_alone_adds_nothing(imdsguard_git: None) -> None:
    write(**{".": MODULE, "examples__one": PROVIDER + OWN_SCRIPT})
    git("add", "-A")
    git("commit", "-qm", "before")
    Path("examples/one/more.tf").write_text('output "x" {\n  value = 1\n}\n')
    config = prepare(None, ScanOptions(changed_since="HEAD"))
    report = report_on(read((), None, assumptions_of(None)), config)
    assert len(of(report, "user-data-tokenless-call")) == 1
    assert not [finding for finding in report.findings if finding.suppressed is None]


def test_fix_says_why_it_has_no_edit_for_a_default_that_no_root_module_runs() -> None:
    from imdsguard.fix.offer import BY_DEFAULT, offer
    from imdsguard.fix.tree import SourceTree
    from imdsguard.terraform.inputs import Inputs

    write(**{".": MODULE, "examples__one": PROVIDER + OWN_SCRIPT})
    config = prepare(None, ScanOptions())
    tree = SourceTree((), Inputs(), config)
    fixes = offer(tree, report_on(tree.reading, config).findings, unsafe=True, rules=(), into=None)
    assert [left.reason for left in fixes.unfixed] == [BY_DEFAULT]


@pytest.fixture
def imdsguard_git(tmp_path: Path) -> None:
    (tmp_path / ".git").rmdir()
    git("init", "-q")
    git("config", "user.email", "a@example.com")
    git("config", "user.name", "a")


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)
