"""Base64, JSON, URLs, character sets and CSV.

What is expected was computed by Terraform 1.11.
"""

# ruff: noqa: E501 (values stand on one line, as Terraform prints them)

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'base64decode("SGVs\\nbG8=")': '"Hello"',
    'jsonencode({ b = "<é>", a = [1.50, null] })': '"{\\"a\\":[1.5,null],\\"b\\":\\"\\\\u003cé\\\\u003e\\"}"',
    'jsondecode("{\\"a\\": 1, \\"a\\": 2e3}")': '{"a":2000}',
    'urlencode("a b~*/é")': '"a+b~%2A%2F%C3%A9"',
    'textencodebase64("ab", "UTF-16")': '"/v8AYQBi"',
    'textdecodebase64("k/qWew==", "Shift_JIS")': '"日本"',
    'csvdecode("a,b\\n\\"x,\\"\\"y\\"\\"\\",\\"multi\\nline\\"\\n\\n,2")': '[{"a":"x,\\"y\\"","b":"multi\\nline"},{"a":"","b":"2"}]',
}

ERRORS = [
    'base64decode("YQ")',
    'base64decode("//8=")',
    'jsondecode("[1,]")',
    'textencodebase64("☃", "ISO-8859-1")',
    'textencodebase64("x", "no-such-encoding")',
    'csvdecode("a,a\\n1,2")',
    "jsonencode([1 / 0])",
    'csvdecode("a\\nx\\"y")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
