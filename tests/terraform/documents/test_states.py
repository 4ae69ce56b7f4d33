"""States: a real one in fixtures/changes/, and small ones made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from imdsguard.model.account import account_id
from imdsguard.model.resource import Action, Resource
from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents import read_document


def state(*resources: dict[str, Any], children: list[dict[str, Any]] | None = None) -> dict[str, Resource]:
    values = {"root_module": {"resources": resources, "child_modules": children or []}}
    document = {"format_version": "1.0", "terraform_version": "1.11.4", "values": values}
    root, problems = read_document("state.json", json.dumps(document).encode(), frozenset({"aws_instance"}))
    assert problems == ()
    return {resource.address: resource for resource in root.resources}


def instance(name: str, **values: Any) -> dict[str, Any]:
    return {
        "address": f"aws_instance.{name}",
        "mode": "managed",
        "type": "aws_instance",
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": values,
    }


def test_a_real_state(fixture: Callable[[str], dict[str, Resource]]) -> None:
    resources = fixture("changes/state.json")
    assert sorted(resources) == [
        "aws_instance.deleted",
        "aws_instance.forgotten",
        "aws_instance.replaced",
        "aws_instance.replaced_carefully",
        "aws_instance.updated",
        "aws_launch_template.same",
    ]
    template = resources["aws_launch_template.same"]
    (options,) = template.body.blocks("metadata_options").items
    tokens = options.attribute("http_tokens")
    assert isinstance(tokens, Known)
    assert tokens.value == "required"
    assert template.action is Action.NONE
    assert isinstance(template.region, Known)
    assert template.region.value == "us-east-1"
    assert (template.provider.name, template.provider.account) == ("aws", account_id("123456789012"))


def test_modules_and_keys() -> None:
    inner = {**instance("x", region="us-east-1"), "address": 'module.m["k"].aws_instance.x[1]', "index": 1}
    resources = state(children=[{"address": 'module.m["k"]', "resources": [inner]}])
    (resource,) = resources.values()
    assert (resource.module, resource.key) == ('module.m["k"]', 1)


def test_what_waits_to_be_destroyed_is_left_out() -> None:
    assert list(state(instance("x"), {**instance("x"), "deposed_key": "f00ba4"})) == ["aws_instance.x"]


def test_the_arn_names_region_and_account() -> None:
    resources = state(instance("x", arn="arn:aws:ec2:eu-west-1:123456789012:instance/i-1"))
    resource = resources["aws_instance.x"]
    assert isinstance(resource.region, Known)
    assert (resource.region.value, resource.provider.account) == ("eu-west-1", account_id("123456789012"))


def test_one_account_is_everybodys() -> None:
    resources = state(instance("x", arn="arn:aws:ec2:eu-west-1:123456789012:instance/i-1"), instance("bare"))
    assert resources["aws_instance.bare"].provider.account == account_id("123456789012")


def test_among_several_accounts_one_that_is_not_named_is_none_of_them() -> None:
    resources = state(
        instance("one", arn="arn:aws:ec2:eu-west-1:111111111111:instance/i-1"),
        instance("two", arn="arn:aws:ec2:eu-west-1:222222222222:instance/i-2"),
        instance("bare"),
    )
    assert len({resource.provider.account for resource in resources.values()}) == 3


def test_no_region() -> None:
    region = state(instance("x"))["aws_instance.x"].region
    assert isinstance(region, Unknown)
    assert sentence(region.reason) == "a state does not say which Region this resource is in"


def test_an_empty_string_is_not_set() -> None:
    resource = state(instance("x", key_name="", monitoring=False))["aws_instance.x"]
    assert isinstance(resource.body.attribute("key_name"), Absent)
    assert resource.body.attribute("monitoring") == Known(False, resource.place)
