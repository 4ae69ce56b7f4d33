"""What every document says of itself: which version made it, when, and of which commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from imdsguard.run.stamping import stamp
from imdsguard.version import __version__
from tests.conftest import Command

CODE = 'resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n'


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository_with_code(tmp_path: Path) -> Path:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "main.tf").write_text(CODE)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        ("scan", "stack"),
        ("inspect", "stack"),
        ("explain", "aws_instance.web", "stack"),
        ("suppressions", "stack"),
        ("fix", "stack"),
        ("rules",),
    ],
    ids=" ".join,
)
def test_every_document_says_who_made_it(
    command: tuple[str, ...], repository_with_code: Path, imdsguard: Command
) -> None:
    done = imdsguard(*command, "--format", "json", cwd=repository_with_code)
    document = json.loads(done.stdout)
    assert list(document)[:4] == ["schema", "version", "generated", "commit"]
    assert document["version"] == __version__
    assert document["generated"] == "2025-11-24T16:00:00Z"
    assert document["commit"] == git(repository_with_code, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "command", [("scan",), ("inspect",), ("explain", "aws_instance.web"), ("suppressions",), ("fix",), ("readiness",)]
)
def test_every_document_about_code_says_what_was_not_looked_at(
    command: tuple[str, ...], repository_with_code: Path, imdsguard: Command
) -> None:
    (repository_with_code / "stack" / "more.tf").write_text('resource "aws_instance" "none" {\n  count = 0\n}\n')
    done = imdsguard(*command, "stack", "--format", "json", cwd=repository_with_code)
    assert [each["kind"] for each in json.loads(done.stdout)["unseen"]] == ["not_made"]


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert stamp([str(tmp_path)]).commit is None


def test_without_git_there_is_no_commit(repository_with_code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert stamp([str(repository_with_code)]).commit is None


def test_the_commit_is_that_of_what_was_read(repository_with_code: Path) -> None:
    assert stamp([str(repository_with_code / "stack" / "main.tf")]).commit == git(
        repository_with_code, "rev-parse", "HEAD"
    )
    assert stamp(["-", str(repository_with_code)]).commit is not None


@pytest.mark.parametrize("given", ["", "soon", "-1", "9" * 20, "\u0663"])
def test_what_is_no_epoch_is_not_heeded(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    made = stamp().generated
    assert made is not None
    assert made > "2026"
