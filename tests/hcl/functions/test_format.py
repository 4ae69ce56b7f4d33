"""`format` and `formatlist`: Go's verbs.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'format("%5d|%-5d|%05d|%+d|%x|%#o|%b", 42, 42, 42, 42, 255, 8, 5)': '"   42|42   |00042|+42|ff|010|101"',
    'format("%.3g %g %g %e %.1f", 123456, 1000000, 0.00001, 1e100, 2.25)': '"1.23e+05 1e+06 1e-05 1.000000e+100 2.2"',
    'format("%v %v %#v", 1e6, [1, "a"], "s")': '"1e+06 [1,\\"a\\"] \\"s\\""',
    'format("%q|%5s|%-5s|%.2s", "a\\"b", "é", "é", "日本語")': '"\\"a\\\\\\"b\\"|    é|é    |日本"',
    'format("%[2]s %[1]s", "a", "b")': '"b a"',
    'formatlist("%s-%d", ["a", "b"], [1, 2])': '["a-1","b-2"]',
    'formatlist("%s-%s", "x", toset(["b", "a"]))': '["x-a","x-b"]',
}

ERRORS = [
    'format("%d", 1.5)',
    'format("%s", "a", "b")',
    'format("%s %s", "a")',
    'format("%*d", 5, 42)',
    'format("%s", tostring(null))',
    'formatlist("%s%s", ["a", "b"], ["x"])',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
