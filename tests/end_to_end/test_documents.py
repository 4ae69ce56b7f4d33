"""Plans and states as files that people have, through the installed command."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

PLANS = Path(__file__).resolve().parent / "plans"
STATE = (
    Path(__file__).resolve().parent.parent / "terraform" / "documents" / "fixtures" / "changes" / "terraform.tfstate"
)


def states(imdsguard: Command, folder: Path, *paths: str) -> dict[tuple[str, str], str]:
    """What is said of each launch, by the document and the address."""
    done = imdsguard("inspect", "--format", "json", *paths, cwd=folder)
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, report["problems"]) == (0, [])
    return {(launch["root"], launch["address"]): launch["state"] for launch in report["launches"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two plans, one of them as PowerShell writes it, as GitHub's action does, by OpenTofu, and packed; and a state."""
    legacy, hardened = (
        (PLANS / f"{name}-web-prod.json").read_text(encoding="utf-8") for name in ("legacy", "hardened")
    )
    (tmp_path / "legacy.json").write_text(legacy, encoding="utf-8")
    (tmp_path / "hardened.json").write_text(hardened, encoding="utf-8")
    (tmp_path / "powershell.json").write_bytes(hardened.replace("\n", "\r\n").encode("utf-16"))
    wrapped = f"[command]/opt/terraform-bin show -json tfplan\n{hardened}\n::debug::Terraform exited with code 0.\n"
    (tmp_path / "wrapped.json").write_text(wrapped, encoding="utf-8")
    opentofu = hardened.replace("registry.terraform.io", "registry.opentofu.org")
    (tmp_path / "opentofu.json").write_text(opentofu, encoding="utf-8")
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(hardened.encode()))
    (tmp_path / "terraform.tfstate").write_bytes(STATE.read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", ["powershell.json", "wrapped.json", "opentofu.json", "packed.json.gz"])
def test_one_plan_in_any_dress_gets_one_answer(name: str, folder: Path, imdsguard: Command) -> None:
    plain = states(imdsguard, folder, "hardened.json")
    assert len(plain) >= 10
    dressed = states(imdsguard, folder, name)
    assert {address: state for (_, address), state in dressed.items()} == {
        address: state for (_, address), state in plain.items()
    }


def test_many_documents_at_once(folder: Path, imdsguard: Command) -> None:
    names = sorted(path.name for path in folder.iterdir())
    together = states(imdsguard, folder, *names)
    apart: dict[tuple[str, str], str] = {}
    for name in names:
        apart.update(states(imdsguard, folder, name))
    assert together == apart
    assert {name for name, _ in together} == set(names)


def test_a_state_file_says_what_is_really_set(folder: Path, imdsguard: Command) -> None:
    found = {address: state for (_, address), state in states(imdsguard, folder, "terraform.tfstate").items()}
    assert found["aws_launch_template.same"] == "required"
    assert found["aws_instance.updated"] == "optional"


def test_a_plan_on_standard_input(folder: Path, imdsguard: Command) -> None:
    plan = (folder / "hardened.json").read_text(encoding="utf-8")
    done = imdsguard("scan", "-", cwd=folder, stdin=plan)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="there are no file descriptors by name here")
def test_a_plan_out_of_a_shells_process_substitution(folder: Path) -> None:
    command = Path(sys.executable).with_name("imdsguard")
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.Popen([str(command), "scan", f"/dev/fd/{reading}"], cwd=folder, pass_fds=[reading])
        os.close(reading)
        pipe.write((folder / "hardened.json").read_bytes())
    assert done.wait(60) == 0


def test_a_file_that_is_too_large_is_not_read(folder: Path, imdsguard: Command) -> None:
    with (folder / "large.json").open("wb") as file:
        file.truncate(2**30 + 1)  # without anything in it, it takes no place
    done = imdsguard("scan", "-q", "large.json", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "problem: large.json: cannot read this: larger than 1024 MB\n"


def test_one_bad_document_spoils_none_of_the_others(folder: Path, imdsguard: Command) -> None:
    (folder / "cut.json.gz").write_bytes((folder / "packed.json.gz").read_bytes()[:-30])
    done = imdsguard("inspect", "--format", "json", "hardened.json", "cut.json.gz", cwd=folder)
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert [(problem["file"], problem["message"]) for problem in report["problems"]] == [
        ("cut.json.gz", "the gzip file is cut off")
    ]
    assert len(report["launches"]) >= 10
