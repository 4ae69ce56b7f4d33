"""A problem that was there before: in every format, and as mild there as the format allows."""

from __future__ import annotations

import json
from dataclasses import replace

from imdsguard.report.formats import render
from imdsguard.report.report import Report
from imdsguard.report.text import problem_line, summary_line
from tests.report.samples import PROBLEM

KNOWN = Report(problems=(replace(PROBLEM, known="already in main"),))
NEW = Report(problems=(PROBLEM,))


def test_text_calls_it_known() -> None:
    assert problem_line(KNOWN.problems[0]).startswith("known problem: bad.tf:3: this file is not UTF-8")
    assert summary_line(KNOWN).endswith("; 1 problem (1 known), so not everything was checked")
    assert summary_line(NEW).endswith("; 1 problem, so not everything was checked")


def test_json_and_csv_say_what_it_is_known_by() -> None:
    assert [json.loads(render("json", r))["problems"][0]["known"] for r in (KNOWN, NEW)] == ["already in main", None]
    assert '"problem","note"' in render("csv", KNOWN)
    assert '"already in main"' in render("csv", KNOWN)
    assert '"problem","error"' in render("csv", NEW)


def test_it_is_a_notice_for_github_and_info_for_gitlab() -> None:
    assert render("github", KNOWN).startswith(
        "::notice file=bad.tf,line=3,endLine=3,title=imdsguard%3A could not be checked"
    )
    assert render("github", NEW).startswith("::error ")
    assert [json.loads(render("gitlab", r))[0]["severity"] for r in (KNOWN, NEW)] == ["info", "blocker"]


def test_junit_skips_it() -> None:
    assert 'errors="0"' in render("junit", KNOWN)
    assert "<skipped " in render("junit", KNOWN)
    assert 'message="already in main: ' in render("junit", KNOWN)
    assert 'errors="1"' in render("junit", NEW)


def test_markdown_says_so() -> None:
    assert "(already in main)" in render("markdown", KNOWN)


def test_sarif_calls_the_run_successful() -> None:
    (known,), (new,) = (json.loads(render("sarif", r))["runs"][0]["invocations"] for r in (KNOWN, NEW))
    assert (known["executionSuccessful"], new["executionSuccessful"]) == (True, False)
    assert [each["toolExecutionNotifications"][0]["level"] for each in (known, new)] == ["note", "error"]
