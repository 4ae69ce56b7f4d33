"""Timestamps and durations.

What is expected was computed by Terraform 1.11.
"""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.jsonform import to_json
from imdsguard.hcl.values.marks import unmark_deep

VALUES = {
    'formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")': '"Tue, 02 Jan 2018 23:12:01 -0800"',
    "formatdate(\"H 'o''clock' AA\", \"2024-03-04T00:06:07Z\")": '"12 o\'clock AM"',
    'timeadd("2017-11-22T00:00:00+02:00", "1.5h")': '"2017-11-22T01:30:00+02:00"',
    'timeadd("2024-02-28T23:59:59Z", "1s")': '"2024-02-29T00:00:00Z"',
    'timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")': "0",
}

ERRORS = [
    'formatdate("YYY", "2024-03-04T05:06:07Z")',
    'formatdate("\'unclosed", "2024-03-04T05:06:07Z")',
    'timeadd("2017-11-22T00:00:00Z", "1d")',
    'timecmp("2017-11-22", "2017-11-22T00:00:00Z")',
    'formatdate("hh", "2024-01-01T24:00:00Z")',
]


@pytest.mark.parametrize("text", VALUES)
def test_gives_what_terraform_gives(evaluate, text):
    assert to_json(unmark_deep(evaluate(text))[0]) == VALUES[text]


@pytest.mark.parametrize("text", ERRORS)
def test_refuses_what_terraform_refuses(evaluate, text):
    with pytest.raises(EvaluationError) as caught:
        evaluate(text)
    assert caught.value.stage == "dynamic"
