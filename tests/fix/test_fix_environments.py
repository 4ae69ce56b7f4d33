"""An edit and the environments of a root module: whose file it goes into, and whom else it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from imdsguard import Inputs, ScanOptions, prepare, report_on
from imdsguard.fix.offer import offer
from imdsguard.fix.tree import SourceTree
from imdsguard.model.fix import Fixes
from imdsguard.report.fix_text import fixes_text
from tests.fix.fixing import changed, write

POLICY = """version: 1
stacks:
  - roots: ["."]
    environments:
      dev: {var_files: [dev.tfvars]}
      prod: {var_files: [prod.tfvars]}
"""
MAIN = """variable "tokens" {
  default = "optional"
}

variable "endpoint" {
  default = "enabled"
}

resource "aws_instance" "web" {
  ami = "ami-0123456789abcdef0"

  metadata_options {
    http_endpoint = var.endpoint
    http_tokens   = var.tokens
  }
}
"""


def fixes(folder: Path, files: Mapping[str, str], *, unsafe: bool = False) -> Fixes:
    write(folder, {"main.tf": MAIN, ".imdsguard.yaml": POLICY, "dev.tfvars": "", "prod.tfvars": "", **files})
    config = prepare(None, ScanOptions())
    tree = SourceTree(["."], Inputs(), config)
    return offer(tree, report_on(tree.reading, config).findings, unsafe=unsafe, rules=("instance-tokens-optional",))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_var_file_of_the_environment_that_needs_it(folder: Path) -> None:
    found = fixes(folder, {"dev.tfvars": 'tokens = "optional"\n', "prod.tfvars": 'tokens = "required"\n'})
    assert changed(found) == {"dev.tfvars": 'tokens = "required"\n'}
    assert [each.environments for fix in found.offered for each in fix.findings] == [("dev",)]


def test_each_its_own(folder: Path) -> None:
    found = fixes(folder, {"dev.tfvars": 'tokens = "optional"\n', "prod.tfvars": 'tokens = "optional" # still\n'})
    assert changed(found) == {"dev.tfvars": 'tokens = "required"\n', "prod.tfvars": 'tokens = "required" # still\n'}


def test_a_default_that_both_have_is_one_edit(folder: Path) -> None:
    found = fixes(folder, {})
    assert list(changed(found)) == ["main.tf"]
    (fix,) = found.offered
    assert [each.environments for each in fix.findings] == [("dev",), ("prod",)]


def test_a_default_that_reaches_another_environment_is_unsafe(folder: Path) -> None:
    files = {"dev.tfvars": 'endpoint = "disabled"\n'}
    found = fixes(folder, files)
    assert found.offered == ()
    (left,) = found.left_out
    assert left.why_unsafe == ("it also reaches aws_instance.web in dev, which has no such finding",)
    assert list(changed(fixes(folder, files, unsafe=True))) == ["main.tf"]


HURT = """
variable "second" {
  default = false
}

resource "aws_instance" "second" {
  count = var.second ? 1 : 0

  metadata_options {
    http_tokens = var.tokens == "optional" ? "required" : trimsuffix("optional-", "-")
  }
}
"""


def test_an_edit_that_hurts_another_environment_is_declined(folder: Path) -> None:
    found = fixes(folder, {"main.tf": MAIN + HURT, "dev.tfvars": "second = true\n"}, unsafe=True)
    assert found.offered == ()
    said = 'answers calls without a token (IMDSv1): http_tokens is "optional" in aws_instance.second[0]'
    assert {each.reason for each in found.unfixed} == {
        f"instance-tokens-optional would find aws_instance.second[0] in dev: {said}"
    }


def test_it_goes_into_the_file_of_the_one_that_it_helps(folder: Path) -> None:
    files = {"main.tf": MAIN + HURT, "dev.tfvars": "second = true\n", "prod.tfvars": 'tokens = "optional"\n'}
    found = fixes(folder, files)
    assert changed(found) == {"prod.tfvars": 'tokens = "required"\n'}
    assert [each.environments for fix in found.offered for each in fix.findings] == [("prod",)]
    assert [each.finding.environments for each in found.unfixed] == [("dev",)]


def test_the_text_names_each_launch_once_with_its_environments(folder: Path) -> None:
    several = MAIN.replace('resource "aws_instance" "web" {\n', 'resource "aws_instance" "web" {\n  count = 5\n')
    found = fixes(folder, {"main.tf": several})
    assert fixes_text(found) == (
        "mends [instance-tokens-optional] aws_instance.web[0] in dev, prod; aws_instance.web[1] in dev, prod; "
        'aws_instance.web[2] in dev, prod and 2 more: http_tokens = "required" where it is decided (main.tf)\n'
        "then 10 findings of rejected-call-alarm-missing follow\n"
        "1 edit would mend 10 findings\n"
    )
