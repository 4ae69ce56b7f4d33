"""The account of a provider configuration as data: by what it is told, and whether an equal one elsewhere is the same.

Which configurations of one root module count as one account is in `test_provider_accounts.py`.
"""

from __future__ import annotations

import json

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.account import ENVIRONMENT, Account, AccountKind, account_id
from imdsguard.model.shared_account import SharedAccount
from imdsguard.terraform.documents import read_document

from .conftest import WANTED

ONE, TWO = (f"arn:aws:iam::{digit * 12}:role/ci" for digit in "12")
LOCAL = "http://localhost:4566"


def role(arn):
    return "assume_role", (("role_arn", arn),)


LITERAL = {
    "nothing": ({}, ENVIRONMENT),
    "one allowed account": ({"allowed_account_ids": ["1" * 12]}, account_id("1" * 12)),
    "two allowed accounts": (
        {"allowed_account_ids": ["1" * 12, "2" * 12]},
        Account(AccountKind.CREDENTIALS, (("allowed_account_ids", ("1" * 12, "2" * 12)),)),
    ),
    "a profile": ({"profile": "prod"}, Account(AccountKind.PROFILE, (("profile", "prod"),))),
    "a profile with marks": ({"profile": "R&D<eu>?[*]"}, Account(AccountKind.PROFILE, (("profile", "R&D<eu>?[*]"),))),
    "keys": ({"access_key": "AKIA"}, Account(AccountKind.CREDENTIALS, (("access_key", "AKIA"),))),
    "a role": ({"assume_role": [{"role_arn": ONE}]}, account_id("1" * 12)),
    "a chain of roles": ({"assume_role": [{"role_arn": ONE}, {"role_arn": TWO}]}, account_id("2" * 12)),
    "a role that names no account": (
        {"assume_role": [{"role_arn": "ci"}], "profile": "a"},
        Account(AccountKind.ROLE, (("profile", "a"), role("ci"))),
    ),
    "a role in another place": (
        {"assume_role": [{"role_arn": ONE}], "endpoints": [{"sts": LOCAL}]},
        Account(AccountKind.ROLE, (role(ONE), ("endpoints", (("sts", LOCAL),)))),
    ),
    "another place": (
        {"endpoints": [{"ec2": LOCAL}]},
        Account(AccountKind.CREDENTIALS, (("endpoints", (("ec2", LOCAL),)),)),
    ),
}
"""Arguments and blocks of a provider, and the account: all literal, so that source and plan say the same."""


def written(given):
    lines = []
    for name, value in given.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            lines += [
                f"{name} {{\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in block.items()) + "}" for block in value
            ]
        else:
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join(lines)


def shown(given):
    """The same as a plan's configuration shows it."""

    def one(value):
        return [{k: {"constant_value": v} for k, v in block.items()} for block in value]

    blocks = {
        name: one(value) for name, value in given.items() if isinstance(value, list) and isinstance(value[0], dict)
    }
    return {name: {"constant_value": value} for name, value in given.items() if name not in blocks} | blocks


@pytest.mark.parametrize(("given", "account"), LITERAL.values(), ids=list(LITERAL))
def test_source_and_plan_tell_the_same_account(stack, given, account):
    stack.files({"main.tf": f'provider "aws" {{\n{written(given)}\n}}\nresource "aws_instance" "web" {{}}\n'})
    assert stack.resources()["aws_instance.web"].provider.account == account

    change = {"actions": ["create"], "before": None, "after": {}, "after_unknown": {}}
    resource = {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web"}
    plan = {
        "format_version": "1.2",
        "resource_changes": [{**resource, "change": change}],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": shown(given)}},
            "root_module": {"resources": [{**resource, "provider_config_key": "aws", "expressions": {}}]},
        },
    }
    root, problems = read_document("plan.json", json.dumps(plan).encode(), WANTED)
    assert problems == ()
    assert [each.provider.account for each in root.resources] == [account]


UNTOLD = {
    "a variable": ('provider "aws" {\nprofile = var.a\n}\n', "", AccountKind.PROFILE),
    "a role of a variable": (
        'provider "aws" {\nassume_role {\nrole_arn = var.a\n}\n}\n', "", AccountKind.ROLE,
    ),
    "one of several": ('provider "aws" {\nshared_config_files = ["a", var.a]\n}\n', "", AccountKind.CREDENTIALS),
    "blocks that cannot be told": (
        'provider "aws" {\ndynamic "assume_role" {\nfor_each = var.a\ncontent {}\n}\n}\n', "", AccountKind.CREDENTIALS,
    ),
    "for_each": (
        'provider "aws" {\nalias = "by"\nfor_each = toset(["x"])\n}\n', "provider = aws.by", AccountKind.FOR_EACH,
    ),
    "an instance of a configuration": (
        'provider "aws" {\nalias = "by"\n}\n', 'provider = aws.by["x"]', AccountKind.NOT_TOLD,
    ),
    "an alias that is not there": ("", "provider = aws.by", AccountKind.NOT_CONFIGURED),
}  # fmt: skip


@pytest.mark.parametrize(("provider", "bound", "kind"), UNTOLD.values(), ids=list(UNTOLD))
def test_what_is_not_known_is_one_account_within_its_root_module_only(stack, provider, bound, kind):
    both = "".join(f'resource "aws_instance" "{name}" {{\n{bound}\n}}\n' for name in "ab")
    stack.files({"main.tofu": f'variable "a" {{}}\n{provider}{both}'})
    a, b = (resource.provider.account for resource in stack.resources().values())
    assert (a.kind, a.known) == (kind, False)
    assert a == b
    assert not a.same_elsewhere(b)


@pytest.mark.parametrize(
    ("here", "there", "state"),
    [
        ('profile = "prod"', 'profile = "prod"', "required"),
        ('profile = "R&D<eu>"', 'profile = "R&D<eu>"', "required"),
        ('profile = "who?"', 'profile = "who?"', "required"),
        ('profile = "all[*]"', 'profile = "all[*]"', "required"),
        ('profile = "R&D<eu>"', 'profile = "R&D<us>"', "optional"),
        ('profile = "environment prod"', 'profile = "environment prod"', "required"),
        ("", "", "required"),
        ("", 'profile = "prod"', "optional"),
        ("profile = var.a", "profile = var.a", "optional"),
    ],
)
def test_stacks_of_one_estate_share_an_account_where_equal_credentials_are_known(stack, here, there, state):
    provider = 'variable "a" {{}}\nprovider "aws" {{\nregion = "eu-west-1"\n{}\n}}\n'
    default = 'resource "aws_ec2_instance_metadata_defaults" "all" {\n  http_tokens = "required"\n}\n'
    stack.files(
        {
            "a/main.tf": provider.format(here) + 'resource "aws_instance" "web" {}\n',
            "b/main.tf": provider.format(there) + default,
        }
    )
    reading = stack.read("a", "b")
    assert [str(problem) for problem in reading.problems] == []
    roots = [(root.stack, root.resources) for root in reading.roots]
    estate = build(roots, together={stack: SharedAccount("prod") for stack, _ in roots})
    assert [launch.state.value for launch in estate.launches] == [state]
