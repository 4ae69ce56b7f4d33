"""Functions on numbers, to the last digit that Terraform gives.

What is expected was computed by Terraform 1.11.
"""

# ruff: noqa: E501 (values stand on one line, as Terraform prints them)

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    "pow(10, 23)": "100000000000000000000000",
    "pow(2, 0.3)": "1.2311444133449163",
    "pow(0.1, 20)": "0.000000000000000000010000000000000022",
    "log(8, 2)": "3",
    "log(0.5, 3)": "-0.6309297535714575",
    "ceil(-0.5)": "0",
    'parseint("aA", 62)': "656",
    'parseint("-ff", 16)': "-255",
    "range(4, 1)": "[4,3,2]",
    "range(0, 1, 0.3)": "[0,0.3,0.6,0.90000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004]",
    "sum([0.1, 0.2])": "0.3",
    "signum(-13)": "-1",
    'max(1, "2", 3.5)': "3.5",
}

ERRORS = [
    'abs("seven")',
    "max()",
    "range(2000)",
    "range(0, 1, -1)",
    'parseint("1_000", 10)',
    'parseint("0x1F", 16)',
    "signum(0.5)",
    "log(-1, 2)",
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
