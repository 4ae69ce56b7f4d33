"""A module that is not there may hold an alarm on what it is given, and on nothing else."""

from __future__ import annotations

import pytest

from imdsguard import Policy, judge, load_rules, rule_files
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.run.reading import estate_of
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

INSTANCE = """
resource "aws_instance" "{}" {{
  metadata_options {{
    http_tokens = "{}"
  }}
}}
"""
MODULE = """
module "alarms" {{
  source  = "example/instance-alarms/aws"
  version = "1.0.0"
  {}
}}
"""


def reading(folder, argument, tokens="required"):
    code = INSTANCE.format("web", tokens) + INSTANCE.format("other", tokens) + MODULE.format(argument)
    (folder / "main.tf").write_text(code)
    found = read([str(folder)], Inputs(), supported_types())
    return estate_of(found.roots, found.problems).estate


@pytest.mark.parametrize(
    "argument",
    [
        "instance_ids = [aws_instance.web.id]",
        "instance_id = aws_instance.web.id",
        'watched = { web = { id = aws_instance.web.id, name = "web" } }',
        "instance = aws_instance.web",
        "for_each = { web = aws_instance.web.id }\n  instance_id = each.value",
    ],
)
def test_who_watches_an_instance_that_is_handed_on_cannot_be_told(argument, tmp_path):
    web, other = reading(tmp_path, argument).launches
    reason = Reason(ReasonKind.HANDED_ON, "module.alarms")
    assert (web.coverage.covered, web.coverage.reason) == (None, reason)
    assert (web.observed.covered, web.observed.reason) == (None, reason)
    assert (other.coverage.covered, other.observed.covered) == (False, False)


@pytest.mark.parametrize("argument", ["", "ip = aws_instance.web.private_ip", "count = 0\n  id = aws_instance.web.id"])
def test_what_is_not_handed_on_is_watched_by_nobody(argument, tmp_path):
    assert {launch.coverage.covered for launch in reading(tmp_path, argument).launches} == {False}


@pytest.mark.parametrize(("argument", "said"), [("", True), ("count = 0", False)])
def test_what_is_said_beside_a_module_that_is_not_there_is_said_of_what_was_read(argument, said, tmp_path):
    outcome = judge(reading(tmp_path, argument), load_rules(rule_files()), Policy())
    messages = {each.rule: each.message for each in outcome.findings if each.verdict.value == "fail"}
    assert ("what was read" in messages["region-default-missing"]) is said
    assert ("in what was read" in messages["rejected-call-alarm-missing"]) is said


def test_of_calls_that_are_answered_the_same_is_said(tmp_path):
    web, other = reading(tmp_path, "id = aws_instance.web.id", tokens="optional").launches
    assert (web.observed.covered, other.observed.covered) == (None, False)
    assert web.coverage.covered is False
