"""Provider bindings: whose account, which Region."""

from __future__ import annotations

import pytest

from imdsguard.model.value import Absent, Unknown
from imdsguard.report.reasons import sentence

INSTANCE = 'resource "aws_instance" "web" {}\n'


def test_aliases_that_differ_in_region_share_an_account(stack):
    stack.files(
        {
            "main.tf": """
variable "role" {}
provider "aws" {
  region = "us-east-1"
  assume_role { role_arn = var.role }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  assume_role { role_arn = var.role }
}
provider "aws" {
  alias   = "other"
  region  = "us-east-1"
  profile = "other"
}
resource "aws_instance" "a" {}
resource "aws_instance" "b" { provider = aws.west }
resource "aws_instance" "c" { provider = aws.other }
resource "aws_instance" "d" { region = "eu-west-1" }
"""
        }
    )
    found = stack.resources()
    a, b, c, d = (found[f"aws_instance.{name}"] for name in "abcd")
    assert [r.provider.name for r in (a, b, c, d)] == ["aws", "aws.west", "aws.other", "aws"]
    assert [r.region.value for r in (a, b, c, d)] == ["us-east-1", "us-west-2", "us-east-1", "eu-west-1"]
    assert a.provider.account == b.provider.account == d.provider.account
    assert a.provider.account != c.provider.account


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ('profile = "a"', 'profile = "a"', True),
        ('profile = "a"', 'profile = "b"', False),
        ('allowed_account_ids = ["111111111111"]', 'profile = "b"\nallowed_account_ids = ["111111111111"]', True),
        ('assume_role { role_arn = "arn:aws:iam::111111111111:role/a" }',
         'assume_role { role_arn = "arn:aws:iam::111111111111:role/b" }', True),
        ('assume_role { role_arn = "arn:aws:iam::111111111111:role/a" }',
         'assume_role { role_arn = "arn:aws:iam::222222222222:role/a" }', False),
        ("", "", True),
        ("assume_role { role_arn = var.a }", "assume_role { role_arn = var.b }", False),
        ("", 'access_key = "k"', False),
    ],
)  # fmt: skip
def test_accounts_are_told_apart_by_credentials(stack, first, second, same):
    stack.files(
        {
            "main.tf": f"""
variable "a" {{}}
variable "b" {{}}
provider "aws" {{
{first}
}}
provider "aws" {{
alias = "x"
{second}
}}
resource "aws_instance" "a" {{}}
resource "aws_instance" "b" {{ provider = aws.x }}
"""
        }
    )
    found = stack.resources()
    one, other = (found[f"aws_instance.{name}"].provider.account for name in "ab")
    assert (one == other) is same


def test_modules_inherit_the_default_provider_and_are_handed_the_others(stack):
    stack.files(
        {
            "main.tf": """
provider "aws" { region = "us-east-1" }
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
module "inherits" { source = "./m" }
module "mapped" {
  source    = "./m"
  providers = { aws = aws.west }
}
module "peer" {
  source    = "./peer"
  providers = { aws.near = aws, aws.far = aws.west }
}
module "own" { source = "./own" }
""",
            "m/main.tf": INSTANCE + 'module "deep" { source = "./deep" }',
            "m/deep/main.tf": INSTANCE,
            "peer/main.tf": """
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.near, aws.far]
    }
  }
}
resource "aws_instance" "near" { provider = aws.near }
resource "aws_instance" "far" { provider = aws.far }
""",
            "own/main.tf": 'provider "aws" { region = "eu-west-1" }\n' + INSTANCE,
        }
    )
    found = {address: (r.provider.name, r.region.value) for address, r in stack.resources().items()}
    assert found == {
        "module.inherits.aws_instance.web": ("aws", "us-east-1"),
        "module.inherits.module.deep.aws_instance.web": ("aws", "us-east-1"),
        "module.mapped.aws_instance.web": ("aws.west", "us-west-2"),
        "module.mapped.module.deep.aws_instance.web": ("aws.west", "us-west-2"),
        "module.peer.aws_instance.near": ("aws", "us-east-1"),
        "module.peer.aws_instance.far": ("aws.west", "us-west-2"),
        "module.own.aws_instance.web": ("module.own:aws", "eu-west-1"),
    }


def test_a_region_that_no_code_gives_is_unknown_with_the_reason(stack):
    stack.files({"a/main.tf": INSTANCE, "b/main.tf": 'variable "r" {}\nprovider "aws" { region = var.r }\n' + INSTANCE})
    reading = stack.read()
    first, second = (root.resources[0].region for root in reading.roots)
    assert isinstance(first, Unknown)
    assert sentence(first.reason) == "provider aws names no Region: the environment or a profile does"
    assert sentence(second.reason) == "var.r is a variable without a value"


def test_default_tags_are_those_of_the_providers_configuration(stack):
    stack.files(
        {
            "main.tf": """
variable "team" { default = "web" }
provider "aws" {
  default_tags {
    tags = {
      Team  = var.team
      Stage = var.stage
    }
  }
}
variable "stage" {}
provider "aws" { alias = "plain" }
resource "aws_instance" "web" {}
resource "aws_instance" "plain" { provider = aws.plain }
"""
        }
    )
    tags, none = (stack.resources()[f"aws_instance.{name}"].provider.default_tags for name in ("web", "plain"))
    assert tags.value["Team"].value == "web"
    assert sentence(tags.value["Stage"].reason) == "var.stage is a variable without a value"
    assert isinstance(none, Absent)


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ('dynamic "default_tags" {\nfor_each = var.stage\ncontent {\ntags = {}\n}\n}', "var.stage is a variable"),
        ("default_tags {\ntags = var.stage\n}", "var.stage is a variable"),
        ("default_tags {\n}", None),
    ],
)
def test_default_tags_that_nobody_can_tell_are_unknown(stack, blocks, reason):
    stack.files({"main.tf": f'variable "stage" {{}}\nprovider "aws" {{\n{blocks}\n}}\n{INSTANCE}'})
    tags = stack.resources()["aws_instance.web"].provider.default_tags
    if reason is None:
        assert isinstance(tags, Absent)
    else:
        assert reason in sentence(tags.reason)
