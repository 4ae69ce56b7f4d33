"""Every format from one scan, of an example and of a pull request that tries to inject, to hide and to switch off."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from imdsguard.report.escape import escape
from imdsguard.report.formats import FORMATS
from tests.conftest import Command
from tests.end_to_end.hostile_repository import OPEN, SECRET, write
from tests.end_to_end.runner import HOUSE, Job, installed
from tests.report.test_github_report import run as commands_of
from tests.report.test_hostile_text import seen
from tests.report.test_sarif_report import VALIDATOR

RULES = str(HOUSE / "tests/end_to_end/examples.yaml")
POLICY = "version: 1\nsuppressions: {comments: deny}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(POLICY)
    return write(tmp_path)


def everything(imdsguard: Command, folder: Path, *arguments: str) -> tuple[int, dict[str, str], str]:
    """One scan with every format in a file: exit code, texts, what stdout and stderr had."""
    reports = folder.parent / "reports"
    reports.mkdir(exist_ok=True)
    outputs = [f"--output={name}={reports / name}" for name in FORMATS]
    done = imdsguard("scan", *arguments, *outputs, cwd=folder)
    assert "Traceback" not in done.stderr
    texts = {name: (reports / name).read_bytes().decode("utf-8") for name in FORMATS}
    return done.returncode, texts, done.stdout + done.stderr


def test_one_scan_fills_every_format(imdsguard: Command, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    folder = HOUSE / "examples"
    variables = "legacy-web/environments/prod.tfvars"
    outputs = [f"--output={name}={tmp_path / name}" for name in FORMATS]
    done = imdsguard("scan", "legacy-web", "--var-file", variables, *outputs, cwd=folder)
    assert done.returncode == 1, done.stderr
    texts = {name: (tmp_path / name).read_bytes().decode("utf-8") for name in FORMATS}
    assert texts["text"] == done.stdout
    findings = json.loads(texts["json"])["findings"]
    assert len(findings) >= 10
    log = json.loads(texts["sarif"])
    VALIDATOR.validate(log)
    groups = len({finding["group"] for finding in findings})
    assert groups < len(findings), "what is said of an account is one"
    assert len(log["runs"][0]["results"]) == groups
    assert sum(result["properties"]["findings"] for result in log["runs"][0]["results"]) == len(findings)
    assert len(commands_of(texts["github"])) == groups
    assert len(json.loads(texts["gitlab"])) == groups
    assert len(list(csv.reader(texts["csv"].splitlines()))) == 1 + len(findings)
    assert len(list(ElementTree.fromstring(texts["junit"]).iter("failure"))) == groups
    assert len(re.findall(r"^\| (?:❌|⚠️|ℹ️) ", texts["markdown"], flags=re.MULTILINE)) == groups
    files = set(every_uri(log["runs"][0]["results"]))
    top = HOUSE if (HOUSE / ".git").exists() else folder  # outside of a repository they are named from here
    assert {top / file for file in files} >= {folder / "legacy-web/hosts.tf", folder / "legacy-web/services.tf"}
    assert all((top / file).is_file() for file in files)


def every_uri(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [thing["uri"]] if "uri" in thing else [uri for value in thing.values() for uri in every_uri(value)]
    return [uri for value in thing for uri in every_uri(value)] if isinstance(thing, list) else []


def test_a_hostile_pull_request_hides_nothing_from_any_format(imdsguard: Command, repository: Path) -> None:
    code, texts, said = everything(imdsguard, repository, "--policy", "../base.yaml")
    assert code == 2, "what could not be read is a problem"
    report = json.loads(texts["json"])
    found = {each["address"]: each for each in report["findings"] if each["rule"] == "instance-tokens-optional"}
    assert set(found) == OPEN
    assert {each["verdict"] for each in found.values()} == {"fail"}
    assert {each["suppressed"] for each in found.values()} == {None}
    assert {problem["file"] for problem in report["problems"]} == {"linked.tf", "main.tf"}
    groups = len({each["group"] for each in report["findings"]})
    counted = groups + len(report["problems"])

    (run,) = json.loads(texts["sarif"])["runs"]
    VALIDATOR.validate(json.loads(texts["sarif"]))
    assert {name for each in run["results"] for name in each["properties"]["addresses"]} == {
        escape(each["address"]) for each in report["findings"]
    }
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(commands_of(texts["github"])) == counted
    assert len(json.loads(texts["gitlab"])) == counted
    assert len(list(csv.reader(texts["csv"].splitlines()))) == 1 + len(report["findings"]) + len(report["problems"])
    tree = ElementTree.fromstring(texts["junit"])
    assert len(list(tree.iter("failure"))) == groups
    assert len(list(tree.iter("error"))) == len(report["problems"])
    blocks = {each["group"]: address for address, each in reversed(found.items())}
    assert texts["text"].count("error[instance-tokens-optional]") == len(blocks) < len(OPEN)
    for address in blocks.values():
        assert f"error[instance-tokens-optional] {escape(address)}: " in texts["text"]
    (keys,) = (line for line in texts["text"].splitlines() if line.startswith("   and 4 more: "))
    assert keys.endswith(", ..."), "those of one for_each are mended at once, and some are named"
    rows = re.findall(r"^\| (?:❌|⚠️|ℹ️) ", texts["markdown"], flags=re.MULTILINE)
    assert len(rows) == groups

    for name, text in {**texts, "the terminal": said}.items():
        assert [character for character in set(text) if not seen(character)] == [], name
        assert not re.search(r"##\w*\[", text), name
        if name != "github":
            assert commands_of(text) == [], name
        assert SECRET not in text, name
        assert "aws_instance.outside" not in text, name
    assert not list(repository.parent.rglob("owned")), "nothing of the repository was run"


def test_its_own_policy_rules_it_only_where_nobody_says_otherwise(imdsguard: Command, repository: Path) -> None:
    """Why the check of a pull request names a policy: without one, that of the repository counts."""
    own = json.loads(imdsguard("scan", "--format", "json", cwd=repository).stdout)
    assert "instance-tokens-optional" not in {each["rule"] for each in own["findings"]}
    named = json.loads(imdsguard("scan", "--policy", "baseline", "--format", "json", cwd=repository).stdout)
    assert {each["address"] for each in named["findings"] if each["rule"] == "instance-tokens-optional"} == OPEN


@pytest.mark.parametrize("form", FORMATS)
def test_what_goes_to_a_terminal_is_what_goes_to_a_file(form: str, imdsguard: Command, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {}\n')
    done = imdsguard("scan", "--format", form, f"--output={form}=out", cwd=tmp_path)
    assert (tmp_path / "out").read_bytes().decode("utf-8").replace("\r\n", "\n") == done.stdout


def test_the_action_on_a_hostile_pull_request(repository: Path, tmp_path: Path) -> None:
    inputs = {"policy": "../base.yaml", "sarif-file": "out.sarif"}
    job = Job(repository, tmp_path / "temporary", inputs, installed()).run("python", "install")
    assert (job.code, job.output("exit-code")) == (2, "2")
    titles = [each.properties["title"] for each in commands_of(job.log)]
    assert titles.count("imdsguard: instance-tokens-optional") == len(OPEN) - 4, "five of one for_each are one"
    assert {each.kind for each in commands_of(job.log)} == {"error", "warning"}
    assert int(job.output("findings")) - 4 + int(job.output("problems")) == len(titles)
    assert re.fullmatch(r"[\w ,;()]+\.", job.output("summary"))
    assert not list(repository.parent.rglob("owned"))


def test_files_are_named_from_the_top_of_the_repository(imdsguard: Command, tmp_path: Path) -> None:
    folder = tmp_path / "stacks" / "web"
    (tmp_path / "modules" / "host").mkdir(parents=True)
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "modules" / "host" / "main.tf").write_text('resource "aws_instance" "in_module" {}\n')
    (folder / "main.tf").write_text('module "host" {\n  source = "../../modules/host"\n}\n')
    (folder / "broken.tf").write_text("resource {\n")
    outputs = [f"--output={name}=out.{name}" for name in ("json", "sarif", "github", "gitlab")]
    assert imdsguard("scan", "--policy", RULES, *outputs, cwd=folder).returncode == 2
    texts = {name: (folder / f"out.{name}").read_text() for name in ("json", "sarif", "github", "gitlab")}
    expected = {"modules/host/main.tf", "stacks/web/main.tf", "stacks/web/broken.tf"}
    assert set(every_uri(json.loads(texts["sarif"])["runs"])) == expected
    annotated = {command.properties["file"] for command in commands_of(texts["github"])}
    assert annotated == {"modules/host/main.tf", "stacks/web/broken.tf"}
    assert {each["location"]["path"] for each in json.loads(texts["gitlab"])} == annotated
    assert {each["file"] for each in json.loads(texts["json"])["findings"]} == {"../../modules/host/main.tf"}


def test_the_page_shows_what_comes_out(imdsguard: Command, tmp_path: Path) -> None:
    page = (HOUSE / "docs" / "formats.md").read_text(encoding="utf-8")
    example = re.search(r"^```terraform\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert example
    (tmp_path / "main.tf").write_text(example[1], encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## \w+\n\n|\Z)", mask(page), flags=re.MULTILINE | re.DOTALL))
    assert tuple(sections) == FORMATS
    for form, section in sections.items():
        done = imdsguard("scan", "--format", form, "--policy", RULES, cwd=tmp_path)
        (shown,) = re.findall(r"^(`{3,})\w+\n(.*?)^\1$", section, flags=re.MULTILINE | re.DOTALL)
        for piece in shown[1].replace("\x00", "#").split("...\n"):
            assert piece.rstrip("\n") in done.stdout, form


def mask(page: str) -> str:
    """Hide headings that are within an example."""
    return re.sub(r"(?<=\n````markdown\n)##", "\0\0", page)
