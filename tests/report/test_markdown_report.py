"""Markdown: as an independent parser reads it, nothing in it is from scanned code but text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.report.escape import escape
from imdsguard.report.escape_markdown import block, code, prose
from imdsguard.report.markdown import render
from imdsguard.report.report import Report
from imdsguard.report.text import summary_line
from tests.report.samples import FINE, HOSTILE, NOTHING, OPEN, REPORT, hostile

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = re.compile(r"</?code>|</?details>\n?|<summary><code>[^<>]*</code></summary>\n?|<details>\n<summary>.*\n")
# What GitHub turns into links in text, after Markdown and outside of code.
LINKED = re.compile(r"@\w|#\d|\bGH-\d|https?://|www\.|\b[0-9a-f]{7,40}\b|:\w+:")


def tokens(text: str) -> list[Token]:
    return [inner for token in GITHUB.parse(text) for inner in (token, *(token.children or ()))]


def test_a_summary_has_a_table_and_the_details() -> None:
    report = replace(REPORT, problems=REPORT.problems[:1])
    assert render(report) == (
        "## imdsguard\n\n"
        f"{summary_line(report)}.\n\n"
        "### Could not be checked\n\n"
        "- `bad.tf:3`: this file is not `UTF-8` (save it as `UTF-8`)\n\n"
        "| | rule | where | what |\n"
        "|---|---|---|---|\n"
        "| ❌ error | `instance-tokens-optional` | `main.tf:14:19` | `aws_instance.bad`: answers metadata calls "
        "without a token |\n"
        "| ⚠️ warning | `instance-tokens-optional` | `modules/m/main.tf:4:1` | "
        '`module.m["a"].aws_instance.open[0]` (cannot be told): may answer metadata calls without a token: '
        "`var.x` has no value |\n"
        "| ℹ️ note | `hop-limit-too-high` | `tfplan.json` | `aws_instance.bad`: the hop limit is 3 |\n"
        "| ✅ pass | `instance-tokens-optional` | `main.tf:14:19` | `aws_instance.good`: as it should be |\n\n"
        "<details>\n"
        "<summary><code>instance-tokens-optional: aws_instance.bad (main.tf:14:19)</code></summary>\n\n"
        "answers metadata calls without a token\n\n"
        "- because `http_tokens (main.tf:14)`\n"
        "- because `var.tokens (prod.tfvars:2)`\n\n"
        "Instead:\n\n"
        '```\nmetadata_options {\n  http_tokens = "required"\n}\n```\n\n'
        "</details>\n\n"
        "<details>\n"
        "<summary><code>instance-tokens-optional: module.m[&#34;a&#34;].aws_instance.open[0] "
        "(modules/m/main.tf:4:1)</code></summary>\n\n"
        "may answer metadata calls without a token: `var.x` has no value\n\n"
        "- see `stacks/web/main.tf:3:1`: the module call\n\n"
        "</details>\n\n"
        "<details>\n"
        "<summary><code>hop-limit-too-high: aws_instance.bad (tfplan.json)</code></summary>\n\n"
        "the hop limit is 3\n\n"
        "</details>\n\n"
        "### Suppressed\n\n"
        "- `instance-tokens-optional`: `aws_instance.vendor`, by the policy's exemption, `.imdsguard.yaml:7:5`: "
        "vendor image (until `2027-03-31`)\n"
        "- `instance-tokens-optional`: `aws_instance.old`, by a comment, `main.tf:13`: goes away\n"
    )


def test_what_was_there_before_is_counted_only() -> None:
    old = replace(OPEN, suppressed=Suppression(Means.BASELINE, "in the baseline"))
    kept = replace(OPEN, suppressed=Suppression(Means.UNCHANGED, "in main"))
    assert render(Report(findings=(old,))).endswith("\n\n1 finding was there before, and does not count.\n")
    text = render(Report(findings=(old, kept)))
    assert text.endswith("\n\n2 findings were there before, and do not count.\n")
    assert "### Suppressed" not in text


def test_suppressions_without_room_are_counted() -> None:
    mine = replace(OPEN, suppressed=Suppression(Means.COMMENT, "word " * 390))
    text = render(Report(findings=(mine,) * 5000))
    assert len(text.encode()) < 200_000
    listed = text.count("\n- `instance-tokens-optional`: ")
    assert f"**{5000 - listed} more suppressed findings have no room here.**" in text


def test_nothing_found_is_one_line() -> None:
    assert render(NOTHING) == "## imdsguard\n\n3 launches (1 required, 1 optional, 1 unknown); no findings.\n"


def test_what_has_no_room_is_counted_and_the_worst_has_room() -> None:
    long = replace(OPEN, severity=Severity.NOTE, message="word " * 390)
    problems = (Problem("word " * 390),) * 500
    text = render(
        Report(
            findings=(*[replace(long, place=Place("main.tf", n)) for n in range(5000)], OPEN, replace(FINE)),
            problems=problems,
        )
    )
    assert 900_000 < len(text.encode()) < 1_000_000
    assert text.index("❌ error") < text.index("ℹ️ note")
    rows = len(re.findall(r"^\| (?:❌|ℹ️)", text, flags=re.MULTILINE))
    explained = text.count("<details>")
    shown = text.count("\n- word")
    assert f"**{500 - shown} more problems have no room here.**" in text
    assert f"**{5002 - rows} more findings have no room here.**" in text
    assert f"**{rows - explained} more explanations have no room here.**" in text
    assert text.count("</details>") == explained


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_parser_finds_no_markup_but_ours(text: str) -> None:
    report = hostile(text)
    document = render(report)
    found = tokens(document)
    kinds = {token.type for token in found}
    assert not kinds & {"link_open", "image", "blockquote_open", "hr", "em_open", "strong_open", "s_open", "code_block"}
    html = [token.content for token in found if token.type in ("html_block", "html_inline")]
    assert [each for each in html if not OURS.fullmatch(each)] == []
    assert [token.type for token in found].count("heading_open") == 3
    assert [token.type for token in found].count("tr_open") == 1 + 3, "the head, and what is not suppressed"
    assert [token.type for token in found].count("td_open") == 4 * 3
    assert [token.type for token in found].count("fence") == 2
    for token in found:
        if token.type == "fence":
            assert token.content == "".join(f"{escape(line)}\n" for line in f"{text}\n{text}".split("\n"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_github_finds_nothing_to_link(text: str) -> None:
    inline = [token for token in GITHUB.parse(render(hostile(text))) if token.type == "inline"]
    for line in inline:
        depth, words = 0, ""
        for token in line.children or ():
            depth += {"<code>": 1, "</code>": -1}.get(token.content, 0) if token.type == "html_inline" else 0
            words += token.content if token.type == "text" and not depth else " "
        assert not LINKED.search(words), words


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_character_is_still_there(text: str) -> None:
    """What is shown is the escaped text itself: nothing is lost, nothing hides."""
    for made in (code(text), prose(text)):
        (inline,) = (token for token in GITHUB.parse(f"- x{made}") if token.type == "inline")
        shown = "".join(token.content for token in inline.children or () if token.type != "html_inline")
        assert "".join(shown.split()) == "".join(f"x{escape(text)}".split())


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    assert block("a\n````\nb") == "`````\na\n````\nb\n`````"
