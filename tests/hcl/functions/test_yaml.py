"""YAML: read as YAML 1.1 with Terraform's exceptions, written byte for byte.

What is expected was computed by Terraform 1.11.
"""

# ruff: noqa: E501 (values stand on one line, as Terraform prints them)

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    "yamldecode(\"- y\\n- off\\n- 017\\n- 0x1F\\n- 1_000\\n- 1e3\\n- ~\\n- '1'\\n- 2024-01-02\")": '[true,false,17,31,"1_000",1000,null,"1","2024-01-02T00:00:00Z"]',
    'yamldecode("a: &x {b: 1}\\nc: {<<: *x, d: 2}")': '{"a":{"b":1},"c":{"b":1,"d":2}}',
    'yamldecode("a: !!str 1\\nb: !!int \\"5\\"")': '{"a":"1","b":"5"}',
    'yamlencode({ a = [1, { b = "c" }], d = "multi\\nline", e = {} })': '"\\"a\\":\\n- 1\\n- \\"b\\": \\"c\\"\\n\\"d\\": |-\\n  multi\\n  line\\n\\"e\\": {}\\n"',
    'yamlencode("null")': '"\\"null\\"\\n"',
    "yamlencode(null)": '"null\\n...\\n"',
    'yamlencode({ "k\\nn" = "trailing \\nspace", w = "😀" })': '"? |-\\n  k\\n  n\\n: \\"trailing \\\\nspace\\"\\n\\"w\\": \\"\\\\U0001F600\\"\\n"',
    'yamlencode([join(" ", [for i in range(30) : "word"])])': '"- \\"word word word word word word word word word word word word word word word word\\n  word word word word word word word word word word word word word word\\"\\n"',
}

ERRORS = [
    'yamldecode("a: !other 1")',
    'yamldecode("a: [1, 2")',
    'yamldecode("a: &x [*x]")',
    'yamldecode("--- a\\n--- b")',
    'yamldecode("%YAML 1.2\\n---\\na: 1")',
    'yamldecode("{<<: [{a: 1}]}")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
