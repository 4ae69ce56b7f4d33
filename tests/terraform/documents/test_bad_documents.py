"""Documents that cannot be read: one clear line each, and all that can be read is still there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.model.resource import Resource
from imdsguard.model.value import Known, Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents import read_document

from .conftest import FIXTURES, WANTED, block, creation

PLAN = b'{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":['

SHOW = "run `terraform show -json PLANFILE > plan.json` and check that"
PROBLEMS = {
    "cut off": (PLAN, "the document is cut off", "write it again, then `terraform show -json PLANFILE"),
    "not JSON": (PLAN + b"oops]}", "the document is not JSON: JSON is malformed: invalid character", "write it again"),
    "another shape": (
        PLAN + b"3]}",
        "this is not what `terraform show -json` prints: Expected `object`, got `int` - at `$.resource_changes[0]`",
        SHOW,
    ),
    "old": (
        b'{"format_version":"0.2","terraform_version":"0.15.0"}',
        "format_version is 0.2: only 1.x can be read",
        "make the document with Terraform 1.0 or later, or OpenTofu; if it is newer, update imdsguard",
    ),
    "new": (b'{"format_version":"2.0","terraform_version":"3.0.0"}', "format_version is 2.0: only 1.x can be read", ""),
    "binary": (b"PK\x03\x04  tfplan", "this is Terraform's binary plan, not its JSON", SHOW),
    "log": (
        b'{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info","@message":"x"}\n',
        "this is the log of `terraform plan -json`, which does not hold the plan",
        "run `terraform plan -out PLANFILE`, then `terraform show -json PLANFILE > plan.json` and check that",
    ),
    "state file of another shape": (
        b'{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"a","resources":3}',
        "this is not a state file of Terraform: Expected `array | null`, got `int` - at `$.resources`",
        "run `terraform show -json > state.json` and check that",
    ),
    "too deep": (PLAN + b'{"change":' + b"[" * 100_000, "the document is nested too deeply to be Terraform's", SHOW),
    "not text": (PLAN + b'"\xff\xfe"', "", ""),
}


@pytest.mark.parametrize(("data", "message", "remedy"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_document_that_cannot_be_read(data: bytes, message: str, remedy: str) -> None:
    root, (problem,) = read_document("plan.json", data, WANTED)
    assert root.resources == ()
    assert problem.message.startswith(message)
    assert problem.remedy.startswith(remedy)
    assert problem.place is not None
    assert str(problem.place) == "plan.json"


Plan = Callable[..., tuple[dict[str, Resource], tuple[Any, ...]]]


def test_one_broken_resource_does_not_hide_the_others(plan: Plan) -> None:
    broken = {**creation("aws_instance.broken", {}), "change": {"actions": 3}}
    resources, (problem,) = plan(broken, creation("aws_instance.fine", {"ami": "ami-1"}))
    assert list(resources) == ["aws_instance.fine"]
    assert problem.message == "aws_instance.broken cannot be read: Expected `array`, got `int` - at `$.actions`"


def test_no_planned_values(plan: Plan) -> None:
    resources, (problem,) = plan(creation("aws_instance.x", None))
    assert resources == {}
    assert problem.message == "aws_instance.x cannot be read: no planned values"


def test_an_action_nobody_has_heard_of(plan: Plan) -> None:
    change = {"actions": ["transmute"], "after": {}}
    resources, (problem,) = plan({**creation("aws_instance.x", {}), "change": change})
    assert resources == {}
    assert problem.message == "aws_instance.x cannot be read: actions ['transmute']"


def test_a_plan_that_failed_is_not_complete(plan: Plan) -> None:
    resources, (problem,) = plan(creation("aws_instance.x", {}), errored=True)
    assert list(resources) == ["aws_instance.x"]
    assert problem.message.startswith("Terraform reported errors while it made this plan")


def test_other_resources_are_not_even_decoded(plan: Plan) -> None:
    assert plan({**creation("aws_vpc.x", {}), "change": {"actions": 3}}) == ({}, ())


def test_what_is_put_off_may_have_any_number_of_instances(plan: Plan) -> None:
    deferred = {"reason": "instance_count_unknown", "resource_change": creation("aws_instance.x", {})}
    resources, problems = plan(deferred_changes=[deferred])
    assert problems == ()
    instances = resources["aws_instance.x"].instances
    assert instances is not None
    assert sentence(instances.reason) == "Terraform has put off planning it (instance_count_unknown)"


def test_references_in_a_circle(plan: Plan) -> None:
    module = {
        "resources": [block("aws_instance.x", key_name=["var.a"])],
        "outputs": {"o": {"expression": {"references": ["var.a"]}}},
    }
    call = {"expressions": {"a": {"references": ["module.m.o", "module.m"]}}, "module": module}
    changed = {
        **creation("aws_instance.x", {}, {"key_name": True}),
        "address": "module.m.aws_instance.x",
        "module_address": "module.m",
    }
    resources, problems = plan(changed, configuration={"root_module": {"module_calls": {"m": call}}})
    assert problems == ()
    value = resources["module.m.aws_instance.x"].body.attribute("key_name")
    assert isinstance(value, Unknown)
    assert sentence(value.reason) == "module.m.o refers to itself"


def test_a_chain_of_references_without_end(plan: Plan) -> None:
    calls = {
        f"m{n}": {
            "expressions": {"a": {"references": [f"module.m{n + 1}.o"]}},
            "module": {"outputs": {"o": {"expression": {"references": ["var.a"]}}}},
        }
        for n in range(5000)
    }
    configuration = {
        "root_module": {"resources": [block("aws_instance.x", key_name=["module.m0.o"])], "module_calls": calls}
    }
    resources, problems = plan(creation("aws_instance.x", {}, {"key_name": True}), configuration=configuration)
    assert problems == ()
    value = resources["aws_instance.x"].body.attribute("key_name")
    assert isinstance(value, Unknown)
    assert "leads through more than 100 references" in sentence(value.reason)


def test_a_value_as_deep_as_a_well(plan: Plan) -> None:
    deep: Any = "x"
    for _ in range(600):
        deep = [deep]
    resources, problems = plan(creation("aws_instance.x", {"tags": deep, "ami": "ami-1"}))
    if resources:
        assert isinstance(resources["aws_instance.x"].body.attribute("tags"), (Known, Unknown))
    else:
        assert len(problems) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["http_tokens", "metadata_options", "references", "constant_value", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(after=json_values, unknown=json_values, sensitive=json_values, expressions=json_values)
def test_any_json_in_any_place_is_borne(after: Any, unknown: Any, sensitive: Any, expressions: Any) -> None:
    change = {"actions": ["create"], "after": after, "after_unknown": unknown, "after_sensitive": sensitive}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [{"address": "aws_instance.x", "type": "aws_instance", "name": "x", "change": change}],
        "configuration": {"root_module": {"resources": [{"address": "aws_instance.x", "expressions": expressions}]}},
    }
    root, problems = read_document("plan.json", json.dumps(document).encode(), WANTED)
    assert len(root.resources) + len(problems) == 1
    for resource in root.resources:
        for name in ("http_tokens", "metadata_options", "x"):
            resource.body.attribute(name)
            for item in resource.body.blocks(name).items:
                item.attribute("http_tokens")
                item.blocks("x")


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 10_000), spoil=st.sampled_from(["cut", "strew"]))
def test_a_document_that_is_cut_or_strewn_with_zeros_is_reported(at: int, spoil: str) -> None:
    whole = (FIXTURES / "changes" / "state.json").read_bytes()
    spoilt = whole[:at] if spoil == "cut" else whole[:at] + b"\x00" + whole[at:]
    root, problems = read_document("state.json", spoilt, WANTED)
    assert root.resources == ()
    assert len(problems) == 1


ONE = {"address": "aws_instance.x", "mode": "managed", "type": "aws_instance", "name": "x"}
CHANGED = {**ONE, "change": {"actions": ["no-op"], "before": {}, "after": {}, "after_unknown": {}}}
INNER = {"address": "module.m", "resources": [{"address": "module.m.aws_instance.y"}]}
NESTED = {"resources": [ONE], "child_modules": [INNER]}
OF_OUTPUTS = {"outputs": {"a": {"sensitive": False, "value": 1}}, "root_module": {}}
NOTHING = "this is an empty state, or `show` without a plan file: it holds nothing"
NO_CHANGES = "no resource_changes: this is not a whole plan, for planned_values has "

WHOLE_OR_NOT: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [NOTHING]),
    ({"terraform_version": "1.11.4"}, [NOTHING]),
    ({"values": None}, [NOTHING]),
    ({"values": {}}, []),
    # Real Terraform writes no resource_changes where only outputs change.
    ({"planned_values": OF_OUTPUTS, "configuration": {"root_module": {}}}, []),
    ({"planned_values": OF_OUTPUTS, "resource_changes": []}, []),
    ({"planned_values": {"root_module": {"resources": [ONE]}}}, [NO_CHANGES + "aws_instance.x"]),
    ({"planned_values": {"root_module": NESTED}, "resource_changes": None}, [NO_CHANGES + "aws_instance.x and 1 more"]),
    (
        {"planned_values": {"root_module": NESTED}, "resource_changes": [CHANGED]},
        ["resource_changes lacks module.m.aws_instance.y, which planned_values has: this is not a whole plan"],
    ),
    (
        {
            "planned_values": {"root_module": {"resources": [ONE]}},
            "resource_changes": [{**CHANGED, "deposed": "0a1b2c3d", "change": {"actions": ["delete"]}}],
        },
        ["resource_changes lacks aws_instance.x, which planned_values has: this is not a whole plan"],
    ),
    ({"planned_values": {"root_module": {"resources": [ONE]}}, "resource_changes": [CHANGED]}, []),
    ({"planned_values": None, "resource_changes": [CHANGED]}, []),
    (
        {"planned_values": {"root_module": []}, "resource_changes": [CHANGED]},
        ["planned_values cannot be read: Expected `object`, got `array` - at `$.root_module`"],
    ),
]


@pytest.mark.parametrize(("parts", "messages"), WHOLE_OR_NOT)
def test_what_a_plan_has_planned_it_must_say_in_its_changes(parts: dict[str, Any], messages: list[str]) -> None:
    document = json.dumps({"format_version": "1.2", **parts}).encode()
    root, problems = read_document("plan.json", document, WANTED)
    assert [problem.message for problem in problems] == messages
    assert len(root.resources) == (CHANGED in (parts.get("resource_changes") or ()))
