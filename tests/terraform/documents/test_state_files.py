"""Terraform's own state files, read as what `terraform show -json` makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.model.account import account_id
from imdsguard.model.resource import Resource
from imdsguard.model.value import Known, Unknown
from imdsguard.terraform.documents import read_document

from .conftest import WANTED

Fixture = Callable[[str], dict[str, Resource]]
AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def state_file(*resources: dict[str, Any], **parts: Any) -> bytes:
    document = {"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "f7", "resources": resources}
    return json.dumps({**document, **parts}).encode()


def resource(name: str, *instances: dict[str, Any], **parts: Any) -> dict[str, Any]:
    block = {"mode": "managed", "type": "aws_instance", "name": name, "provider": AWS, "instances": instances}
    return {**block, **parts}


def read(*resources: dict[str, Any], **parts: Any) -> dict[str, Resource]:
    root, problems = read_document("terraform.tfstate", state_file(*resources, **parts), WANTED)
    assert problems == ()
    return {found.address: found for found in root.resources}


def test_a_real_state_file_says_what_terraform_shows_of_it(fixture: Fixture) -> None:
    raw, shown = fixture("changes/terraform.tfstate"), fixture("changes/state.json")
    assert raw.keys() == shown.keys()
    for address, ours in raw.items():
        theirs = shown[address]
        for name in ("type", "name", "module", "key", "data", "depends_on"):
            assert getattr(ours, name) == getattr(theirs, name), (address, name)
        assert (ours.provider.name, ours.provider.account) == (theirs.provider.name, theirs.provider.account)
        assert getattr(ours.region, "value", None) == getattr(theirs.region, "value", None)
        for ourside, theirside in zip(
            ours.body.blocks("metadata_options").items, theirs.body.blocks("metadata_options").items, strict=True
        ):
            for option in ("http_tokens", "http_endpoint", "http_put_response_hop_limit"):
                assert getattr(ourside.attribute(option), "value", None) == getattr(
                    theirside.attribute(option), "value", None
                )


def test_modules_keys_and_data_sources_make_the_address() -> None:
    resources = read(
        resource("web", {"attributes": {}}),
        resource("counted", {"index_key": 0, "attributes": {}}, {"index_key": 1, "attributes": {}}),
        resource("inner", {"index_key": "a.b", "attributes": {}}, module='module.m["x"]'),
        resource("linux", {"attributes": {}}, mode="data", type="aws_ami"),
    )
    assert {address: (found.module, found.key, found.data) for address, found in resources.items()} == {
        "aws_instance.web": ("", None, False),
        "aws_instance.counted[0]": ("", 0, False),
        "aws_instance.counted[1]": ("", 1, False),
        'module.m["x"].aws_instance.inner["a.b"]': ('module.m["x"]', "a.b", False),
        "data.aws_ami.linux": ("", None, True),
    }


def test_what_waits_to_be_destroyed_is_left_out() -> None:
    assert list(read(resource("x", {"deposed": "f00ba4", "attributes": {}}, {"attributes": {}}))) == ["aws_instance.x"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (AWS, "aws"),
        (f"{AWS}.west", "aws.west"),
        (f"module.m.{AWS}", "module.m:aws"),
        (f"module.m.{AWS}.west", "module.m:aws.west"),
        ('provider["registry.opentofu.org/hashicorp/aws"]', "aws"),
        ("", ""),
    ],
)
def test_the_provider_configuration_is_known(address: str, name: str) -> None:
    assert read(resource("x", {"attributes": {}}, provider=address))["aws_instance.x"].provider.name == name


def test_what_shares_a_provider_configuration_shares_account_and_region() -> None:
    def arn(account: str, region: str) -> dict[str, Any]:
        return {"attributes": {"arn": f"arn:aws:ec2:{region}:{account}:instance/i-1"}}

    found = read(
        resource("one", arn("111111111111", "eu-west-1")),
        resource("bare", {"attributes": {}}),
        resource("two", arn("222222222222", "us-west-2"), provider=f"{AWS}.west"),
        resource("bare_west", {"attributes": {}}, provider=f"{AWS}.west"),
        resource("elsewhere", {"attributes": {}}, provider=f"{AWS}.north"),
    )
    accounts = {address.removeprefix("aws_instance."): one.provider.account for address, one in found.items()}
    assert accounts["bare"] == account_id("111111111111")
    assert accounts["bare_west"] == account_id("222222222222")
    assert accounts["elsewhere"] not in {account_id("111111111111"), account_id("222222222222")}
    regions = {address.removeprefix("aws_instance."): one.region for address, one in found.items()}
    assert getattr(regions["bare_west"], "value", None) == "us-west-2"
    assert isinstance(regions["elsewhere"], Unknown)


def test_sensitive_attributes_are_never_shown() -> None:
    def path(*steps: str | int) -> list[dict[str, Any]]:
        return [
            {"type": "get_attr", "value": step}
            if isinstance(step, str)
            else {"type": "index", "value": {"value": step, "type": "number"}}
            for step in steps
        ]

    attributes = {"user_data": "secret", "tags": {"a": "x", "b": "y"}, "key_name": "plain"}
    instance = {
        "attributes": {**attributes, "metadata_options": [{"http_tokens": "required"}]},
        "sensitive_attributes": [path("user_data"), path("metadata_options", 0, "http_tokens"), path("tags", "a")],
    }
    body = read(resource("x", instance))["aws_instance.x"].body
    secret = {name: getattr(body.attribute(name), "sensitive", None) for name in ("user_data", "key_name", "tags")}
    assert secret == {"user_data": True, "key_name": False, "tags": False}
    tags = body.attribute("tags")
    assert isinstance(tags, Known)
    assert isinstance(tags.value, dict)
    assert [getattr(tags.value[name], "sensitive", None) for name in ("a", "b")] == [True, False]
    (options,) = body.blocks("metadata_options").items
    tokens = options.attribute("http_tokens")
    assert isinstance(tokens, Known)
    assert tokens.sensitive


@pytest.mark.parametrize("marks", [3, "x", [3], [[3]], [[{}]], [[{"type": "get_attr"}]]])
def test_marks_that_cannot_be_read_make_everything_sensitive(marks: Any) -> None:
    body = read(resource("x", {"attributes": {"key_name": "k"}, "sensitive_attributes": marks}))["aws_instance.x"].body
    value = body.attribute("key_name")
    assert isinstance(value, Known)
    assert value.sensitive


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (3, "this state file has version 3, made by a Terraform before 0.12: only version 4 can be read"),
        (5, "this state file has version 5, made by a newer Terraform: only version 4 can be read"),
    ],
)
def test_other_versions_are_refused(version: int, message: str) -> None:
    root, (problem,) = read_document("terraform.tfstate", state_file(version=version, resources=17), WANTED)
    assert root.resources == ()
    assert problem.message == message
    assert problem.remedy == "run `terraform show -json > state.json` and check that"


def test_attributes_as_terraform_0_11_wrote_them_are_a_problem() -> None:
    old = resource("x", {"attributes_flat": {"metadata_options.#": "1"}})
    root, (problem,) = read_document("terraform.tfstate", state_file(old), WANTED)
    assert root.resources == ()
    assert problem.message == "aws_instance.x has no values"


def test_an_encrypted_state_of_opentofu() -> None:
    envelope = {"serial": 1, "lineage": "f7", "meta": {"key_provider.pbkdf2.k": "e30="}, "encrypted_data": "AAAA"}
    data = json.dumps({**envelope, "encryption_version": "v0"}).encode()
    root, (problem,) = read_document("terraform.tfstate", data, WANTED)
    assert root.resources == ()
    assert problem.message == "this is encrypted by OpenTofu"
    assert problem.remedy.startswith("run `tofu show -json FILE")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["attributes", "sensitive_attributes", "index_key", "dependencies", "deposed"]), json_values)
def test_any_json_in_an_instance_is_borne(name: str, value: Any) -> None:
    data = state_file(resource("x", {"attributes": {"ami": "a"}, name: value}))
    root, problems = read_document("terraform.tfstate", data, WANTED)
    assert len(root.resources) + len(problems) <= 1
    for found in root.resources:
        found.body.attribute("ami")
        found.body.blocks("metadata_options")
