"""What stands in a folder and cannot be read, or names no file: a problem with its place, and the rest is read."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from imdsguard.terraform.reading import RootsRead

WEB = 'resource "aws_instance" "web" {}\n'


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))  # the whole path may be longer than a socket's may be


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link to nothing": (lambda path: path.symlink_to("nowhere.tf"), "No such file"),
    "a link to nothing in a folder that is not there": (lambda path: path.symlink_to("a/b/c.tf"), "No such file"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "symbolic links"),
    "a link to a folder": (lambda path: path.symlink_to("below"), "Is a directory"),
    "a pipe": (os.mkfifo, "not a regular file"),
    "a socket": (a_socket, "No such device"),
    "a file for nobody": (lambda path: (path.write_text(WEB), path.chmod(0)), "Permission denied"),
}


def addresses(reading: RootsRead) -> list[str]:
    return [resource.address for root in reading.roots for resource in root.resources]


@pytest.mark.skipif(os.name != "posix", reason="links, pipes and sockets are POSIX's")
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", ["x.tf", "x.tf.json", "x_override.tofu", "x.auto.tfvars"])
def test_what_cannot_be_read_is_a_problem_and_the_rest_is_read(
    kind: str, name: str, stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, reason = NO_FILES[kind]
    stack.files({"main.tf": WEB, "below/readme.md": ""})
    monkeypatch.chdir(stack.folder)
    make(stack.folder / name)
    if kind == "a file for nobody" and os.access(stack.folder / name, os.R_OK):
        pytest.skip("who may do everything may read it")
    reading = stack.read()
    (problem,) = reading.problems
    assert str(problem).startswith(f"{name}: cannot read this file: ")
    assert reason in str(problem)
    assert addresses(reading) == ["aws_instance.web"]


def test_a_folder_of_such_a_name_is_a_folder(stack) -> None:
    stack.files({"main.tf": WEB, "x.tf/main.tf": WEB})
    reading = stack.read()
    assert [root.name for root in reading.roots] == [".", "x.tf"]
    assert reading.problems == ()


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_folder_with_nothing_but_a_broken_link_is_not_empty(stack) -> None:
    (stack.folder / "generated.tf").symlink_to("nowhere.tf")
    assert [str(problem) for problem in stack.read().problems] == [
        "generated.tf: cannot read this file: No such file or directory"
    ]


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_a_link_to_itself_among_folders_hides_none_of_them(stack) -> None:
    stack.files({"a/main.tf": WEB, "b/main.tf": WEB})
    (stack.folder / "around").symlink_to("around")
    reading = stack.read()
    assert [root.name for root in reading.roots] == ["a", "b"]
    assert reading.problems == ()


NO_PATHS = {
    "native": ("m.tf", 'module "m" {\n  source = "./a\\u0000b"\n}\n', "a NUL character"),
    "JSON": ("m.tf.json", '{"module": {"m": {"source": "../\\u0000"}}}', "a NUL character"),
    "computed": ("m.tf", 'module "m" {\n  source = "./${"\\u0000"}x"\n}\n', "a NUL character"),
}


@pytest.mark.parametrize("kind", NO_PATHS)
def test_a_source_that_is_no_path_is_a_problem_of_its_module(kind: str, stack) -> None:
    name, text, what = NO_PATHS[kind]
    stack.files({"main.tf": WEB, name: text})
    reading = stack.read()
    (problem,) = reading.problems
    assert problem.place is not None
    assert problem.place.file == name
    assert f"module m: its source is no path: a path cannot hold {what}" in str(problem)
    assert addresses(reading) == ["aws_instance.web"]


def test_a_source_that_is_too_long_for_a_path_is_not_there(stack) -> None:
    stack.files({"main.tf": WEB + f'module "m" {{\n  source = "./{"a" * 10_000}"\n}}\n'})
    reading = stack.read()
    assert ["there is no folder" in str(problem) for problem in reading.problems] == [True]
    assert addresses(reading) == ["aws_instance.web"]


@pytest.mark.parametrize("folder", ["\0", "a/\0/b", "\ud800", "a" * 10_000, "../..", "/"])
def test_a_downloaded_module_whose_folder_is_no_path_is_not_there(folder: str, stack) -> None:
    manifest = json.dumps({"Modules": [{"Key": "m", "Source": "x/y/aws", "Dir": folder}]})
    stack.files({"main.tf": WEB + 'module "m" {\n  source = "x/y/aws"\n}\n'})
    stack.files({".terraform/modules/modules.json": manifest})
    reading = stack.read()
    assert len(reading.problems) == 1
    assert str(reading.problems[0]).startswith("main.tf:2:1: x/y/aws is not downloaded: ")
    assert addresses(reading) == ["aws_instance.web"]


@pytest.mark.parametrize("iterator", ["${i}", "%", "a b", "1.2.3.4", "", "a.b", "each", "\0"])
def test_an_iterator_that_is_no_name_is_a_problem_of_its_block(iterator: str, stack) -> None:
    block = {"for_each": ["required"], "iterator": iterator, "content": {"http_tokens": "required"}}
    template = {"name": "t", "dynamic": {"metadata_options": block}}
    code = json.dumps({"resource": {"aws_launch_template": {"t": template}}})
    stack.files({"main.tf": WEB, "other.tf.json": code})
    reading = stack.read()
    assert addresses(reading) == ["aws_instance.web", "aws_launch_template.t"]
    if iterator == "each":  # a name like another
        assert reading.problems == ()
        return
    (problem,) = reading.problems
    assert problem.place is not None
    assert problem.place.file == "other.tf.json"
    assert "the iterator of a dynamic block must be a single name" in str(problem)
