"""Same account, same Region: when a default applies to a launch."""

from __future__ import annotations

import pytest

from imdsguard.model.place import Place
from imdsguard.model.reason import refused
from imdsguard.model.resource import Provider
from imdsguard.model.value import Absent, Known, Reference, Unknown
from imdsguard.report.reasons import because, sentence
from tests.aws.memory import AWS, NOWHERE, account, launch, resource, unknown

WEB = "aws_instance.web"
DEFAULT = "aws_ec2_instance_metadata_defaults.all"
USE1 = Provider("aws.use1", account("a"), Known("us-east-1"))
AUDIT = Provider("aws.audit", account("another"), Known("eu-west-1"))
BY_VARIABLE = Provider("aws", account("a"), Unknown(refused("var.region has no value"), place=Place("main.tf", 3)))
BY_ANOTHER = Provider("aws.b", account("a"), Unknown(refused("var.other has no value"), place=Place("main.tf", 9)))


def state(default, web, tokens="required"):
    return launch(resource(DEFAULT, http_tokens=tokens, **default), resource(WEB, **web)).state.value


@pytest.mark.parametrize(
    ("default", "web", "expected"),
    [
        ({}, {}, "required"),
        ({"provider": USE1}, {}, "optional"),
        ({"provider": AUDIT}, {}, "optional"),
        ({"region": "us-east-1"}, {}, "optional"),
        ({"region": "us-east-1"}, {"region": "us-east-1"}, "required"),
        ({"region": "us-east-1"}, {"provider": USE1}, "required"),
        ({"provider": NOWHERE}, {"provider": NOWHERE}, "required"),
        ({"provider": BY_VARIABLE}, {"provider": BY_VARIABLE}, "required"),
        ({"provider": BY_VARIABLE}, {"provider": BY_ANOTHER}, "unknown"),
        ({"provider": BY_VARIABLE}, {}, "unknown"),
        ({}, {"region": unknown()}, "unknown"),
        ({"region": unknown()}, {"region": unknown()}, "unknown"),
        ({"provider": AUDIT}, {"region": unknown()}, "optional"),
    ],
    ids=str,
)
def test_a_default_applies_in_its_own_account_and_region(default, web, expected):
    assert state(default, web) == expected


def test_a_region_read_from_one_place_is_one_region():
    same = Unknown(refused(""), (Reference("data.aws_region.here", ("region",)),), exact=True)
    assert state({"region": same}, {"region": same}) == "required"


@pytest.mark.parametrize("tokens", ["no-preference", None])
def test_a_default_that_says_nothing_leaves_nothing_in_doubt(tokens):
    assert state({"region": unknown()}, {}, tokens) == "optional"


def test_a_default_that_may_not_exist_leaves_tokens_unknown():
    default = resource(DEFAULT, http_tokens="required", instances=unknown("var.on has no value"))
    found = launch(default, resource(WEB))
    assert (found.state.value, sentence(found.reason)) == (
        "unknown",
        f"whether {DEFAULT} exists cannot be computed: var.on has no value",
    )


def test_the_launch_decides_whatever_the_default_is():
    default = resource(DEFAULT, http_tokens=unknown())
    assert launch(default, resource(WEB)).state.value == "unknown"
    web = resource(WEB, metadata_options=[{"http_tokens": "required"}])
    assert launch(default, web).state.value == "required"


@pytest.mark.parametrize(("one", "two", "expected"), [
    ("required", "required", "required"),
    ("required", "optional", "unknown"),
    ("required", "no-preference", "unknown"),
])  # fmt: skip
def test_two_defaults_for_one_region(one, two, expected):
    first = resource("aws_ec2_instance_metadata_defaults.one", http_tokens=one)
    second = resource("aws_ec2_instance_metadata_defaults.two", http_tokens=two)
    assert launch(first, second, resource(WEB)).state.value == expected


def test_of_two_defaults_that_agree_the_first_is_told():
    names = ("one", "two")
    defaults = [resource(f"aws_ec2_instance_metadata_defaults.{name}", http_tokens="required") for name in names]
    told = [because(launch(*given, resource(WEB)).tokens) for given in (defaults, defaults[::-1])]
    start = 'http_tokens is "required" by the Region default aws_ec2_instance_metadata_defaults'
    assert told == [f"{start}.one", f"{start}.two"]


def test_a_sure_default_counts_before_a_possible_one():
    possible = resource("aws_ec2_instance_metadata_defaults.x", http_tokens="optional", region=unknown())
    assert launch(possible, resource(DEFAULT, http_tokens="required"), resource(WEB)).state.value == "required"


def test_a_region_set_outside_the_code_has_no_name():
    found = launch(resource(WEB, provider=NOWHERE))
    assert found.scope.region_name is None
    assert launch(resource(WEB, provider=AWS)).scope.region_name == "eu-west-1"
    assert isinstance(NOWHERE.region, Absent)
