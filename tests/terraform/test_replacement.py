"""`replace_triggered_by`: whose change replaces a resource."""

from __future__ import annotations

import json

import pytest

WRITTEN = [
    ("aws_launch_template.web", "aws_launch_template.web"),
    ("aws_launch_template.web.latest_version", "aws_launch_template.web.latest_version"),
    ("aws_launch_template.web[0].id", "aws_launch_template.web[0].id"),
    ('aws_launch_template.web["a"].id', 'aws_launch_template.web["a"].id'),
    ('aws_launch_template.web["a"]', 'aws_launch_template.web["a"]'),
    ("aws_launch_template.web[each.key].id", "aws_launch_template.web.id"),
]


def instance(triggers):
    return (
        'resource "aws_launch_template" "web" {\n  for_each = toset(["a"])\n}\n'
        'resource "aws_instance" "web" {\n  for_each = toset(["a"])\n'
        f"  lifecycle {{\n    replace_triggered_by = [{triggers}]\n  }}\n}}\n"
    )


def triggers_of(stack):
    return [str(each) for each in stack.resources()['aws_instance.web["a"]'].replaced_by]


@pytest.mark.parametrize(("written", "expected"), WRITTEN)
def test_each_is_a_resource_or_an_attribute_of_one(stack, written, expected):
    stack.files({"main.tf": instance(written)})
    assert triggers_of(stack) == [expected]


@pytest.mark.parametrize(("written", "expected"), WRITTEN)
def test_json_is_read_alike(stack, written, expected):
    lifecycle = {"replace_triggered_by": [written]}
    web = {"for_each": '${toset(["a"])}', "lifecycle": lifecycle}
    stack.files({"main.tf.json": json.dumps({"resource": {"aws_instance": {"web": web}}})})
    assert triggers_of(stack) == [expected]


def test_they_are_those_of_the_module_and_an_override_s_list_counts_instead(stack):
    stack.files(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": instance("aws_launch_template.old"),
            "m/override.tf": 'resource "aws_instance" "web" {\n  lifecycle {\n'
            "    replace_triggered_by = [terraform_data.a, aws_launch_template.web]\n  }\n}\n",
        }
    )
    web = stack.resources()['module.m.aws_instance.web["a"]']
    assert [str(each) for each in web.replaced_by] == ["module.m.terraform_data.a", "module.m.aws_launch_template.web"]
