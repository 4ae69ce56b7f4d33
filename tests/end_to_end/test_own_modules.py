"""Modules whose source is the repository that is scanned: read from its git objects, or from the working tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Command, quiet_environment
from tests.end_to_end.git import Checkout, instance

REMOTE = "https://github.com/acme/terraform-aws-web.git"
MISSING = "this clone of acme/web/aws has no tag for"
GET = "run terraform init, or scan with --get"
UNCHECKED = "its launches were not checked"
POLICY = "version: 1\nselect: {rules: [instance-tokens-optional]}\n"


def call(source: str, version: str = "") -> str:
    return f'module "web" {{\n  source = "{source}"\n{version and f"  version = {chr(34)}{version}{chr(34)}"}\n}}\n'


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    """`web/` requires tokens at v1.0.0, leaves them optional at v1.1.0, and requires them in the working tree."""
    made = Checkout.made(tmp_path / "project", web__main=instance("web", '"required"'))
    made.put(".imdsguard.yaml", POLICY)
    made.commit()
    made("tag", "v1.0.0")
    made.write(web__main=instance("web"))
    made.commit()
    made("tag", "-a", "v1.1.0", "-m", "annotated")
    made("tag", "v2.0.0-rc1")
    made.write(web__main=instance("web", '"required"'))
    made.commit()
    made("remote", "add", "origin", REMOTE)
    return made


def found(imdsguard: Command, project: Checkout, code: str) -> tuple[int, str, str]:
    """The exit code, the state of the one launch in `stack/` and where it is written, or the problem."""
    project.write(stack__main=code)
    done = imdsguard("inspect", "stack", "--format", "json", cwd=project.folder)
    told = json.loads(done.stdout)
    if told["problems"]:
        (problem,) = told["problems"]
        (unseen,) = told["unseen"]
        assert (unseen["remedy_kind"] == "fetch_tags") == ("git fetch" in problem["remedy"])
        return done.returncode, problem["message"], problem["remedy"]
    (launch,) = told["launches"]
    assert launch["address"] == "module.web.aws_instance.web"
    return done.returncode, launch["state"], launch["file"]


@pytest.mark.parametrize(
    ("source", "version", "state", "file"),
    [
        ("acme/web/aws//web", "1.0.0", "required", "v1.0.0:web/main.tf"),
        ("acme/web/aws//web", "~> 1.0", "optional", "v1.1.0:web/main.tf"),
        ("acme/web/aws//web", ">= 1.0, != 1.1.0", "required", "v1.0.0:web/main.tf"),
        ("registry.terraform.io/acme/web/aws//web", "1.1.0", "optional", "v1.1.0:web/main.tf"),
        ("acme/web/aws//web", "2.0.0-rc1", "optional", "v2.0.0-rc1:web/main.tf"),
        ("git::https://github.com/acme/terraform-aws-web.git//web?ref=v1.1.0", "", "optional", "v1.1.0:web/main.tf"),
        ("git::ssh://git@github.com/acme/terraform-aws-web//web?ref=v1.0.0", "", "required", "v1.0.0:web/main.tf"),
        ("git@github.com:acme/terraform-aws-web.git//web?ref=tags/v1.1.0", "", "optional", "v1.1.0:web/main.tf"),
        ("github.com/acme/terraform-aws-web//web?ref=main", "", "required", "main:web/main.tf"),
        ("github.com/Acme/terraform-aws-web//web", "", "required", "web/main.tf"),
        ("acme/web/aws//web", "", "required", "web/main.tf"),
    ],
)
def test_a_version_is_read_from_the_clone(
    source: str, version: str, state: str, file: str, imdsguard: Command, project: Checkout
) -> None:
    assert found(imdsguard, project, call(source, version)) == (0, state, file)


def test_a_commit_is_read_from_the_clone(imdsguard: Command, project: Checkout) -> None:
    commit = project("rev-parse", "v1.1.0^{commit}")
    source = f"github.com/acme/terraform-aws-web//web?ref={commit}"
    assert found(imdsguard, project, call(source)) == (0, "optional", f"{commit[:12]}:web/main.tf")


@pytest.mark.parametrize(
    ("source", "version", "message", "remedy"),
    [
        ("acme/web/aws//web", "3.0.0", f"{MISSING} version 3.0.0", "run git fetch --tags"),
        ("acme/web/aws//web", ">= 2.0.0", f"{MISSING} version >= 2.0.0", "run git fetch --tags"),
        ("acme/web/aws//web", "newest", f"{MISSING} version newest", "run git fetch --tags"),
        (
            "github.com/acme/terraform-aws-web//web?ref=v9", "",
            'this clone of github.com/acme/terraform-aws-web has no tag for "v9"', "run git fetch --tags",
        ),
        (
            "github.com/acme/terraform-aws-web//web?ref=HEAD@{1}", "",
            'this clone of github.com/acme/terraform-aws-web has no tag for "HEAD@{1}"', "run git fetch --tags",
        ),
        ("acme/web/aws//gone", "1.0.0", "acme/web/aws has no folder gone at v1.0.0", UNCHECKED),
        ("acme/web/aws//../../..", "1.0.0", "acme/web/aws has no folder ../../.. at v1.0.0", UNCHECKED),
        ("acme/web/aws//../..", "", "acme/web/aws has no folder ../..", UNCHECKED),
        ("other/web/aws//web", "1.0.0", f"other/web/aws is not downloaded: {UNCHECKED}", GET),
    ],
)  # fmt: skip
def test_what_the_clone_does_not_have_is_a_problem(
    source: str, version: str, message: str, remedy: str, imdsguard: Command, project: Checkout
) -> None:
    assert found(imdsguard, project, call(source, version)) == (2, message, remedy)


def test_the_working_tree_in_place_of_a_version_is_said_and_makes_a_finding_less_sure(
    imdsguard: Command, project: Checkout
) -> None:
    project.write(web__main=instance("web"), stack__main=call("acme/web/aws//web"))
    done = imdsguard("scan", "stack", "--format", "json", cwd=project.folder)
    (finding,) = json.loads(done.stdout)["findings"]
    said = "the working tree stands for acme/web/aws, of which the call names no version"
    assert (done.returncode, finding["confidence"], finding["trace"][-1]) == (1, "medium", said)


def test_a_version_finds_its_own_modules_and_files_and_nothing_else(imdsguard: Command, project: Checkout) -> None:
    project.write(
        web__main='module "inner" {\n  source = "../inner"\n}\nmodule "out" {\n  source = "../../../.."\n}\n',
        inner__main=instance("x", 'file("${path.module}/tokens")') + instance("y", 'file("/etc/hostname")'),
    )
    project.put("inner/tokens", "required")
    project.commit()
    project("tag", "v3.0.0")
    shutil.rmtree(project.folder / "inner")
    project.write(stack__main=call("acme/web/aws//web", "3.0.0"))
    done = imdsguard("inspect", "stack", "--format", "json", cwd=project.folder)
    told = json.loads(done.stdout)
    assert {each["address"]: each["state"] for each in told["launches"]} == {
        "module.web.module.inner.aws_instance.x": "required",
        "module.web.module.inner.aws_instance.y": "unknown",
    }
    (problem,) = told["problems"]
    assert problem["message"] == "module out: ../../../.. lies outside of the repository"


def test_a_shallow_clone_has_what_it_has(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    clone = Checkout(tmp_path / "clone")
    origin = project.folder.as_uri()
    command = ["git", "clone", "-q", "--depth", "1", "--no-tags", origin, str(clone.folder)]
    subprocess.run(command, env=quiet_environment(), check=True, capture_output=True)
    clone("remote", "set-url", "origin", REMOTE)
    code = call("acme/web/aws//web", "1.0.0")
    assert found(imdsguard, clone, code) == (2, f"{MISSING} version 1.0.0", "run git fetch --tags")
    clone("fetch", "-q", "--depth", "1", origin, "refs/tags/v1.0.0:refs/tags/v1.0.0")
    assert found(imdsguard, clone, code) == (0, "required", "v1.0.0:web/main.tf")


def test_a_fork_knows_where_it_came_from_by_its_remotes(imdsguard: Command, project: Checkout) -> None:
    project("remote", "rename", "origin", "upstream")
    project("remote", "add", "origin", "git@github.com:somebody/terraform-aws-web.git")
    assert found(imdsguard, project, call("acme/web/aws//web", "1.1.0")) == (0, "optional", "v1.1.0:web/main.tf")
    assert found(imdsguard, project, call("somebody/web/aws//web", "1.1.0")) == (0, "optional", "v1.1.0:web/main.tf")


def test_changed_since_reads_the_same_versions_then_and_now(imdsguard: Command, project: Checkout) -> None:
    project.write(stack__main=call("acme/web/aws//web", "1.1.0"))
    project.commit()
    assert imdsguard("scan", "stack", cwd=project.folder).returncode == 1
    assert imdsguard("scan", "stack", "--changed-since", "HEAD", cwd=project.folder).returncode == 0
    project.write(stack__main=call("acme/web/aws//web", "1.0.0"))
    project.commit()
    project.write(stack__main=call("acme/web/aws//web", "~> 1.1"))
    assert imdsguard("scan", "stack", "--changed-since", "HEAD", cwd=project.folder).returncode == 1


def test_nothing_is_left_behind(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    project.write(stack__main=call("acme/web/aws//web", "1.1.0"))
    assert imdsguard("scan", "stack", cwd=project.folder, TMPDIR=str(scratch)).returncode == 1
    assert os.listdir(scratch) == []


def test_a_block_that_a_version_does_not_make_is_told_at_the_call(imdsguard: Command, project: Checkout) -> None:
    made = instance("web").replace("{", "{\n  count = var.n\n", 1)
    project.write(web__main=f'variable "n" {{ default = 0 }}\n{made}\n{made.replace("web", "other")}')
    project.commit()
    project("tag", "v3.0.0")
    project.write(stack__main=call(f"git::{REMOTE}//web?ref=v3.0.0"))
    told = json.loads(imdsguard("inspect", "stack", "--format", "json", cwd=project.folder).stdout)
    assert [(each["address"], each["file"], each["line"]) for each in told["not_made"]] == [
        ("module.web.aws_instance.web", "stack/main.tf", 1)
    ], "one for the call, where a reader can change something"


FORK = "https://github.com/me/terraform-aws-web.git"


@pytest.mark.parametrize(
    ("remote", "source", "version", "state"),
    [
        (FORK, "acme/web/aws//web", "1.0.0", "required"),
        (FORK, "acme/web/aws//web", "", "required"),
        ("git@git.example.com:forks/terraform-aws-web.git", "acme/web/aws//web", "1.1.0", "optional"),
        (FORK, "github.com/acme/terraform-aws-web//web?ref=v1.1.0", "", "optional"),
        ("", "acme/web/aws//web", "1.0.0", "required"),
        (FORK, "acme/web/aws//web", "9.0.0", None),
        ("https://github.com/me/infrastructure.git", "acme/web/aws//web", "1.0.0", None),
        (FORK, "acme/db/aws//web", "1.0.0", None),
        (FORK, "acme/web/azurerm//web", "1.0.0", None),
        (FORK, "app.terraform.io/acme/web/aws//web", "1.0.0", None),
    ],
    ids=["a fork", "a fork, no version", "a fork elsewhere", "by git", "no remote, by its folder", "not its version",
         "called otherwise", "another module", "another provider", "a private registry"],
)  # fmt: skip
def test_a_fork_is_taken_for_what_its_examples_call_by_its_name(
    remote: str, source: str, version: str, state: str | None, imdsguard: Command, project: Checkout
) -> None:
    project("remote", "remove", "origin")
    if remote:
        project("remote", "add", "origin", remote)
    folder = project.folder.rename(project.folder.with_name("terraform-aws-web"))
    example = folder / "examples" / "one"
    example.mkdir(parents=True)
    (example / "main.tf").write_text(call(source, version))
    told = json.loads(imdsguard("inspect", "examples/one", "--format", "json", cwd=folder).stdout)
    assert [launch["state"] for launch in told["launches"]] == ([state] if state else [])
    assert len(told["problems"]) == (state is None)
    report = json.loads(imdsguard("scan", "examples/one", "--format", "json", cwd=folder).stdout)
    traces = [each["options"]["http_tokens"]["trace"] for each in told["launches"] if state == "required"]
    traces += [each["trace"] for each in report["findings"]]
    assert all(trace[-1].startswith("this repository is taken for ") for trace in traces)
    assert bool(traces) == bool(state)
    assert {each["confidence"] for each in report["findings"]} <= {"medium"}


def test_no_such_guess_is_made_for_what_is_deployed(imdsguard: Command, project: Checkout) -> None:
    project("remote", "set-url", "origin", "https://github.com/me/terraform-aws-web.git")
    assert found(imdsguard, project, call("acme/web/aws//web", "1.0.0"))[:2] == (
        2, f"acme/web/aws is not downloaded: {UNCHECKED}",
    )  # fmt: skip
