"""Adopting a code base with old findings: a baseline, through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.git import Checkout, instance

ONLY_TOKENS = "version: 1\nselect: {rules: [instance-tokens-optional]}\n"


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    made = Checkout.made(tmp_path / "project", stacks__a__main=instance("web") + instance("old"))
    made.put(".imdsguard.yaml", ONLY_TOKENS)
    return made


def test_three_hundred_old_findings_and_one_new_one(imdsguard: Command, tmp_path: Path) -> None:
    old = "".join(instance(f"old_{number:03}") for number in range(300))
    project = Checkout.made(tmp_path / "project", main=old)
    project.put(".imdsguard.yaml", ONLY_TOKENS.replace("instance", "region-default-missing, instance"))
    assert imdsguard("scan", "-q", cwd=project.folder).returncode == 1
    written = imdsguard("scan", "--write-baseline", cwd=project.folder)
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout == "300 launches (300 optional); no findings; 301 suppressed\n"
    again = imdsguard("scan", "--baseline", ".imdsguard-baseline.json", cwd=project.folder)
    assert (again.returncode, again.stdout) == (0, "300 launches (300 optional); no findings; 301 suppressed\n")

    project.write(main=instance("aaa_new") + "\n\n\n" + old)  # every line moves
    new = imdsguard("scan", "--baseline", ".imdsguard-baseline.json", "--format", "json", cwd=project.folder)
    assert new.returncode == 1
    counted = [each for each in json.loads(new.stdout)["findings"] if each["suppressed"] is None]
    assert [(each["rule"], each["address"]) for each in counted] == [
        ("instance-tokens-optional", "aws_instance.aaa_new")
    ]


def test_an_entry_a_line_and_the_same_bytes_twice(imdsguard: Command, project: Checkout) -> None:
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    text = (project.folder / "known.json").read_text()
    assert (
        text
        == """\
{
  "schema": "imdsguard/baseline/v1",
  "findings": [
    {"root": "stacks/a", "address": "aws_instance.old", "rule": "instance-tokens-optional", "region": null, "verdict": "fail", "severity": "error", "count": 1},
    {"root": "stacks/a", "address": "aws_instance.web", "rule": "instance-tokens-optional", "region": null, "verdict": "fail", "severity": "error", "count": 1}
  ]
}
"""  # noqa: E501
    )
    imdsguard("scan", "stacks/a", "--write-baseline=known.json", cwd=project.folder)
    assert (project.folder / "known.json").read_text() == text
    assert sorted(path.name for path in project.folder.iterdir()) == [".git", ".imdsguard.yaml", "known.json", "stacks"]


def test_it_fits_from_every_working_directory(imdsguard: Command, project: Checkout, tmp_path: Path) -> None:
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    for folder, name in (
        (project.folder / "stacks", "../known.json"),
        (project.folder / "stacks/a", "../../known.json"),
    ):
        done = imdsguard("scan", "--baseline", name, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
    elsewhere = tmp_path / "of-the-base-branch.json"
    elsewhere.write_bytes((project.folder / "known.json").read_bytes())
    assert imdsguard("scan", "--baseline", str(elsewhere), cwd=project.folder).returncode == 0


def test_what_is_fixed_is_named_and_taken_out_on_request(imdsguard: Command, project: Checkout) -> None:
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    project.write(stacks__a__main=instance("web", '"required"') + instance("new"))
    done = imdsguard("scan", "--baseline", "known.json", cwd=project.folder)
    assert done.returncode == 1
    assert done.stderr == (
        "2 entries of the baseline known.json are fixed (take them out with --write-baseline):\n"
        "  instance-tokens-optional aws_instance.old (stacks/a)\n"
        "  instance-tokens-optional aws_instance.web (stacks/a)\n"
    )
    less = imdsguard("scan", "--baseline", "known.json", "--write-baseline", cwd=project.folder)
    assert less.returncode == 1, "what is new does not get into a baseline that is shrunk"
    assert "(taken out):" in less.stderr
    assert json.loads((project.folder / "known.json").read_text())["findings"] == []


def test_what_a_run_did_not_look_at_is_not_fixed(imdsguard: Command, project: Checkout) -> None:
    project.write(stacks__b__main=instance("b"))
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    kept = (project.folder / "known.json").read_text()
    for arguments in (
        ("stacks/b",),
        ("--policy", "other.yaml"),
        ("--exclude", "stacks/a"),
    ):
        project.put("other.yaml", ONLY_TOKENS + "rules: {instance-tokens-optional: off}\n")
        done = imdsguard("scan", *arguments, "--baseline", "known.json", "--write-baseline", cwd=project.folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert (project.folder / "known.json").read_text() == kept
    project.write(stacks__a__main='resource "aws_instance" "web" {\n')
    broken = imdsguard("scan", "--baseline", "known.json", "--write-baseline", cwd=project.folder)
    assert broken.returncode == 2
    assert "fixed" not in broken.stderr
    assert (project.folder / "known.json").read_text() == kept


def test_a_root_module_that_is_gone_is_fixed(imdsguard: Command, project: Checkout) -> None:
    project.write(stacks__b__main=instance("b"))
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    (project.folder / "stacks/b/main.tf").unlink()
    done = imdsguard("scan", "--baseline", "known.json", cwd=project.folder)
    assert "  instance-tokens-optional aws_instance.b (stacks/b)\n" in done.stderr


def test_what_got_worse_is_new(imdsguard: Command, project: Checkout) -> None:
    project.write(stacks__a__main='variable "t" {}\n' + instance("web", "var.t"))
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    assert imdsguard("scan", "--baseline", "known.json", "--fail-on", "note", cwd=project.folder).returncode == 0
    worse = imdsguard("scan", "--baseline", "known.json", "--var", "t=optional", cwd=project.folder)
    assert worse.returncode == 1
    assert "error[instance-tokens-optional] aws_instance.web" in worse.stdout
    assert worse.stderr == ""


def test_what_terraform_moves_is_kept_under_its_new_address(imdsguard: Command, project: Checkout) -> None:
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    before = (project.folder / "known.json").read_text()
    moved = "moved {\n  from = aws_instance.old\n  to   = aws_instance.older\n}\n"
    project.write(stacks__a__main=instance("web") + instance("older") + moved)
    done = imdsguard("scan", "--baseline", "known.json", "--write-baseline", cwd=project.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (project.folder / "known.json").read_text() == before.replace("aws_instance.old", "aws_instance.older")


def test_one_demand_of_a_requirement_does_not_stand_for_another(imdsguard: Command, tmp_path: Path) -> None:
    tokens = 'resource "aws_instance" "web" {{\n  metadata_options {{\n    {}\n  }}\n}}\n'
    old = tokens.format('http_tokens = "required"\n    http_put_response_hop_limit = 2')
    project = Checkout.made(tmp_path / "project", main=old)
    demands = "{http_tokens: required, http_put_response_hop_limit: 1}"
    rules = "select: {rules: tokens-requirement-removed}"
    project.put(".imdsguard.yaml", f"version: 1\n{rules}\nrequirements: [{{id: ours, require: {demands}}}]\n")
    project.commit("policy")
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    project.write(main=tokens.format('http_tokens = "optional"\n    http_put_response_hop_limit = 1'))
    for known in (("--baseline", "known.json"), ("--changed-since", "HEAD")):
        new = imdsguard("scan", "-q", *known, cwd=project.folder)
        assert new.returncode == 1
        assert new.stdout.startswith("error[ours] aws_instance.web: http_tokens must be required"), new.stdout


def test_what_a_comment_suppresses_gets_into_no_baseline(imdsguard: Command, project: Checkout) -> None:
    ignored = "# imdsguard: ignore[instance-tokens-optional] until=2999-12-31 vendor image\n"
    project.write(stacks__a__main=instance("web", above=ignored))
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    assert json.loads((project.folder / "known.json").read_text())["findings"] == []


def test_what_is_said_of_comments_gets_into_no_baseline(imdsguard: Command, project: Checkout) -> None:
    ended = "# imdsguard: ignore[hop-limit-too-high] until=2020-12-31 vendor image\n"
    project.write(stacks__a__main=instance("web", above=ended))
    imdsguard("scan", "--write-baseline=known.json", cwd=project.folder)
    again = imdsguard("scan", "--baseline", "known.json", "--fail-on", "warning", cwd=project.folder)
    assert again.returncode == 1
    assert again.stdout.startswith("warning[suppression-expired]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baseline", "none.json"), "there is no baseline none.json: write it with --write-baseline=none.json"),
        (("--baseline", "stacks/a/main.tf"), "the baseline stacks/a/main.tf is not JSON"),
        (("--write-baseline=stacks/a/main.tf",), "the baseline stacks/a/main.tf is not JSON"),
        (
            ("--write-baseline", "stacks"),
            "stacks is a folder: write --write-baseline=FILE, or name what to check before",
        ),
        (("--baseline", "stacks"), "the baseline stacks is not a file"),
        (("--write-baseline", "--changed-since", "main"), "give it without --changed-since"),
    ],
)
def test_what_cannot_be_used(arguments: tuple[str, ...], message: str, imdsguard: Command, project: Checkout) -> None:
    before = (project.folder / "stacks/a/main.tf").read_text()
    done = imdsguard("scan", *arguments, cwd=project.folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert (project.folder / "stacks/a/main.tf").read_text() == before
