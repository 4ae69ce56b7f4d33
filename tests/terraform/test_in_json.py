"""What rules say in native syntax, said in JSON."""

from __future__ import annotations

import pytest

from imdsguard.terraform.decided.in_json import in_json

TEXTS = {
    'http_tokens = "required"': '"http_tokens": "required"',
    "a = 1\nb = true\nc = null": '"a": 1,\n"b": true,\n"c": null',
    'metadata_options {\n  http_tokens = "required"\n}': '"metadata_options": {"http_tokens": "required"}',
    'resource "a" "b" {\n  c = [1, "x"]\n}': '"resource": {"a": {"b": {"c": [1, "x"]}}}',
    "x {\n  a = 1\n}\nx {\n  a = 2\n}": '"x": [{"a": 1}, {"a": 2}]',
    "version = aws_launch_template.web.latest_version": '"version": "${aws_launch_template.web.latest_version}"',
    'name = "a-${var.b}"': '"name": "a-${var.b}"',
    "o = { k = var.x }": '"o": {"k": "${var.x}"}',
    'give the workspace, or\nhttp_tokens = "required"': 'give the workspace, or\n"http_tokens": "required"',
    "an alarm on this metric": "an alarm on this metric",
    'a = "unfinished': 'a = "unfinished',
    "": "",
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_can_be_pasted_is_json(text):
    assert in_json(text) == TEXTS[text]
