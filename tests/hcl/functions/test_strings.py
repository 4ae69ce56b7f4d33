"""Functions on strings.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'substr("hello world", -5, -1)': '"world"',
    'substr("abc", -2, 0)': '"bc"',
    'substr("👩\u200d🚀x", 0, 1)': '"👩\u200d🚀"',
    'length("नमस्ते")': "4",
    'strrev("a\\r\\nb")': '"b\\r\\na"',
    "title(\"it's o'neil 1st x_y éa ß\")": "\"It'S O'Neil 1st X_y Éa ß\"",
    'upper("straße ŉ ǆ")': '"STRAßE ŉ Ǆ"',
    'lower("İ ΑΣ")': '"i ασ"',
    'trimspace("\\u0085 x \\u00a0")': '"x"',
    'trim("foobar", "far")': '"oob"',
    'chomp("a\\r\\n\\r\\n")': '"a"',
    'indent(2, "a\\n\\nb")': '"a\\n  \\n  b"',
    'split("", "é☃")': '["é","☃"]',
    'join("", ["e", "\\u0301"])': '"é"',
    'sort(["B", "a", "é", "10", "9"])': '["10","9","B","a","é"]',
    'replace("héé", "", "-")': '"-h-é-é-"',
    'startswith("prod-web", "prod")': "true",
}

ERRORS = [
    "upper()",
    'upper("a", "b")',
    "upper(null)",
    'join(",", ["a", null])',
    'substr("abc", 0.5, 1)',
    'indent(-1, "a")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
