"""Conversions, attempts and marks.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'tolist([1, "a"])': '["1","a"]',
    "toset([3, 1, 10, 1])": "[1,3,10]",
    'tomap({ a = 1, b = "x" })': '{"a":"1","b":"x"}',
    'tobool("1")': "true",
    'tonumber("1e3")': "1000",
    "tostring(1.50)": '"1.5"',
    'try({ a = 1 }.b, "default")': '"default"',
    "try(abs(1, 2), 3)": "3",
    'can(tonumber("x"))': "false",
    'issensitive(sensitive("x"))': "true",
    'nonsensitive(sensitive("x"))': '"x"',
    'core::upper("a")': '"A"',
}

ERRORS = [
    "tolist([1, true])",
    'tobool("yes")',
    'tomap(["a"])',
    "try()",
    'map("a", "b")',
    "type(1)",
    'UPPER("a")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
