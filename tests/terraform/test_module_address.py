"""What a module's source names, in all its spellings."""

from __future__ import annotations

import pytest

from imdsguard.terraform.source.module_address import parse_address
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

VPC = "registry.terraform.io/terraform-aws-modules/vpc/aws"
REPOSITORY = "github.com/terraform-aws-modules/terraform-aws-vpc"


@pytest.mark.parametrize(
    ("source", "package", "folder", "ref"),
    [
        ("terraform-aws-modules/vpc/aws", VPC, "", ""),
        ("registry.terraform.io/terraform-aws-modules/vpc/aws", VPC, "", ""),
        ("terraform-aws-modules/vpc/aws//modules/vpc-endpoints", VPC, "modules/vpc-endpoints", ""),
        ("app.terraform.io/team/vpc/aws", "app.terraform.io/team/vpc/aws", "", ""),
        ("github.com/terraform-aws-modules/terraform-aws-vpc", REPOSITORY, "", ""),
        ("github.com/terraform-aws-modules/terraform-aws-vpc//modules/x?ref=v5.1.0", REPOSITORY, "modules/x", "v5.1.0"),
        ("git::https://github.com/Terraform-AWS-modules/terraform-aws-vpc.git?ref=v5", REPOSITORY, "", "v5"),
        ("git::ssh://git@github.com/terraform-aws-modules/terraform-aws-vpc.git//a/b?ref=c", REPOSITORY, "a/b", "c"),
        ("git@github.com:terraform-aws-modules/terraform-aws-vpc.git", REPOSITORY, "", ""),
        ("https://github.com/terraform-aws-modules/terraform-aws-vpc.git?depth=1&ref=main", REPOSITORY, "", "main"),
        ("git::git@gitlab.example.com:group/sub/name.git", "gitlab.example.com/group/sub/name", "", ""),
        ("git::https://git.example.com:8443/a/b.git", "git.example.com:8443/a/b", "", ""),
        ("https://example.com/vpc.zip//vpc", "https://example.com/vpc.zip", "vpc", ""),
        ("s3::https://s3.amazonaws.com/bucket/vpc.zip", "s3::https://s3.amazonaws.com/bucket/vpc.zip", "", ""),
        ("git::https://[broken/x", "git::https://[broken/x", "", ""),
    ],
)
def test_a_source_names_a_package_a_folder_and_a_revision(source: str, package: str, folder: str, ref: str) -> None:
    address = parse_address(source)
    assert (address.package, address.folder, address.ref) == (package, folder, ref)


def test_a_public_module_has_the_name_of_its_repository_too() -> None:
    assert parse_address("terraform-aws-modules/vpc/aws").names == (VPC, REPOSITORY)
    assert parse_address("git@github.com:terraform-aws-modules/terraform-aws-vpc.git").names == (REPOSITORY, VPC)
    assert parse_address("app.terraform.io/team/vpc/aws").names == ("app.terraform.io/team/vpc/aws",)
    assert parse_address("git::https://example.com/a/terraform-aws-vpc.git").names == (
        "example.com/a/terraform-aws-vpc",
    )


@pytest.mark.parametrize(
    ("constraint", "admitted", "refused"),
    [
        ("1.2.3", ["1.2.3"], ["1.2.4"]),
        ("= v1.2.3", ["1.2.3"], ["1.2.2"]),
        ("~> 1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
        ("~> 1.2.3", ["1.2.3", "1.2.9"], ["1.3.0"]),
        ("~> 3", ["3.0.0", "3.9.0"], ["4.0.0"]),
        (">= 1.0, < 2.0, != 1.5.0", ["1.0.0", "1.9.9"], ["1.5.0", "2.0.0"]),
        ("> 1.0", ["1.0.1"], ["1.0.0"]),
        ("<= 1.0", ["1.0.0", "0.1.0"], ["1.0.1", "1.0.0-beta"]),
        ("2.0.0-rc1", ["2.0.0-rc1"], ["2.0.0"]),
    ],
)
def test_a_constraint_admits_versions(constraint: str, admitted: list[str], refused: list[str]) -> None:
    asked = VersionConstraint.parse(constraint)
    assert asked is not None
    told = {text: asked.admits(version) for text in (*admitted, *refused) if (version := ModuleVersion.parse(text))}
    assert told == {**dict.fromkeys(admitted, True), **dict.fromkeys(refused, False)}


@pytest.mark.parametrize("text", ["", "latest", "1.x", ">= ", "=> 1.0", "1.0 2.0"])
def test_what_terraform_refuses_is_no_constraint(text: str) -> None:
    assert VersionConstraint.parse(text) is None


def test_versions_are_ordered_by_their_numbers_and_a_preview_comes_first() -> None:
    order = ["0.9.0", "1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0", "1.2.0", "1.10.0"]
    parsed = [ModuleVersion.parse(text) for text in reversed(order)]
    assert [str(version) for version in sorted(filter(None, parsed))] == order
