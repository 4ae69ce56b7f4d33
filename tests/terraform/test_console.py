"""Expressions and whole configurations computed without Terraform."""

from __future__ import annotations

import pytest

from imdsguard.report.reasons import sentence
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.source.console import Console, to_text

MAIN = """
variable "unset" {}
locals { hops = [1, 2.5, 100000000000000000000] }
resource "aws_instance" "web" {
  count = 2
  ami   = "ami-${count.index}"
}
"""


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("local.hops", '{"type": ["tuple", ["number", "number", "number"]], "value": [1, 2.5, 100000000000000000000]}'),
        ("aws_instance.web[*].ami", '{"type": ["tuple", ["string", "string"]], "value": ["ami-0", "ami-1"]}'),
        ("var.unset", '{"type": "dynamic", "unknown": true, "why": "var.unset is a variable without a value"}'),
        (
            "aws_instance.web[1].id",
            '{"type": "string", "unknown": true, "why": "aws_instance.web[1].id is known only after apply"}',
        ),
    ],
)
def test_an_expression_is_answered_as_terraform_would(stack, expression, answer):
    stack.files({"main.tf": MAIN})
    assert to_text(Console(".", Inputs(working_directory=str(stack.folder)), sentence).answer(expression)) == answer


@pytest.mark.parametrize(
    ("expression", "stage"),
    [
        ("1 +", "syntax"),
        ("var.none", "static"),
        ("try(local.none, 1)", "static"),
        ("each.key", "static"),
        ("[1][5]", "dynamic"),
        ("1 / 0", "store"),
    ],
)
def test_an_error_says_at_which_stage_it_is(stack, expression, stage):
    stack.files({"main.tf": MAIN})
    answer = Console(".", Inputs(working_directory=str(stack.folder)), sentence).answer(expression)
    assert answer["stage"] == stage
    assert answer["error"]


def test_no_folder_is_refused(stack):
    with pytest.raises(NotADirectoryError):
        Console("none", Inputs(working_directory=str(stack.folder)), sentence)
