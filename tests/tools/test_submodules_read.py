"""What the tool that fills `modules.yaml` reads of a submodule: its folder, and what that calls in the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.known_modules import Survey, read_module

FILES = {
    "main.tf": 'resource "aws_instance" "top" {}\n',
    "modules/role/main.tf": 'resource "aws_iam_role" "this" {}\n',
    "modules/role/inner/main.tf": 'resource "aws_sqs_queue" "this" {}\n',
    "modules/service/main.tf": 'module "role" {\n  source = "../role"\n}\n',
    "modules/group/main.tf": 'module "it" {\n  source = "../nodes"\n}\n',
    "modules/nodes/main.tf": 'resource "aws_eks_node_group" "this" {}\n',
    "modules/whole/main.tf": 'module "it" {\n  source = "../../"\n}\n',
    "modules/far/main.tf": 'module "it" {\n  source = "example/far/aws"\n}\n',
}


@pytest.fixture
def repository(tmp_path: Path) -> str:
    git(tmp_path, "init", "-q")
    (tmp_path / "main.tf").write_text(FILES["main.tf"])
    commit(tmp_path, "v1.0.0")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    commit(tmp_path, "v1.1.0")
    return str(tmp_path / ".git")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


def commit(folder: Path, tag: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", tag)
    git(folder, "tag", tag)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("modules/role", ['versions: "<= 1.1.0"', "read: modules/role in 1 tags, v1.1.0"]),
        ("modules/service", ['versions: "<= 1.1.0"', "read: modules/service in 1 tags, v1.1.0"]),
        ("modules/group", []),
        ("modules/nodes", []),
        ("modules/whole", []),
        ("modules/far", []),
        ("", []),
    ],
    ids=[
        "its own types",
        "what it calls",
        "calls what launches",
        "launches",
        "calls the top",
        "calls the unread",
        "all",
    ],
)
def test_a_submodule_is_its_folder_and_what_it_calls(folder: str, expected: list[str], repository: str) -> None:
    name = f"example/it/aws{folder and f'//{folder}'}"
    entries = Survey([read_module(name, repository)]).entries(name)
    assert len(entries) == bool(expected)
    assert all(line in entries[0] for line in expected)
