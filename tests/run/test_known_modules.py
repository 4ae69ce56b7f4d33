"""Modules of which it was read that they launch nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imdsguard.run.known_modules import KnownModule, KnownModules, read_table
from imdsguard.run.reading import read
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.module_address import parse_address
from imdsguard.terraform.source.version_constraint import VersionConstraint


def known(source: str, version: str | None = None) -> KnownModule | None:
    return KnownModules().find(parse_address(source), version)


@pytest.mark.parametrize(
    ("versions", "asked", "covered"),
    [
        ("<= 6.5.1", None, True),
        ("<= 6.5.1", "6.5.1", True),
        ("<= 6.5.1", "~> 6.0", True),
        ("<= 6.5.1", ">= 3.0", True),
        ("<= 6.5.1", "0.1.0", True),
        ("<= 6.5.1", "6.6.0", False),
        ("<= 6.5.1", "~> 7.0", False),
        (">= 2.0.0, < 7.0.0", None, False),
        (">= 2.0.0, < 7.0.0", "~> 6.0", True),
        (">= 2.0.0, < 7.0.0", "6.9.9", True),
        (">= 2.0.0, < 7.0.0", "7.0.0", False),
        (">= 2.0.0, < 7.0.0", "<= 7.0.0", False),
        (">= 2.0.0, < 7.0.0", ">= 5.0", False),
        (">= 2.0.0, < 7.0.0", "2.0.0", True),
        (">= 2.0.0, < 7.0.0", "1.9.0", False),
        (">= 2.0.0, < 7.0.0", "< 2.0.0", False),
    ],
)
def test_the_highest_version_that_a_call_may_get_decides(versions: str, asked: str | None, covered: bool) -> None:
    stretch = VersionConstraint.parse(versions)
    assert stretch is not None
    module = KnownModule("example/vpc/aws", stretch, "nothing")
    assert module.covers(VersionConstraint.parse(asked) if asked else None) is covered


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("terraform-aws-modules/vpc/aws", None),
        ("terraform-aws-modules/vpc/aws", "~> 5.0"),
        ("terraform-aws-modules/vpc/aws//modules/vpc-endpoints", "5.1.0"),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-vpc.git?ref=v5.1.0", None),
        ("github.com/terraform-aws-modules/terraform-aws-vpc?ref=0123456789abcdef", None),
        ("git::https://github.com/cloudposse/terraform-null-label.git?ref=tags/0.16.0", None),
        ("git@github.com:cloudposse/terraform-null-label.git?ref=main", None),
    ],
)
def test_a_module_is_known_in_all_spellings(source: str, version: str | None) -> None:
    assert known(source, version) is not None


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("terraform-aws-modules/vpc/aws", "99.0.0"),
        ("terraform-aws-modules/vpc/aws//examples/complete", None),
        ("terraform-aws-modules/autoscaling/aws", None),
        ("terraform-aws-modules/ecs/aws", None),
        ("terraform-aws-modules/ecs/aws", "~> 7.0"),
        ("github.com/terraform-aws-modules/terraform-aws-ecs?ref=0123456789abcdef", None),
        ("github.com/terraform-aws-modules/terraform-aws-vpc?ref=some-branch", None),
        ("cloudposse/dynamic-subnets/aws", "2.0.0"),  # NAT instances
        ("app.terraform.io/terraform-aws-modules/vpc/aws", None),
        ("git::https://example.com/terraform-aws-modules/terraform-aws-vpc.git", None),
    ],
)
def test_what_was_not_read_is_not_known(source: str, version: str | None) -> None:
    assert known(source, version) is None


EKS, EKS_GIT = "terraform-aws-modules/eks/aws", "git::https://github.com/terraform-aws-modules/terraform-aws-eks.git"


@pytest.mark.parametrize(
    ("source", "version", "is_known"),
    [
        (f"{EKS}//modules/karpenter", "~> 20.0", True),
        (f"{EKS}//modules/karpenter", None, True),
        (f"{EKS}//modules/karpenter", "99.0.0", False),
        (f"{EKS_GIT}//modules/karpenter?ref=v21.0.0", None, True),
        (f"{EKS}//modules/karpenter/anything/below", "20.0.0", True),
        (f"{EKS}//modules/eks-managed-node-group", "20.0.0", False),
        (f"{EKS}//modules", "20.0.0", False),
        (f"{EKS}//modules/karpenter-like", "20.0.0", False),
        (EKS, "20.0.0", False),
        ("terraform-aws-modules/ecs/aws//modules/service", "7.5.0", True),
        ("terraform-aws-modules/ecs/aws//modules/cluster", "7.5.0", False),
        ("terraform-aws-modules/ecs/aws//modules/cluster", "6.0.0", True),
    ],
)
def test_a_submodule_is_known_by_itself_where_the_repository_may_launch(
    source: str, version: str | None, is_known: bool
) -> None:
    assert (known(source, version) is not None) is is_known


def test_versions_before_a_module_began_to_launch_are_known() -> None:
    assert known("terraform-aws-modules/ecs/aws", "~> 6.0") is not None


def test_every_entry_says_what_was_read() -> None:
    table = read_table()
    read_as = re.compile(r"(?:modules/[\w-]+ in )?\d+ tags, \S+ \([0-9a-f]{12}\)(?: to \S+ \([0-9a-f]{12}\))?")
    assert [entry for entry in table if not read_as.fullmatch(entry.read)] == []
    assert {made for entry in table for made in entry.may_make} <= {"alarm", "region_default"}
    assert [entry for entry in table if ("//" in entry.source) != (" in " in entry.read)] == []
    sources = {entry.source.partition("//")[0] for entry in table}
    assert len({s for s in sources if s.startswith("terraform-aws-modules/")}) >= 40
    assert len({s for s in sources if s.startswith("cloudposse/")}) >= 40


CODE = """
module "vpc" {
  source = "terraform-aws-modules/vpc/aws"
}
module "alarms" {
  source = "terraform-aws-modules/cloudwatch/aws//modules/metric-alarm"
  id     = aws_instance.web.id
}
module "asg" {
  count   = 2
  source  = "terraform-aws-modules/autoscaling/aws"
  version = "5.2.0"
}
module "other" {
  source  = "terraform-aws-modules/autoscaling/aws"
}
resource "aws_instance" "web" {
  subnet_id = module.vpc.private_subnets[0]
}
"""


def test_only_what_may_launch_is_a_problem_and_one_for_a_source(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(CODE)
    found = read(inputs=Inputs(working_directory=str(tmp_path)))
    (problem,) = found.told_problems
    assert str(problem) == (
        "main.tf:9:1 and 1 more place: terraform-aws-modules/autoscaling/aws is not downloaded: "
        "its launches were not checked: run terraform init, or scan with --get"
    )
    assert [(each.kind.value, each.subject, len(each.places)) for each in found.unseen] == [
        ("module", "terraform-aws-modules/autoscaling/aws", 2)
    ]
    watched = found.estate.launches[0].once_required
    assert (watched.covered, watched.reason and watched.reason.subject) == (None, "module.alarms")


@pytest.mark.parametrize(
    ("source", "what", "read_whole"),
    [
        ("terraform-aws-modules/cloudwatch/aws", "alarm", False),
        ("terraform-aws-modules/cloudwatch/aws", "region_default", True),
        ("terraform-aws-modules/iam/aws", "alarm", True),
        ("terraform-aws-modules/iam/aws", "region_default", True),
        ("terraform-aws-modules/autoscaling/aws", "region_default", False),
    ],
)
def test_what_a_module_cannot_make_is_not_missed(tmp_path: Path, source: str, what: str, read_whole: bool) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(f'module "m" {{\n  source = "{source}"\n}}\nresource "aws_instance" "web" {{}}\n')
    found = read(inputs=Inputs(working_directory=str(tmp_path)))
    assert found.estate.wholly_read(found.roots[0].stack, what) is read_whole
