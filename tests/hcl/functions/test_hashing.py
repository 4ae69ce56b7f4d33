"""Digests.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'md5("héllo")': '"be50e8478cf24ff3595bc7307fb91b50"',
    'base64sha256("hello world")': '"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="',
    'uuidv5("dns", "www.terraform.io")': '"a5008fae-b28c-5ba5-96cd-82b4c53552d6"',
}

ERRORS = [
    "sha1([])",
    'uuidv5("x", "a")',
    'rsadecrypt("AAAA", "not a key")',
    'bcrypt("secret", "x")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
