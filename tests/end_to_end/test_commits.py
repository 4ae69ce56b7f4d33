"""`scan --hook`: a commit and what was there before it, on real repositories, without pre-commit around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.end_to_end.git import Checkout, instance

POLICY = "version: 1\nselect: {rules: [instance-tokens-optional]}\n"
ABSENT = 'module "x" {\n  source = "example.com/a/b/aws"\n}\n'


@pytest.fixture
def project(tmp_path: Path) -> Checkout:
    made = Checkout.made(
        tmp_path / "project",
        stacks__a__main=instance("each", "each.value.tokens").replace(
            "{\n",
            '{\n  for_each = { for f in fileset("${path.module}/../../tables", "*.yaml") : f =>\n'
            '    yamldecode(file("${path.module}/../../tables/${f}")) }\n',
            1,
        ),
        stacks__b__main=instance("old") + ABSENT,
    )
    made.put("tables/a.yaml", "tokens: optional\n")
    made.put("notes/a.txt", "notes\n")
    made.put(".imdsguard.yaml", POLICY)
    made.commit()
    return made


def found(imdsguard: Command, project: Checkout, *paths: str, **environment: str) -> tuple[int, list[str], str]:
    """The exit code, what counts (address and severity), and stderr."""
    done = imdsguard("scan", "-q", "--hook=new", "--format=concise", *paths, cwd=project.folder, **environment)
    lines = [line.partition("] ")[2].partition(": ")[0] for line in done.stdout.splitlines()]
    return done.returncode, lines, done.stderr


def test_without_files_there_is_nothing_to_do(imdsguard: Command, project: Checkout) -> None:
    assert found(imdsguard, project) == (0, [], "")
    project.put(".imdsguard.yaml", "no: policy\n")
    assert found(imdsguard, project) == (0, [], ""), "not even a policy to read"


def test_what_code_reads_anywhere_in_the_repository_is_what_it_was(imdsguard: Command, project: Checkout) -> None:
    assert found(imdsguard, project, "stacks/a/main.tf") == (0, [], "")
    project.put("tables/b.yaml", "tokens: optional\n")
    project("add", "-A")
    told = "\n1 finding was there before this commit and does not count\n"
    assert found(imdsguard, project, "tables/b.yaml") == (1, ['aws_instance.each["b.yaml"]'], told)


def test_problems_that_were_there_are_counted_and_not_told(imdsguard: Command, project: Checkout) -> None:
    assert found(imdsguard, project, "stacks/b/main.tf") == (0, [], "")
    project.write(stacks__b__new=instance("new"))
    assert found(imdsguard, project, "stacks/b/main.tf") == (0, [], ""), "it is not staged"
    told = "\n1 finding and 1 problem were there before this commit and do not count\n"
    assert found(imdsguard, project, "stacks/b/new.tf") == (1, ["aws_instance.new"], told), "and now it is asked for"
    project("add", "-A")
    assert found(imdsguard, project, "stacks/b/main.tf") == (1, ["aws_instance.new"], told)


def test_a_problem_that_is_new_is_told(imdsguard: Command, project: Checkout) -> None:
    project.write(stacks__a__more=ABSENT)
    code, lines, told = found(imdsguard, project, "stacks/a/more.tf")
    assert (code, lines) == (2, [])
    assert told == (
        "problem: stacks/a/more.tf:1:1: example.com/a/b/aws is not downloaded: its launches were not checked (run "
        "terraform init, or scan with --get)\n\n1 finding was there before this commit and does not count\n"
    )


def test_what_is_deleted_is_asked_of_git(imdsguard: Command, project: Checkout) -> None:
    project("rm", "-q", "notes/a.txt")
    assert found(imdsguard, project) == (0, [], "")
    project.write(stacks__c__main='variable "t" {\n  default = "optional"\n}\n' + instance("switch", "var.t"))
    project.put("stacks/c/terraform.tfvars", 't = "required"\n')
    project.commit()
    project("rm", "-q", "stacks/c/terraform.tfvars")
    assert found(imdsguard, project) == (1, ["aws_instance.switch"], "")
    project.commit()
    assert found(imdsguard, project, PRE_COMMIT_FROM_REF="HEAD~1") == (1, ["aws_instance.switch"], "")


def test_outside_of_a_repository_there_is_no_commit(imdsguard: Command, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(instance("a"))
    done = imdsguard("scan", "--hook=new", "main.tf", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"imdsguard: {tmp_path.resolve()} is in no git repository: run this in a clone of one\n"
