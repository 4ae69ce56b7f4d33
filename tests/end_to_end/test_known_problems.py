"""What could not be read before: told in every run, and no reason to stop a branch that does not add to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.git import Checkout, instance

CALL = 'module "{0}" {{\n  source = "example/{0}/aws"\n}}\n'
REMEDY = "is not downloaded: its launches were not checked (run terraform init, or scan with --get)"


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    made = Checkout.made(tmp_path / "project", a__main=CALL.format("vpc") + instance("old"), b__main=CALL.format("kms"))
    made.put(".imdsguard.yaml", "version: 1\nselect: {rules: [instance-tokens-optional]}\n")
    made.commit()
    return made


@pytest.mark.parametrize("known", [("--baseline", "known.json"), ("--changed-since", "HEAD")], ids=lambda each: each[0])
def test_only_what_is_new_decides(known: tuple[str, str], imdsguard: Command, project: Checkout) -> None:
    assert imdsguard("scan", cwd=project.folder).returncode == 2
    written = imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    assert written.returncode == 0
    project.write(a__main="\n\n" + CALL.format("vpc") + instance("old"))
    old = imdsguard("scan", *known, cwd=project.folder)
    assert old.returncode == 0
    assert old.stderr == (
        f"known problem: a/main.tf:3:1: example/vpc/aws {REMEDY}\n"
        f"known problem: b/main.tf:1:1: example/kms/aws {REMEDY}\n"
    )
    assert old.stdout.endswith("; 2 problems (2 known), so not everything was checked\n")

    project.write(a__main=CALL.format("vpc") + instance("old") + instance("added"))
    assert imdsguard("scan", *known, cwd=project.folder).returncode == 1

    project.write(a__main=CALL.format("vpc") + instance("old"), b__more=CALL.format("alb"))
    new = imdsguard("scan", *known, cwd=project.folder)
    assert new.returncode == 2
    assert f"\nproblem: b/more.tf:1:1: example/alb/aws {REMEDY}\n" in "\n" + new.stderr

    project.write(b__more='resource "aws_instance" "broken" {\n')
    assert imdsguard("scan", *known, cwd=project.folder).returncode == 2
    assert imdsguard("scan", *known, "gone.tf", cwd=project.folder).returncode == 2


def test_a_call_of_something_that_is_not_there_is_never_known(imdsguard: Command, project: Checkout) -> None:
    assert imdsguard("scan", "gone", "--write-baseline=known.json", cwd=project.folder).returncode == 2
    assert imdsguard("scan", "gone", "--baseline", "known.json", cwd=project.folder).returncode == 2
    (project.folder / "empty").mkdir()
    for known in (("--write-baseline=known.json",), ("--baseline", "known.json"), ("--changed-since", "HEAD")):
        assert imdsguard("scan", *known, cwd=project.folder / "empty").returncode == 2


def test_a_file_that_cannot_be_read_at_all_is_known(imdsguard: Command, project: Checkout) -> None:
    (project.folder / "a/outside.tf").symlink_to("/etc/hostname")
    project.commit()
    assert imdsguard("scan", "--write-baseline=known.json", cwd=project.folder).returncode == 0
    for known in (("--baseline", "known.json"), ("--changed-since", "HEAD")):
        done = imdsguard("scan", *known, cwd=project.folder)
        assert (done.returncode, "known problem: a/outside.tf: " in done.stderr) == (0, True)
        assert imdsguard("scan", "a/outside.tf", *known, cwd=project.folder).returncode == 2


def test_a_problem_that_is_solved_is_taken_out(imdsguard: Command, project: Checkout) -> None:
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    project.write(b__main=instance("web", '"required"'), a__main=CALL.format("vpc"))
    told = imdsguard("scan", "a", "--baseline", "known.json", cwd=project.folder)
    assert "b/main.tf" not in told.stderr, "it was not looked at"
    shrunk = imdsguard("scan", "--baseline", "known.json", "--write-baseline", cwd=project.folder)
    assert shrunk.stderr.endswith(
        "2 entries of the baseline known.json are fixed (taken out):\n"
        "  instance-tokens-optional aws_instance.old (a)\n"
        "  b/main.tf: example/kms/aws is not downloaded: its launches were not checked\n"
    )
    kept = json.loads((project.folder / "known.json").read_text())
    assert [each["file"] for each in kept["problems"]] == ["a/main.tf"]
    assert imdsguard("scan", "b", "--write-baseline=known.json", cwd=project.folder).returncode == 0
    again = json.loads((project.folder / "known.json").read_text())
    assert again["problems"] == kept["problems"]
