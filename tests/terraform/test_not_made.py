"""Blocks of which there is no instance with the values at hand."""

from __future__ import annotations

import pytest

from imdsguard.model.not_made import EmptyBy

WEB = 'resource "aws_instance" "web" {{\n  {}\n}}\n'
CALL = 'module "m" {{\n  source = "./m"\n  {}\n}}\n'


def told(stack, **inputs):
    reading = stack.read(**inputs)
    assert [str(problem) for problem in reading.problems] == []
    return [(each.address, each.by.value, each.within) for root in reading.roots for each in root.not_made]


@pytest.mark.parametrize(
    ("many", "by"),
    [
        ("count = 0", EmptyBy.COUNT),
        ("count = var.hosts == {} ? 0 : 1", EmptyBy.COUNT),
        ("for_each = var.hosts", EmptyBy.FOR_EACH),
        ("for_each = toset([])", EmptyBy.FOR_EACH),
        ("lifecycle { enabled = false }", EmptyBy.ENABLED),
    ],
)
def test_a_block_that_makes_nothing_says_by_which_argument(stack, many, by):
    stack.files({"main.tf": 'variable "hosts" { default = {} }\n' + WEB.format(many)})
    assert told(stack) == [("aws_instance.web", by.value, "")]


@pytest.mark.parametrize("many", ["", "count = 1", 'for_each = toset(["a"])', "count = var.n", "count = -1"])
def test_one_that_makes_something_or_may_is_none_of_them(stack, many):
    stack.files({"main.tf": 'variable "n" {}\n' + WEB.format(many)})
    assert [each for root in stack.read().roots for each in root.not_made] == []


def test_it_leads_to_where_the_value_is_written(stack):
    stack.files({"main.tf": WEB.format("for_each = var.hosts") + 'variable "hosts" {\n  default = {}\n}\n'})
    (block,) = stack.read().roots[0].not_made
    assert (block.place.file, block.place.line) == ("main.tf", 1)
    assert [str(step) for step in block.trace] == ["main.tf:2", "var.hosts (main.tf:5)"]
    stack.files({"no.tfvars": "hosts = {}\n"})
    (block,) = stack.read(var_files=("no.tfvars",)).roots[0].not_made
    assert str(block.trace[-1]) == "var.hosts (no.tfvars:1)"


def test_blocks_inside_a_module_that_is_not_made_are_not_made_either(stack):
    stack.files(
        {
            "main.tf": CALL.format("count = 0"),
            "m/main.tf": WEB.format("count = 3") + 'module "n" {\n  source = "../n"\n}\n',
            "n/main.tf": WEB.format("") + 'resource "aws_s3_bucket" "b" {}\n',
        }
    )
    assert told(stack) == [
        ("module.m.aws_instance.web", "count", "module.m"),
        ("module.m.module.n.aws_instance.web", "count", "module.m"),
    ]


def test_a_block_that_one_instance_of_its_module_does_not_make_is_told_with_that_instance(stack):
    stack.files(
        {
            "main.tf": CALL.format("count = 2\n  hosts = count.index"),
            "m/main.tf": 'variable "hosts" {}\n' + WEB.format("count = var.hosts"),
        }
    )
    assert told(stack) == [("module.m[0].aws_instance.web", "count", "")]


def test_modules_that_are_not_made_and_call_each_other_end(stack):
    stack.files(
        {
            "main.tf": CALL.format("for_each = {}"),
            "m/main.tf": WEB.format("") + 'module "n" {\n  source = "../n"\n}\n',
            "n/main.tf": 'module "m" {\n  source = "../m"\n}\n',
        }
    )
    assert told(stack)[0] == ("module.m.aws_instance.web", "for_each", "module.m")


def test_what_is_not_there_of_an_unmade_module_is_no_problem(stack):
    registry = 'module "r" {\n  source = "acme/vpc/aws"\n  count  = 0\n}\n'
    stack.files({"main.tf": registry + CALL.format("count = 0")})
    assert told(stack) == []
