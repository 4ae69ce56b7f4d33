"""What a value that cannot be computed may turn out to be, where all of it is told."""

from __future__ import annotations

import pytest

from imdsguard.model.value import Unknown

CODE = """
variable "on" { type = bool }
variable "id" { type = string }

resource "aws_launch_template" "a" {
  count = var.on ? 1 : 0
}
resource "aws_launch_template" "b" {
  count = var.on ? 0 : 1
}
resource "aws_launch_template" "c" {}

locals {
  found = EXPRESSION
}
resource "aws_instance" "web" {
  ami = local.found
}
"""
A, B, C = (f"aws_launch_template.{name}.id" for name in "abc")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("aws_launch_template.a[0].id", [A]),
        ("one(aws_launch_template.a[*].id)", [A]),
        ('join("", aws_launch_template.a.*.id)', [A]),
        ('try(aws_launch_template.a[0].id, "")', [A]),
        ("try(aws_launch_template.a[0].id, aws_launch_template.b[0].id)", [A, B]),
        ('element(concat(aws_launch_template.a[*].id, [""]), 0)', [A]),
        ("concat(aws_launch_template.a[*].id, aws_launch_template.b[*].id)[0]", [A, B]),
        ("var.on ? aws_launch_template.a[0].id : null", [A]),
        ("var.on ? aws_launch_template.a[0].id : aws_launch_template.c.id", [A, C]),
        ("coalesce(one(aws_launch_template.a[*].id), aws_launch_template.c.id)", [A, C]),
        # It may be something else.
        ("var.on ? var.id : aws_launch_template.c.id", []),
        ('var.on ? "lt-1" : aws_launch_template.c.id', []),
        ("coalesce(var.id, aws_launch_template.c.id)", []),
        ("try(aws_launch_template.a[0].id, var.id)", []),
        ("concat(aws_launch_template.a[*].id, [var.id])[0]", []),
        ('format("%s-x", join("", aws_launch_template.a[*].id))', []),
        ('"${join("", aws_launch_template.a[*].id)}-x"', []),
        ("aws_launch_template.a[0].metadata_options[0].http_tokens", []),
    ],
)
def test_it_is_one_of_these_attributes_or_nothing(stack, expression, expected):
    stack.files({"main.tf": CODE.replace("EXPRESSION", expression)})
    found = stack.resources()["aws_instance.web"].body.attribute("ami")
    assert isinstance(found, Unknown)
    assert [str(each) for each in found.choices] == expected
