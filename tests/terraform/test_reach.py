"""Faults that stop `terraform plan` are problems with a place, even where the value would never be chosen."""

from __future__ import annotations

import pytest

MODULE = 'variable "t" {}\noutput "o" {\n  value = var.t\n}\n'


def problems(stack):
    return [str(problem) for problem in stack.read().problems]


@pytest.mark.parametrize(
    ("tokens", "more", "problem"),
    [
        ("var.none", "", 'main.tf:3:19: no variable "none" is declared in this module'),
        ('true ? "required" : local.none', "", 'main.tf:3:39: no local value "none" is declared in this module'),
        ('try(aws_key.none.id, "x")', "", 'main.tf:3:23: no resource "aws_key" "none" is declared in this module'),
        ("local.a", "locals {\n  a = local.b\n  b = module.none.x\n}\n", 'no module call "none" is declared in this'),
        ("module.m.none", 'module "m" {\n  source = "./m"\n  t = 1\n}\n', 'module module.m has no output "none"'),
        ("module.m.o", 'module "m" {\n  source = "./m"\n  t = var.none\n}\n', 'no variable "none" is declared'),
        ("each.value", "", '"each" can be used only in a resource, data source or module with for_each set'),
    ],
)
def test_what_is_not_declared_is_a_problem(stack, instance, tokens, more, problem):
    stack.files({"main.tf": instance(tokens) + more, "m/main.tf": MODULE})
    (found,) = problems(stack)
    assert problem in found
    assert found.endswith("Terraform refuses this")


def test_a_circle_through_modules_is_a_problem(stack, instance):
    calls = "".join(
        f'module "{a}" {{\n  source = "./m"\n  t = module.{b}.o\n}}\n' for a, b in (("one", "two"), ("two", "one"))
    )
    stack.files({"main.tf": instance("module.one.o") + calls, "m/main.tf": MODULE})
    (found,) = problems(stack)
    circle = "module.one.o -> module.one.var.t -> module.two.o -> module.two.var.t -> module.one.o"
    assert found == f"m/main.tf:3:11: these refer to each other in a circle: {circle}: break the circle"


def test_an_argument_that_a_module_does_not_know_is_a_problem(stack, instance):
    stack.files(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  t = "required"\n  tokens = "required"\n}\n',
            "m/main.tf": 'variable "t" {}\n' + instance("var.t"),
        }
    )
    (found,) = problems(stack)
    fault = 'an argument named "tokens" is not expected here: the module has no such variable'
    assert found == f"main.tf:4:12: {fault}: Terraform refuses this"


def test_an_argument_that_a_module_needs_is_a_problem_where_it_is_called(stack, instance):
    stack.files(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": 'variable "t" {}\nvariable "n" {\n  default = null\n}\n' + instance("var.t"),
        }
    )
    fault = 'the argument "t" is missing: the module has this variable, and no default for it'
    assert problems(stack) == [f"main.tf:1:1: {fault}: Terraform refuses this"]


def test_what_nothing_wanted_leads_to_is_not_looked_at(stack, instance):
    stack.files({"main.tf": instance('"required"') + "locals {\n  a = var.none\n}\n"})
    assert problems(stack) == []


def test_names_that_are_bound_in_their_block_are_no_faults(stack):
    stack.files(
        {
            "main.tf": """
provider "aws" { alias = "west" }
resource "aws_instance" "web" {
  provider = aws.west
  for_each = toset(["a"])
  dynamic "metadata_options" {
    for_each = [each.key]
    iterator = it
    content { http_tokens = it.value }
  }
  dynamic "network_interface" {
    for_each = [for x in [1] : x]
    content { device_index = network_interface.key }
  }
  lifecycle { ignore_changes = [ami, tags["x"]] }
  provisioner "local-exec" { command = self.id }
  depends_on = [aws_instance.other]
}
resource "aws_instance" "other" { count = 2 }
""".replace("{ ", "{\n").replace(" }\n", "\n}\n"),
            "more.tf.json": '{"resource": {"aws_instance": {"j": {"for_each": "${toset([\\"a\\"])}", '
            '"provider": "aws.west", "lifecycle": {"ignore_changes": ["ami"]}, '
            '"metadata_options": {"http_tokens": "${each.key}"}, '
            '"dynamic": {"network_interface": {"for_each": [1], "content": {"x": "${network_interface.value}"}}}}}}}',
        }
    )
    assert problems(stack) == []
