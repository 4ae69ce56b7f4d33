"""What holds for every format and any text: it is no command, it hides nothing, and it changes no count."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imdsguard.model.estate import Estate
from imdsguard.report.escape import escape, escape_json
from imdsguard.report.estate import estate_text
from imdsguard.report.formats import FOR_PEOPLE, FORMATS, render
from imdsguard.report.text import concise_text, findings_text, problem_line, statistics_text
from tests.estates import launch
from tests.report.samples import HOSTILE, hostile
from tests.report.test_github_report import run as commands_of

MARKS = ["::", "##", "[", "]", "(", ")", "<", ">", "&", "|", "`", "\\", "=", "-", "*", "_", "~", ",", ";", '"', "'"]
WORDS = ["error", "@a", "#1", "%0A", "{0}", "https://x", "1.", "a"]
ODD = ["\n", "\r", " ", "\x1b", "\u202e", "\ud800", "\x00", "\u2028"]
PIECES = st.sampled_from([*MARKS, *WORDS, *ODD])
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20)


def outputs(text: str) -> dict[str, str]:
    report = hostile(text)
    made = {name: render(name, report) for name in FORMATS if name not in FOR_PEOPLE}
    made["concise"], made["statistics"] = concise_text(report), statistics_text(report)
    made["text"] = findings_text(report, lambda _: text) + "".join(f"{problem_line(p)}\n" for p in report.problems)
    made["estate"] = estate_text(
        Estate(tuple(launch(f"aws_instance.{text}", file=text, root=root, reason=text) for root in (text, ".")))
    )
    return made


def seen(character: str) -> bool:
    """Whether it is of the characters that a reader sees as they are."""
    return character in "\r\n" or (unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") and not re.match(
        "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]", character
    ))  # fmt: skip


def check(text: str) -> None:
    for name, made in outputs(text).items():
        assert [character for character in set(made) if not seen(character)] == [], name
        assert "\r" not in made.replace("\r\n", "") if name == "csv" else "\r" not in made, name
        assert not re.search(r"##\w*\[", made), name
        expected = 3 if name == "github" else 0
        assert len(commands_of(made)) == expected, name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_format_lets_it_out(text: str) -> None:
    check(text)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
@example(":::::error::")
@example("\u2029::error::")
def test_no_format_lets_anything_out(text: str) -> None:
    check(text)


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_no_text_changes_how_many_there_are(text: str) -> None:
    report = hostile(text)
    findings = json.loads(render("json", report))
    assert (len(findings["findings"]), len(findings["problems"])) == (4, 1)
    assert findings["findings"][0]["message"] == text, "data is exact; only its notation is escaped"
    (sarif,) = json.loads(render("sarif", report))["runs"]
    assert len(sarif["results"]) == 4
    assert len(list(ElementTree.fromstring(render("junit", report)).iter("testcase"))) == 5
    assert len(json.loads(render("gitlab", report))) == 3
    assert len(list(csv.reader(io.StringIO(render("csv", report), newline=""), strict=True))) == 6


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_escaped_text_is_one_line_and_escaping_json_changes_no_meaning(text: str) -> None:
    assert len(escape(text).splitlines()) <= 1
    assert json.loads(escape_json(json.dumps(text))) == text
    assert not re.search(r"##\w*\[", escape_json(json.dumps(text)))


def test_marks_that_are_piled_up_cover_no_other_line() -> None:
    assert escape("a" + "\u0301" * 6 + "b" + "\u0301") == "a" + "\u0301" * 4 + r"\u0301\u0301b" + "\u0301"
    assert escape("x\u2800y") == r"x\u2800y", "braille without a dot cannot be seen"


def test_ordinary_text_is_left_alone() -> None:
    for text in (
        "## heading",
        "fd00:ec2::254",
        "a ::b",
        "#[x]",
        "x: ::",
        "Grüße, 日本語 → ok",
        "Tiê\u0301ng Viê\u0323t",
        "ที่นี่",
        "שָׁלוֹם",
    ):
        assert escape(text) == text
