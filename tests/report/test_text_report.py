"""What a person reads after a scan, word for word."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.estate import Estate, History
from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.report.escape import escape, shorten
from imdsguard.report.estate import estate_text
from imdsguard.report.report import Report
from imdsguard.report.style import Style
from imdsguard.report.text import concise_text, findings_text, problem_line, statistics_text
from imdsguard.report.view import View
from tests.estates import launch, small_estate

OPEN = Finding(
    rule="instance-tokens-optional",
    verdict=Verdict.FAIL,
    severity=Severity.ERROR,
    address="aws_instance.bad",
    message="answers metadata calls without a token",
    root=".",
    fingerprint="0123456789abcdef",
    place=Place("main.tf", 14, 19, 14, 29),
    remedy='metadata_options {\n  http_tokens = "required"\n}',
    trace=("http_tokens (main.tf:14)", "var.tokens (prod.tfvars:2)"),
    region="eu-west-1",
)
UNSURE = replace(
    OPEN,
    verdict=Verdict.UNKNOWN,
    severity=Severity.WARNING,
    address="module.m.aws_instance.open[0]",
    message="may answer metadata calls without a token: var.x has no value",
    place=Place("stacks/m/main.tf", 4),
    root="stacks/web",
    remedy="",
    trace=(),
)
FINE = replace(OPEN, verdict=Verdict.PASS, address="aws_instance.good", message="", place=Place("main.tf", 1, 1))
PROBLEM = Problem("this file is not UTF-8", Place("bad.tf", 3), "save it as UTF-8")


def source(place: Place) -> str | None:
    return {14: "    http_tokens = var.tokens  # later", 4: "\tcount = var.x"}.get(place.line)


def test_a_report_says_what_where_why_and_what_instead() -> None:
    report = Report(small_estate(), (FINE, OPEN, UNSURE), (PROBLEM,))
    assert (
        findings_text(report, source)
        == """\
pass[instance-tokens-optional] aws_instance.good: as it should be
  --> main.tf:1:1

warning[instance-tokens-optional] (cannot be told) module.m.aws_instance.open[0]: may answer metadata calls without a \
token: var.x has no value
  --> stacks/m/main.tf:4 (in stacks/web)
   |
 4 |     count = var.x
   |     ^^^^^^^^^^^^^
   help: imdsguard explain instance-tokens-optional

error[instance-tokens-optional] aws_instance.bad: answers metadata calls without a token
  --> main.tf:14:19
    |
 14 |     http_tokens = var.tokens  # later
    |                   ^^^^^^^^^^
   because http_tokens (main.tf:14)
           var.tokens (prod.tfvars:2)
   instead metadata_options {
             http_tokens = "required"
           }
   help: imdsguard explain instance-tokens-optional

3 launches (1 required, 1 optional, 1 unknown); 1 error, 1 warning in 2 places; 1 problem, so not everything was checked
"""
    )


NOTE = replace(OPEN, rule="hop-limit-too-high", severity=Severity.NOTE, message="the hop limit is 3")


def test_notes_are_counted_beside_what_is_worse_and_shown_on_request() -> None:
    both = Report(Estate(), (NOTE, OPEN))
    last = "0 launches; 1 error, 1 note{} in 2 places\n"
    assert "note[" not in findings_text(both, source)
    assert findings_text(both, source).endswith(last.format(" (--show-notes)"))
    asked = findings_text(both, source, view=View(notes=True))
    assert asked.index("note[hop-limit-too-high]") < asked.index("error[")
    assert asked.endswith(last.format(""))


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(Report(Estate(), (NOTE,)), id="nothing is worse"),
        pytest.param(Report(Estate(), (NOTE, OPEN), fail_on=Severity.NOTE), id="they decide the exit code"),
        pytest.param(Report(Estate(history=History(plans=("p.json",))), (NOTE, OPEN)), id="of a plan"),
        pytest.param(
            Report(Estate(), (NOTE, replace(OPEN, suppressed=Suppression(Means.COMMENT, "later")))),
            id="worse is ignored",
        ),
    ],
)
def test_notes_are_shown_where_they_matter(report: Report) -> None:
    assert "note[hop-limit-too-high]" in findings_text(report, source)


TWELVE = tuple(replace(OPEN, root=f"stacks/s{number:02}", cause="answers") for number in range(12))


def test_what_one_edit_mends_is_one_block() -> None:
    text = findings_text(Report(Estate(), TWELVE), source)
    assert text.count("error[") == 1
    assert "\n   and 11 more in 12 root modules: stacks/s00, stacks/s01, stacks/s02, ...\n" in text
    assert text.endswith("0 launches; 12 errors in 1 place\n")


def test_concise_is_a_line_for_each_place() -> None:
    assert concise_text(Report(Estate(), (*TWELVE, UNSURE))) == (
        "stacks/m/main.tf:4: warning[instance-tokens-optional] (cannot be told) module.m.aws_instance.open[0]: "
        "may answer metadata calls without a token: var.x has no value\n"
        "main.tf:14:19: error[instance-tokens-optional] aws_instance.bad: answers metadata calls without a token "
        "(and 11 more in 12 root modules: stacks/s00, stacks/s01, stacks/s02, ...)\n"
        "0 launches; 12 errors, 1 warning in 2 places\n"
    )


def test_statistics_count_by_rule_and_severity() -> None:
    assert statistics_text(Report(Estate(), (*TWELVE, UNSURE))) == (
        "RULE                      SEVERITY  FINDINGS  PLACES\n"
        "instance-tokens-optional  warning   1         1\n"
        "instance-tokens-optional  error     12        1\n"
        "\n"
        "0 launches; 12 errors, 1 warning in 2 places\n"
    )
    assert statistics_text(Report(), view=View(quiet=True)) == ""


def test_with_nothing_found() -> None:
    report = Report(Estate((launch(),)))
    assert findings_text(report, source) == "1 launch (1 optional); no findings\n"
    assert findings_text(report, source, view=View(quiet=True)) == ""
    assert findings_text(Report(), source) == "0 launches; no findings\n"


def test_quiet_leaves_the_findings() -> None:
    text = findings_text(Report(Estate(), (UNSURE,)), lambda place: None, view=View(quiet=True))
    assert text == (
        "warning[instance-tokens-optional] (cannot be told) module.m.aws_instance.open[0]: may answer metadata calls "
        "without a token: var.x has no value\n  --> stacks/m/main.tf:4 (in stacks/web)\n"
        "   help: imdsguard explain instance-tokens-optional\n"
    )


def test_colour_adds_codes_and_changes_no_word() -> None:
    import re

    report = Report(small_estate(), (FINE, OPEN, UNSURE))
    coloured = findings_text(report, source, Style(colour=True))
    assert "\x1b[1;31merror[instance-tokens-optional]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == findings_text(report, source)


def test_a_suppressed_finding_is_shown_on_request_and_not_counted() -> None:
    report = Report(Estate(), (replace(UNSURE, suppressed=Suppression(Means.EXEMPTION, "vendor image")),))
    last = "0 launches; no findings; 1 suppressed\n"
    assert findings_text(report, lambda place: None) == last
    shown = findings_text(report, lambda place: None, view=View(suppressed=True))
    assert shown.endswith(
        f"   ignored by the policy's exemption: vendor image\n   help: imdsguard explain instance-tokens-optional\n\n{last}"
    )


def test_a_problem_is_one_line() -> None:
    assert problem_line(PROBLEM) == "problem: bad.tf:3: this file is not UTF-8 (save it as UTF-8)"
    assert problem_line(Problem("no\nluck")) == "problem: no\\nluck"


HOSTILE = "x\x1b[31m\u202e\n::error::\r\t\x00\u200b\ud800\U000e0041"


def test_nothing_from_scanned_code_reaches_the_terminal_as_it_is() -> None:
    place = Place(f"{HOSTILE}.tf", 14, 1)
    finding = replace(
        OPEN, address=HOSTILE, message=HOSTILE, remedy=HOSTILE, trace=(HOSTILE,), place=place, root=HOSTILE,
        suppressed=Suppression(Means.COMMENT, HOSTILE),
    )  # fmt: skip
    hostile = launch(f"aws_instance.{HOSTILE}", file=HOSTILE, root=HOSTILE)
    texts = [
        findings_text(Report(Estate((hostile,)), (finding,)), lambda place: HOSTILE),
        estate_text(Estate((hostile,))),
        problem_line(Problem(HOSTILE, place, HOSTILE)),
    ]
    for text in texts:
        assert not {"\x1b", "\u202e", "\r", "\t", "\x00", "\u200b", "\ud800", "\U000e0041"} & set(text)
        assert not [line for line in text.splitlines() if line.startswith("::")]


def test_escapes_are_readable_and_ordinary_text_is_left_alone() -> None:
    assert escape("a\x1bb\u202ec\nd\U000e0041") == "a\\x1bb\\u202ec\\nd\\U000e0041"
    assert escape("Grüße, 日本語 é → ok") == "Grüße, 日本語 é → ok"
    assert shorten("abcdefgh", 6) == "abc..."


@pytest.mark.parametrize(
    ("line", "place", "expected"),
    [
        ("日本 = x", Place("a.tf", 1, 6, 1, 7), ["日本 = x", "       ^"]),
        ("\tx = \x1b", Place("a.tf", 1, 2, 1, 3), ["    x = \\x1b", "    ^"]),
        ("short", Place("a.tf", 1, 99, 1, 120), ["short", "     ^"]),
        ("block {", Place("a.tf", 1, 1, 9, 2), ["block {", "^^^^^^^"]),
        ("", Place("a.tf", 1), ["", "^"]),
    ],
)
def test_the_mark_is_under_what_is_meant(line: str, place: Place, expected: list[str]) -> None:
    text = findings_text(Report(Estate(), (replace(OPEN, place=place, trace=(), remedy=""),)), lambda _: line)
    shown = text.splitlines()[3:5]
    assert [row.partition("|")[2].removeprefix(" ") for row in shown] == expected


def test_a_very_long_line_is_cut_around_the_mark() -> None:
    line = "a" * 5000 + "HERE" + "b" * 5000
    found = replace(OPEN, place=Place("a.tf", 1, 5001, 1, 5005), trace=(), remedy="")
    number, mark = findings_text(Report(Estate(), (found,)), lambda _: line).splitlines()[3:5]
    assert len(number) < 200
    assert number[mark.index("^") : mark.rindex("^") + 1] == "HERE"


def test_the_estate_is_a_table() -> None:
    assert (
        estate_text(small_estate())
        == """\
LAUNCH                         STATE     TOKENS    HOPS  SET BY   WHERE        ALARM                                REGION
aws_instance.good              required  required  1     launch   main.tf:4    aws_cloudwatch_metric_alarm.refused  eu-west-1
aws_instance.bad               optional  optional  1     launch   main.tf:14   no                                   eu-west-1
module.m.aws_instance.open[0]  unknown   ?         1     unknown  m/main.tf:4  -                                    eu-west-1

module.m.aws_instance.open[0] is unknown: var.x has no value

REGION DEFAULT                           TOKENS         HOPS  WHERE          REGION
aws_ec2_instance_metadata_defaults.here  no-preference  -     defaults.tf:1  eu-west-1

ALARM                                METRIC                   WATCHES   WHERE        REGION
aws_cloudwatch_metric_alarm.refused  MetadataNoTokenRejected  1 launch  alarms.tf:1  eu-west-1

3 launches: 1 optional, 1 unknown, 1 required
1 Region default, 1 alarm
"""
    )
    assert estate_text(Estate()) == "Nothing here launches EC2 instances.\n"


def test_root_modules_are_named_where_there_are_several() -> None:
    one = estate_text(Estate((launch(root="stacks/a"),)))
    assert one.splitlines()[1].startswith("aws_instance.web ")
    two = estate_text(Estate((launch(root="stacks/a"), launch(root="."))))
    assert [line.split("  ")[0] for line in two.splitlines()[1:3]] == [
        "stacks/a: aws_instance.web",
        ".: aws_instance.web",
    ]


def test_what_came_by_pipe_has_no_file_to_point_at() -> None:
    piped = replace(FINE, place=Place("-"), root="-")
    assert (
        findings_text(Report(findings=(piped,)), source, view=View(quiet=True)).splitlines()[1]
        == "  --> standard input"
    )


def test_a_sensitive_value_is_not_shown() -> None:
    text = estate_text(Estate((launch(sensitive=True),)))
    assert text.splitlines()[1].split()[:3] == ["aws_instance.web", "optional", "(sensitive)"]
