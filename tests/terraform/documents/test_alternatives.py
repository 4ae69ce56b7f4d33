"""An argument that its provider fills in after a null looks in a plan as if it were set: fixtures/alternatives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imdsguard.model.resource import Body, Resource
from imdsguard.model.value import Absent, Known, Unknown
from imdsguard.report.reasons import sentence
from imdsguard.terraform.documents.alternatives import direct

Fixture = Callable[[str], dict[str, Resource]]

EITHER = "a plan does not show which of id and name is set"
ONE = "aws_launch_template.one.id"
MADE = "aws_launch_template.made[0]"


def template_block(body: Body) -> Body:
    (policy,) = body.blocks("mixed_instances_policy").items or (None,)
    (block,) = (policy or body).blocks("launch_template").items
    (specification,) = block.blocks("launch_template_specification").items or (block,)
    return specification


@pytest.mark.parametrize(
    "address",
    [
        "aws_instance.by_name",
        "aws_instance.by_local_name",
        'aws_instance.by_each["name"]',
        "aws_autoscaling_group.by_name",
    ],
)
def test_an_id_beside_a_name_may_be_null(fixture: Fixture, address: str) -> None:
    block = template_block(fixture("alternatives/plan.json")[address].body)
    identifier, name = block.attribute("id"), block.attribute("name")
    assert isinstance(identifier, Unknown)
    assert (identifier.exact, sentence(identifier.reason)) == (False, EITHER)
    assert name == Known("golden", name.place, name.trace)


def test_so_may_one_in_a_group_s_policy_for_mixed_instances(fixture: Fixture) -> None:
    block = template_block(fixture("alternatives/plan.json")["aws_autoscaling_group.mixed_by_name"].body)
    identifier = block.attribute("launch_template_id")
    assert isinstance(identifier, Unknown)
    assert not identifier.exact


def test_an_id_and_a_name_of_two_templates_are_either(fixture: Fixture) -> None:
    block = template_block(fixture("alternatives/plan.json")["aws_instance.by_one_of_two"].body)
    for argument in ("id", "name"):
        value = block.attribute(argument)
        assert isinstance(value, Unknown)
        assert not value.exact


def test_a_name_that_depends_on_all_of_a_resource_is_not_its_name(fixture: Fixture) -> None:
    block = template_block(fixture("alternatives/plan.json")["aws_instance.by_length"].body)
    for argument in ("id", "name"):
        value = block.attribute(argument)
        assert isinstance(value, Unknown)
        assert not value.exact


@pytest.mark.parametrize("key", ["part", "all"])
def test_a_part_of_a_resource_does_not_stand_for_all_of_it(fixture: Fixture, key: str) -> None:
    block = template_block(fixture("alternatives/plan.json")[f'aws_instance.by_part_or_all["{key}"]'].body)
    identifier = block.attribute("id")
    assert isinstance(identifier, Unknown)
    assert [str(each) for each in identifier.references] == [
        'aws_launch_template.each["a"].id',
        'aws_launch_template.each["b"].id',
    ]


def test_an_instance_that_is_not_there_gives_nothing(fixture: Fixture) -> None:
    block = template_block(fixture("alternatives/plan.json")["aws_instance.sure_of_what_is_there"].body)
    name = block.attribute("name")
    assert isinstance(block.attribute("id"), Absent)
    assert isinstance(name, Unknown)
    assert str(name.reference) == "aws_launch_template.one.name"


def test_an_image_beside_a_template_may_be_null(fixture: Fixture) -> None:
    image = fixture("alternatives/plan.json")["aws_instance.by_image_of_template"].body.attribute("ami")
    assert isinstance(image, Unknown)
    assert (image.exact, sentence(image.reason)) == (
        False,
        "a plan does not show which of ami and launch_template is set",
    )


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        ('aws_instance.by_each["id"]', ONE),
        ("aws_instance.sure_by_id", ONE),
        ("aws_instance.sure_of_one_template", ONE),
        ("aws_instance.made_or_given", f"{MADE}.id"),
        ("aws_instance.made_or_named", f"{MADE}.id"),
        ("aws_instance.made_coalesce", f"{MADE}.id"),
        ("aws_instance.made_one", MADE),
        ("aws_instance.made_join", MADE),
        ("aws_instance.made_element", MADE),
        ("aws_instance.made_length", f"{MADE}.id"),
    ],
)
def test_an_id_without_a_name_is_what_it_refers_to(fixture: Fixture, address: str, reference: str) -> None:
    block = template_block(fixture("alternatives/plan.json")[address].body)
    identifier = block.attribute("id")
    assert isinstance(identifier, Unknown)
    assert str(identifier.reference) == reference


@pytest.mark.parametrize("address", ["aws_instance.sure_of_image", "aws_instance.sure_of_direct_image"])
def test_an_image_that_has_to_be_set_is_what_it_refers_to(fixture: Fixture, address: str) -> None:
    image = fixture("alternatives/plan.json")[address].body.attribute("ami")
    assert isinstance(image, Unknown)
    assert str(image.reference) == "aws_ami_copy.one.id"


def test_a_name_that_is_null_is_left_out(fixture: Fixture) -> None:
    block = template_block(fixture("alternatives/plan.json")["aws_instance.sure_by_id"].body)
    assert isinstance(block.attribute("name"), Absent)


@pytest.mark.parametrize(
    ("references", "answer"),
    [
        (["aws_ami.x.id", "aws_ami.x"], True),
        (["resource.aws_ami.x.id", "resource.aws_ami.x"], True),
        (["data.aws_ami.x.id", "data.aws_ami.x"], True),
        (["aws_ami.x"], False),
        (["aws_ami.x.id", "aws_ami.x", "aws_ami.x"], False),
        (["aws_ami.x", "each.key"], False),
        (["aws_ami.x[0].id", "aws_ami.x[0]", "aws_ami.x", "count.index"], False),
        (["var.flag", "aws_ami.x.id", "aws_ami.x"], False),
        (["each.value.id", "each.value"], False),
        (["var.id"], False),
        (["local.id"], False),
        (["module.m.id", "module.m"], False),
        ([], False),
    ],
)
def test_what_nothing_can_leave_out(references: list[str], answer: bool) -> None:
    assert direct(references) is answer
