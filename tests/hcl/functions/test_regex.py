"""Regular expressions: RE2's, with Go's replacement syntax.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'regex("(?P<year>\\\\d+)-(?P<month>\\\\d+)", "2024-11")': '{"month":"11","year":"2024"}',
    'regex("(a)|(b)", "b")': '[null,"b"]',
    'regex("(?P<n>a)(?P<n>b)", "ab")': '{"n":"b"}',
    'regex("a{2,3}?", "aaaa")': '"aa"',
    'regexall("a*", "baaa")': '["","aaa"]',
    'regexall("\\\\b", "ab cd")': '["","","",""]',
    'replace("baaac", "/a*/", "x")': '"xbxcx"',
    'replace("hello", "/(?P<first>h)(e)/", "$first-$2-$${first}x-$$-$0-$3-$z")': '"h-e-hx-$-he--llo"',
    'replace("hello", "/(h)/", "$1x")': '"ello"',
    'replace("a\\nb", "/(?m)^/", "> ")': '"\\u003e a\\n\\u003e b"',
}

ERRORS = [
    'regex("z", "abc")',
    'regex("(", "a")',
    'regex("(a)\\\\1", "aa")',
    'regex("(?P<year>\\\\d)(\\\\d)", "12")',
    'regex("\\\\C", "a")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
