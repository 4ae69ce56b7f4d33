"""Dynamic blocks whose for_each is not known yet: a plan shows nothing of them (fixtures/hidden, by real Terraform)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.model.resource import Resource
from imdsguard.model.value import Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents import read_document
from imdsguard.terraform.documents.hidden import name_of, place_of

from .conftest import FIXTURES, WANTED, block, creation

Fixture = Callable[[str], dict[str, Resource]]
Plan = Callable[..., tuple[dict[str, Resource], tuple[Any, ...]]]

OUT_OF_SIGHT = {
    "aws_instance.dynamic": "aws_sns_topic.switch.arn",
    # The plan of this one is the same to the letter: nobody can tell which of the two has the dynamic block.
    "aws_instance.plain": "aws_sns_topic.switch.arn",
    "module.argument.aws_instance.dynamic": "aws_sns_topic.passed.arn",
}
LEFT_OUT = [
    "module.output.aws_instance.plain",
    "module.content.aws_instance.plain",
    "module.local.aws_instance.plain",
    "module.shown.aws_instance.plain",
]


@pytest.mark.parametrize(("address", "used"), OUT_OF_SIGHT.items())
def test_what_is_used_out_of_sight_may_be_used_in_a_dynamic_block(address: str, used: str, fixture: Fixture) -> None:
    blocks = fixture("hidden/plan.json")[address].body.blocks("metadata_options")
    assert blocks.items == ()
    assert blocks.unknown is not None
    assert sentence(blocks.unknown.reason) == (
        f"a plan does not show dynamic blocks, and one may depend on {used}, which nothing that it shows uses"
    )
    assert [str(reference) for reference in blocks.unknown.references] == [used]


@pytest.mark.parametrize("address", LEFT_OUT)
def test_where_everything_is_in_sight_a_block_that_is_not_there_is_left_out(address: str, fixture: Fixture) -> None:
    blocks = fixture("hidden/plan.json")[address].body.blocks("metadata_options")
    assert (blocks.items, blocks.unknown) == ((), None)


def test_a_block_that_no_provider_fills_in_is_somebodys() -> None:
    plan = (FIXTURES / "hidden" / "plan.json").read_bytes()
    root, _ = read_document("plan.json", plan, frozenset({"aws_ec2_fleet"}))
    (fleet,) = root.resources
    blocks = fleet.body.blocks("launch_template_config")
    assert blocks.items == ()
    assert isinstance(blocks.unknown, Unknown)
    assert sentence(blocks.unknown.reason) == "set by a dynamic block whose for_each is known only after apply"


def test_a_resource_does_not_depend_on_itself(plan: Plan) -> None:
    left_out = creation("aws_instance.one", {}, {"metadata_options": True, "id": True})
    other = creation("aws_instance.two", {}, {"metadata_options": True})
    blocks = [block("aws_instance.one"), block("aws_instance.two")]
    resources, _ = plan(
        left_out,
        other,
        configuration={"root_module": {"resources": blocks}},
        relevant_attributes=[{"resource": "aws_instance.one", "attribute": ["id"]}],
    )
    unknown = {name: found.body.blocks("metadata_options").unknown for name, found in resources.items()}
    assert unknown["aws_instance.one"] is None
    assert unknown["aws_instance.two"] is not None


def test_what_is_known_hides_nothing(plan: Plan) -> None:
    resources, _ = plan(
        creation("aws_instance.one", {"ami": "ami-1"}, {"id": True}),
        creation("aws_instance.two", {}, {"metadata_options": True}),
        configuration={"root_module": {"resources": [block("aws_instance.one"), block("aws_instance.two")]}},
        relevant_attributes=[{"resource": "aws_instance.one", "attribute": ["ami"]}],
    )
    assert resources["aws_instance.two"].body.blocks("metadata_options").unknown is None


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("aws_instance.web.id", ("aws_instance.web", "id")),
        ('aws_instance.web["a"].ebs[0].id', ("aws_instance.web", "ebs")),
        ("resource.aws_instance.web.id", ("aws_instance.web", "id")),
        ("data.aws_ami.x", ("data.aws_ami.x", "")),
        ("module.m[0].out.x", ("module.m", "out")),
        ("var.x.y", ("var", "x")),
        ("local.x", ("local", "")),
        ("each.key", ("each.key", "")),
        ("", ("local", "")),
    ],
)
def test_what_a_reference_reads(reference: str, name: tuple[str, str]) -> None:
    assert name_of(reference) == name


def test_the_place_of_an_address() -> None:
    assert place_of('module.a["x"].module.b[1].data.aws_ami.c["k"]') == (("a", "b"), "data.aws_ami.c")


references = st.sampled_from(["module.m.o", "var.v", "local.l", "aws_instance.x.id", "aws_instance.x", "each.value"])
lists = st.lists(references, max_size=3)


@settings(max_examples=100, deadline=None)
@given(call=lists, output=lists, inner=lists, outer=lists)
def test_references_in_any_circle_come_to_an_end(
    call: list[str], output: list[str], inner: list[str], outer: list[str]
) -> None:
    module = {
        "resources": [block("aws_instance.y", key_name=inner)],
        "outputs": {"o": {"expression": {"references": output}}},
        "module_calls": {},
    }
    calls = {"m": {"expressions": {"v": {"references": call}}, "module": module}}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [creation("aws_instance.x", {}, {"metadata_options": True, "id": True})],
        "relevant_attributes": [
            {"resource": "aws_instance.x", "attribute": ["id"]},
            {"resource": "module.m.aws_instance.y", "attribute": []},
        ],
        "configuration": {
            "root_module": {"resources": [block("aws_instance.x", key_name=outer)], "module_calls": calls}
        },
    }
    root, problems = read_document("plan.json", json.dumps(document).encode(), WANTED)
    assert problems == ()
    root.resources[0].body.blocks("metadata_options")
