"""Which expressions still stand for the attribute they began with: through these a reference can be followed."""

from __future__ import annotations

import pytest

from imdsguard.report.reasons import sentence
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.console import Console

MAIN = """
variable "none" { default = null }
variable "empty" { default = "" }
variable "unset" {}
resource "aws_launch_template" "one" {}
resource "aws_launch_template" "counted" { count = 1 }
resource "aws_launch_template" "absent" { count = 0 }
"""
ONE = "aws_launch_template.one.id"


@pytest.fixture
def pending(stack):
    stack.files({"main.tf": MAIN.replace("{ count", "{\n count").replace("1 }", "1\n}").replace("0 }", "0\n}")})
    console = Console(".", Inputs(working_directory=str(stack.folder)), sentence)
    return lambda text: console.evaluate(text).pending


@pytest.mark.parametrize(
    "text",
    [
        f"tostring({ONE})",
        f'"${{{ONE}}}"',
        f"coalesce(null, {ONE})",
        f"coalesce(var.none, {ONE})",
        f"coalesce(var.empty, {ONE})",
        f'coalesce({ONE}, "lt-1")',
        "coalesce(var.none, aws_launch_template.one.name)",
        f'join("", [{ONE}])',
        f'join(",", [{ONE}])',
        f'join("", [{ONE}, ""])',
        f'format("%s", {ONE})',
        f'try({ONE}, "")',
        f"one([{ONE}])",
        f'element(concat([{ONE}], [""]), 0)',
        f"coalescelist([{ONE}], [])[0]",
        f"flatten([[{ONE}], []])[0]",
        f"var.none == null ? {ONE} : var.none",
    ],
)
def test_stands_for_one_attribute(pending, text):
    found = pending(text)
    assert found.exact
    assert [r.address for r in found.references] == ["aws_launch_template.one"]


@pytest.mark.parametrize(
    "text", ['join("", aws_launch_template.counted.*.id)', "element(concat(aws_launch_template.counted[*].id, [0]), 0)"]
)
def test_stands_for_the_only_instance(pending, text):
    found = pending(text)
    assert found.exact
    assert [r.address for r in found.references] == ["aws_launch_template.counted[0]"]


@pytest.mark.parametrize(
    "text",
    [
        f"coalesce(var.unset, {ONE})",
        'coalesce(aws_launch_template.one.name, "x")',
        f'join(",", [{ONE}, ""])',
        f'join("", [{ONE}, {ONE}])',
        f'join("", [{ONE}, "-x"])',
        f'join(var.unset, [{ONE}, ""])',
        f'format("%s-", {ONE})',
        f'format("%q", {ONE})',
        f'"${{{ONE}}}-x"',
        f"upper({ONE})",
        f"var.unset ? {ONE} : null",
    ],
)
def test_may_be_something_else(pending, text):
    assert not pending(text).exact


def test_no_instance_leaves_the_default(stack, pending):
    assert pending('element(concat(aws_launch_template.absent.*.id, [""]), 0)') is None
