"""OpenTofu's providers with `for_each`: each resource instance is in the Region and account of its own instance."""

from __future__ import annotations

import json

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.value import Known, Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents import read_document

from .conftest import WANTED

BY = """
provider "aws" {
  alias    = "by"
  for_each = toset(["eu-west-1", "us-east-1"])
  region   = each.value
}
"""
ROLES = """
variable "accounts" { type = map(string) }
provider "aws" {
  alias    = "by"
  for_each = { a = "111111111111", b = "222222222222" }
  region   = "eu-west-1"
  assume_role { role_arn = "arn:aws:iam::${each.value}:role/ci" }
}
"""
UNTOLD = ROLES.replace('{ a = "111111111111", b = "222222222222" }', "var.accounts")
VARIABLES = 'variable "here" {}\nvariable "there" {}\n'


def web(key):
    return f'resource "aws_instance" "web" {{\n  provider = aws.by[{key}]\n}}\n'


def default(key):
    return (
        f'resource "aws_ec2_instance_metadata_defaults" "all" {{\n  provider = aws.by[{key}]\n'
        '  http_tokens = "required"\n}\n'
    )


def states(stack):
    """The state of each launch, by address."""
    (root,) = stack.read().roots
    return {launch.address: launch.state.value for launch in build([(root.name, root.resources)]).launches}


COVERED = {
    "the same Region": (BY, '"eu-west-1"', '"eu-west-1"', "required"),
    "another Region": (BY, '"us-east-1"', '"eu-west-1"', "optional"),
    "the same account": (ROLES, '"a"', '"a"', "required"),
    "another account": (ROLES, '"b"', '"a"', "optional"),
    "one key for both, whichever there are": (UNTOLD, '"a"', '"a"', "required"),
    "another key, of accounts that are not known": (UNTOLD, '"b"', '"a"', "optional"),
    "a key that is not known": (BY, "var.here", '"eu-west-1"', "unknown"),
    "a launch of which the key is not known": (BY, '"eu-west-1"', "var.here", "unknown"),
    "two keys that are not known": (BY, "var.there", "var.here", "unknown"),
    "two accounts that are not known": (ROLES, "var.there", "var.here", "unknown"),
    "one of the accounts that is not known": (ROLES, '"a"', "var.here", "unknown"),
    "a key that is computed": (BY, 'join("-", ["eu", "west", 1])', '"eu-west-1"', "required"),
    "a key that is not there": (BY, '"eu-west-1"', '"eu-north-1"', "optional"),
}


@pytest.mark.parametrize(("providers", "there", "here", "state"), COVERED.values(), ids=list(COVERED))
def test_a_region_default_protects_its_own_instance_only(stack, providers, there, here, state):
    stack.files({"main.tofu": VARIABLES + providers + default(there) + web(here)})
    assert states(stack) == {"aws_instance.web": state}


def test_each_instance_of_a_resource_has_its_own(stack):
    each = web("each.key").replace("{\n", '{\n  for_each = toset(["eu-west-1", "us-east-1"])\n', 1)
    stack.files({"main.tofu": BY + default('"eu-west-1"') + each})
    assert states(stack) == {
        'aws_instance.web["eu-west-1"]': "required",
        'aws_instance.web["us-east-1"]': "optional",
    }
    found = stack.resources()['aws_instance.web["us-east-1"]']
    assert (found.provider.name, found.region.value) == ('aws.by["us-east-1"]', "us-east-1")


CALLS = {
    "a written key": ('providers = { aws = aws.by["us-east-1"] }', "module.m"),
    "a key of the call": (
        'for_each = toset(["us-east-1"])\nproviders = { aws = aws.by[each.key] }', 'module.m["us-east-1"]',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "address"), CALLS.values(), ids=list(CALLS))
def test_a_call_hands_one_instance_over(stack, call, address):
    module = 'resource "aws_instance" "web" {}\n' + default("x").replace("  provider = aws.by[x]\n", "")
    stack.files({"main.tofu": f'{BY}module "m" {{\nsource = "./m"\n{call}\n}}\n', "m/main.tofu": module})
    found = stack.resources()[f"{address}.aws_instance.web"]
    assert (found.provider.name, found.region.value) == ('aws.by["us-east-1"]', "us-east-1")
    assert states(stack) == {f"{address}.aws_instance.web": "required"}


def test_one_call_has_one_instance_though_it_is_not_known_which(stack):
    """Two module instances may be in two Regions; what stands in one of them is in one."""
    module = 'resource "aws_instance" "web" {}\n' + default("x").replace("  provider = aws.by[x]\n", "")
    call = 'source = "./m"\nproviders = { aws = aws.by[var.here] }\n'
    only = module.replace("resource", 'variable "on" { default = 1 }\nresource', 1).replace(
        '"all" {\n', '"all" {\ncount = var.on\n'
    )
    both = f'module "m" {{\n{call}}}\nmodule "n" {{\n{call}on = 0\n}}\n'
    stack.files({"main.tofu": VARIABLES + BY + both, "m/main.tofu": only})
    assert states(stack) == {"module.m.aws_instance.web": "required", "module.n.aws_instance.web": "unknown"}


REASONS = {
    "not known": ("var.here", "which instance of provider aws.by is meant cannot be computed: var.here is a variable"),
    "not there": ('"x"', 'provider aws.by has no instance "x"'),
    "null": ("null", "the key of a provider instance must not be null"),
    "sensitive": ('sensitive("x")', "the key of a provider instance must not be a sensitive value"),
    "no text": ("[]", "string required"),
    "too large": ("1e20000 * 1e20000", "a number is larger than imdsguard computes with"),
}


@pytest.mark.parametrize(("key", "reason"), REASONS.values(), ids=list(REASONS))
def test_what_is_no_key_of_an_instance_makes_the_region_unknown(stack, key, reason):
    stack.files({"main.tofu": VARIABLES + BY + web(key)})
    region = stack.resources()["aws_instance.web"].region
    assert isinstance(region, Unknown)
    assert reason in sentence(region.reason)


def test_of_several_calls_the_innermost_says_why_a_key_names_no_instance(stack):
    inner = 'terraform {\nrequired_providers {\naws = { source = "hashicorp/aws" }\n}\n}\n' + web('"a"')
    call = 'module "n" {\nsource = "../n"\nproviders = { aws.by = amazon.inner }\n}\n'
    outer = f'{BY}module "m" {{\nsource = "./m"\nproviders = {{ amazon.inner = aws.by["us-east-1"] }}\n}}\n'
    stack.files({"main.tofu": outer, "m/main.tofu": call, "n/main.tofu": inner})
    region = stack.resources()["module.m.module.n.aws_instance.web"].region
    assert sentence(region.reason) == "a call hands amazon over, which is no configuration with for_each"


@pytest.mark.parametrize(("for_each", "region"), [("toset(var.regions)", "each.value"), ("var.regions", "each.key")])
def test_a_written_key_is_known_though_the_others_are_not(stack, for_each, region):
    providers = f'provider "aws" {{\nalias = "by"\nfor_each = {for_each}\nregion = {region}\n}}\n'
    stack.files({"main.tofu": 'variable "regions" {}\n' + providers + web('"eu-west-1"')})
    assert stack.resources()["aws_instance.web"].region.value == "eu-west-1"


def test_json_syntax_names_an_instance_too(stack):
    code = {
        "provider": {"aws": [{"alias": "by", "for_each": '${toset(["eu-west-1"])}', "region": "${each.value}"}]},
        "resource": {"aws_instance": {"web": {"provider": 'aws.by["eu-west-1"]'}}},
    }
    stack.files({"main.tofu.json": json.dumps(code)})
    assert stack.resources()["aws_instance.web"].region.value == "eu-west-1"


def planned(region):
    """A plan of a default and an instance, bound to instances of a provider whose Region is `region`."""
    resources = [
        {"address": f"{type_}.a", "mode": "managed", "type": type_, "name": "a"}
        for type_ in ("aws_ec2_instance_metadata_defaults", "aws_instance")
    ]
    after = [{"http_tokens": "required"}, {}]
    return {
        "format_version": "1.2",
        "resource_changes": [
            {**each, "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}}
            for each, values in zip(resources, after, strict=True)
        ],
        "configuration": {
            "provider_config": {"aws.by": {"name": "aws", "alias": "by", "expressions": {"region": region}}},
            "root_module": {
                "resources": [{**each, "provider_config_key": "aws.by", "expressions": {}} for each in resources]
            },
        },
    }


@pytest.mark.parametrize(
    ("region", "state"),
    [
        ({"references": ["each.value"]}, "unknown"),
        ({"references": ["local.regions", "each.key"]}, "unknown"),
        ({"constant_value": "eu-west-1"}, "required"),
    ],
)
def test_a_plan_does_not_show_which_instance_it_is(region, state):
    root, _ = read_document("plan.json", json.dumps(planned(region)).encode(), WANTED)
    (launch,) = build([("plan.json", root.resources)]).launches
    assert launch.state.value == state
    assert isinstance(launch.resource.region, Known) is (state == "required")


def test_a_plan_with_provider_6_shows_the_region_of_each_resource():
    plan = planned({"references": ["each.value"]})
    for change, region in zip(plan["resource_changes"], ("eu-west-1", "us-east-1"), strict=True):
        change["change"]["after"]["region"] = region
    root, _ = read_document("plan.json", json.dumps(plan).encode(), WANTED)
    (launch,) = build([("plan.json", root.resources)]).launches
    assert (launch.scope.region, launch.state.value) == ("us-east-1", "optional")


def test_a_state_file_names_the_instance_with_each_resource():
    provider = 'provider["registry.opentofu.org/hashicorp/aws"].by["{}"]'
    instances = [
        {"index_key": region, "provider": provider.format(region), "attributes": {"arn": f"arn:aws:ec2:{region}:1:x/i"}}
        for region in ("eu-west-1", "us-east-1")
    ]
    web = {"mode": "managed", "type": "aws_instance", "name": "web", "instances": instances}
    (ours, _) = instances
    all_ = {**web, "type": "aws_ec2_instance_metadata_defaults", "name": "all"}
    all_["instances"] = [{**ours, "attributes": {"http_tokens": "required"}}]
    state = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "resources": [web, all_]}
    root, _ = read_document("terraform.tfstate", json.dumps(state).encode(), WANTED)
    found = {resource.address: (resource.provider.name, resource.region.value) for resource in root.resources}
    assert found == {
        f'{type_}["{region}"]': (f'aws.by["{region}"]', region)
        for type_, region in (
            ("aws_instance.web", "eu-west-1"),
            ("aws_instance.web", "us-east-1"),
            ("aws_ec2_instance_metadata_defaults.all", "eu-west-1"),
        )
    }


@pytest.mark.parametrize(("configured", "known"), [(ROLES, False), (BY, True)])
def test_whose_account_an_instance_without_a_known_key_is(stack, configured, known):
    """Of one for each account it is none that is known; where all are of one account it is that one."""
    stack.files({"main.tofu": VARIABLES + configured + web("var.here")})
    assert stack.resources()["aws_instance.web"].provider.account.known is known
