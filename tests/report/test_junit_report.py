"""JUnit XML: the document, its counts, and the elements and attributes that readers know."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from imdsguard.report.escape import escape
from imdsguard.report.junit import render
from tests.report.samples import HOSTILE, NOTHING, OPEN, REPORT, RULES, hostile

# Of junit-10.xsd, the schema of Jenkins's xUnit plugin: element, attributes that it must have and may have, children.
GRAMMAR = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
}


def parse(text: str) -> ElementTree.Element:
    """The root of a document that keeps to the grammar and counts right."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        must, may, children = GRAMMAR[element.tag]
        assert must <= set(element.attrib) <= must | may, element.tag
        assert {child.tag for child in element} <= children
    for suite in [root, *root.iter("testsuite")]:
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
        assert int(suite.attrib["errors"]) == len(list(suite.iter("error")))
    return root


def test_a_suite_for_each_root_module_a_case_for_each_subject() -> None:
    root = parse(render(REPORT))
    shown = {
        suite.attrib["name"]: [
            (case.attrib["name"], case[0].tag if len(case) else "", case[0].attrib["type"] if len(case) else "")
            for case in suite
        ]
        for suite in root
    }
    silent = [rule.id for rule in RULES if rule.id not in ("instance-tokens-optional", "hop-limit-too-high")]
    assert shown == {
        "tfplan.json": [("aws_instance.bad (eu-west-1)", "failure", "note")],
        "stacks/web": [('module.m["a"].aws_instance.open[0] (eu-west-1)', "failure", "unknown")],
        ".": [
            ("aws_instance.bad (eu-west-1)", "failure", "error"),
            ("aws_instance.vendor (eu-west-1)", "skipped", "exemption"),
            ("aws_instance.old (eu-west-1)", "skipped", "comment"),
            ("aws_instance.good (eu-west-1)", "", ""),
        ],
        "could not be checked": [("bad.tf:3", "error", "problem"), ("(no file)", "error", "problem")],
        "rules": [("nothing found", "", "")] * len(silent),
    }
    assert [case.attrib["classname"] for case in root[-1]] == [f"imdsguard.{rule}" for rule in silent]


def test_a_case_in_full() -> None:
    assert (
        '    <testcase classname="imdsguard.instance-tokens-optional" name="aws_instance.bad (eu-west-1)">\n'
        '      <failure type="error" message="aws_instance.bad: answers metadata calls without a token">'
        "error at main.tf:14:19\n"
        "because http_tokens (main.tf:14)\n"
        "because var.tokens (prod.tfvars:2)\n"
        "instead metadata_options {\n"
        '    http_tokens = "required"\n'
        "  }</failure>\n"
        "    </testcase>\n"
    ) in render(REPORT)


def test_nothing_found_is_a_suite_of_rules_that_passed() -> None:
    root = parse(render(NOTHING))
    assert [suite.attrib["name"] for suite in root] == ["rules"]
    assert root.attrib["tests"] == str(len(RULES))


def test_equal_names_are_told_apart() -> None:
    from imdsguard.report.report import Report

    names = [
        case.attrib["name"]
        for case in parse(render(Report(findings=(OPEN, replace(OPEN, message="another"))))).iter("testcase")
    ]
    assert names == ["aws_instance.bad (eu-west-1)", "aws_instance.bad (eu-west-1) #2"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_makes_or_hides_a_case(text: str) -> None:
    root = parse(render(hostile(text)))
    assert [len(suite) for suite in root] == [4, 1]
    kinds = [case[0].tag if len(case) else "" for case in root.iter("testcase")]
    assert kinds == ["failure", "failure", "skipped", "", "error"]
    assert root[0].attrib["name"] == escape(text)
    failure = root[0][0][0]
    assert failure.attrib["message"] == escape(f"aws_instance.{text}") + ": " + (escape(text) or "as it should be")
