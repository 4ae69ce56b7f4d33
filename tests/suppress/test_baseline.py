"""The file of known findings."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.suppress import baseline
from imdsguard.suppress.baseline import DEFAULT as FILE
from imdsguard.suppress.baseline import Baseline, BaselineError, baseline_text, read_baseline
from imdsguard.suppress.baseline_match import BaselineEntry
from imdsguard.suppress.problems import Gap

WEB = BaselineEntry("tokens", "stacks/web", 'module.a["x"].aws_instance.b[0]', None, Verdict.FAIL, Severity.ERROR)
DEFAULT = BaselineEntry("default", ".", "aws_instance.ä", "eu-west-1", Verdict.UNKNOWN, Severity.NOTE, 3)

TEXT = r"""{
  "schema": "imdsguard/baseline/v1",
  "findings": [
    {"root": ".", "address": "aws_instance.ä", "rule": "default", "region": "eu-west-1", "verdict": "unknown", "severity": "note", "count": 3},
    {"root": "stacks/web", "address": "module.a[\"x\"].aws_instance.b[0]", "rule": "tokens", "region": null, "verdict": "fail", "severity": "error", "count": 1}
  ]
}
"""  # noqa: E501 - one entry a line


def test_it_has_one_entry_a_line_in_order(tmp_path: Path) -> None:
    assert baseline_text(Baseline((WEB, DEFAULT))) == TEXT
    (tmp_path / "b.json").write_text(TEXT)
    assert read_baseline(str(tmp_path / "b.json")) == Baseline((DEFAULT, WEB))


def test_what_cannot_be_seen_is_written_out(tmp_path: Path) -> None:
    """Marks that turn text around, that have no width, and halves of characters: read back as they were."""
    hidden = Baseline((replace(WEB, address='aws_instance.a["\u202e\u200b\x7f\udcff\U000e0001 日本"]'),))
    text = baseline_text(hidden)
    assert r"""aws_instance.a[\"\u202e\u200b\u007f\udcff\udb40\udc01 日本\"]""" in text
    (tmp_path / "b.json").write_text(text)
    assert read_baseline(str(tmp_path / "b.json")) == hidden


def test_one_that_was_written_with_escapes_for_letters_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(TEXT.replace("ä", r"\u00e4"))
    assert read_baseline(str(tmp_path / "b.json")) == Baseline((DEFAULT, WEB))


def test_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(baseline_text(Baseline()))
    assert read_baseline(str(tmp_path / "b.json")) == Baseline()


def test_people_have_committed_it_under_this_name() -> None:
    assert FILE == ".imdsguard-baseline.json"


def test_an_aspect_is_kept(tmp_path: Path) -> None:
    known = Baseline((replace(WEB, aspect="hop limit"),))
    (tmp_path / "b.json").write_text(baseline_text(known))
    assert read_baseline(str(tmp_path / "b.json")) == known


def test_the_largest_count_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(entry(GOOD + ', "count": 100000}'))
    assert [each.count for each in read_baseline(str(tmp_path / "b.json")).entries] == [100_000]


def test_an_entry_without_a_count_is_one(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(entry(GOOD + "}"))
    assert [each.count for each in read_baseline(str(tmp_path / "b.json")).entries] == [1]


def test_more_than_64_mb_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "b.json"
    file.touch()
    os.truncate(file, 64 * 1024 * 1024 + 1)
    with pytest.raises(BaselineError, match="is larger than 64 MB"):
        read_baseline(str(file))
    file.write_text(TEXT)
    monkeypatch.setattr(baseline, "LARGEST", len(TEXT.encode()))
    assert read_baseline(str(file)) == Baseline((DEFAULT, WEB))
    monkeypatch.setattr(baseline, "LARGEST", len(TEXT.encode()) - 1)
    with pytest.raises(BaselineError, match="is larger than"):
        read_baseline(str(file))


def test_it_names_what_could_not_be_read(tmp_path: Path) -> None:
    known = Baseline((), (Gap("a.tf", "is not read"), Gap("b.tf", "is not read", 2)))
    text = baseline_text(known)
    assert text.splitlines()[4:] == [
        '  "problems": [',
        '    {"file": "a.tf", "message": "is not read", "count": 1},',
        '    {"file": "b.tf", "message": "is not read", "count": 2}',
        "  ]",
        "}",
    ]
    (tmp_path / "b.json").write_text(text)
    assert read_baseline(str(tmp_path / "b.json")) == known


def test_keys_that_a_later_version_adds_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(TEXT.replace('"count": 1', '"count": 1, "owner": "me"'))
    assert read_baseline(str(tmp_path / "b.json")) == Baseline((DEFAULT, WEB))


def entry(text: str) -> str:
    return '{"schema": "imdsguard/baseline/v1", "findings": [' + text + "]}"


NO_JSON = "the baseline b.json is not JSON: take it back from git, or delete it and write a new one"
NEWER = (
    "b.json is no baseline that this version can read: it is of another version of imdsguard, "
    "delete it and write a new one"
)
GOOD = '{"rule": "r", "root": ".", "address": "a", "verdict": "fail", "severity": "error"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", NO_JSON.replace(": t", " (line 1, column 2: Expecting property name enclosed in double quotes): t")),
        ("[" * 100_000, NO_JSON),
        ("\xff", NO_JSON),
        (
            "{\n<<<<<<< HEAD\n=======\n>>>>>>> feature\n}\n",
            "the baseline b.json holds the marks of a merge in line 2: keep the entries of both sides",
        ),
        ("[]", 'b.json is no baseline that this version can read: its "schema" is not "imdsguard/baseline/v1"'),
        ('{"schema": "imdsguard/baseline/v2"}', NEWER),
        ('{"schema": "imdsguard/baseline/v1"}', 'the baseline b.json has no list "findings"'),
        (
            '{"schema": "imdsguard/baseline/v1", "findings": [], "problems": {}}',
            '"problems" in the baseline b.json is no list',
        ),
        (
            '{"schema": "imdsguard/baseline/v1", "findings": [], "problems": [{"file": "a"}]}',
            "b.json: problem 1 needs a file and a message",
        ),
        (entry("3"), "b.json: entry 1 needs a rule, a root and an address"),
        (entry(GOOD + "}, {}"), "b.json: entry 2 needs a rule, a root and an address"),
        (entry(GOOD.replace('"root": ".", ', "") + "}"), "b.json: entry 1 needs a rule, a root and an address"),
        (entry(GOOD.replace('"rule": "r"', '"rule": 1') + "}"), "b.json: entry 1 needs a rule, a root and an address"),
        (entry(GOOD.replace('"address": "a"', '"a": 1') + "}"), "b.json: entry 1 needs a rule, a root and an address"),
        (entry(GOOD + ', "region": 1}'), "b.json: the region of entry 1 is no text"),
        (entry(GOOD + ', "aspect": null}'), "b.json: the aspect of entry 1 is no text"),
        (entry(GOOD + ', "count": 0}'), "b.json: the count of entry 1 is no number from 1 to 100000"),
        (
            entry(GOOD + ', "count": 100001}'),
            "b.json: the count of entry 1 is no number from 1 to 100000",
        ),
        (entry(GOOD + ', "count": true}'), "b.json: the count of entry 1 is no number from 1 to 100000"),
        (entry(GOOD.replace("fail", "bad") + "}"), "b.json: entry 1 has no verdict and severity that we know"),
        (entry(GOOD.replace('"error"', "[]") + "}"), "b.json: entry 1 has no verdict and severity that we know"),
    ],
)
def test_what_is_no_baseline(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.json").write_bytes(text.encode("latin-1"))
    if not message.endswith((NO_JSON, NEWER, "both sides", '/v1"', "write a new one")):
        message += ": take it back from git, or delete it and write a new one"
    with pytest.raises(BaselineError, match=f"^{re.escape(message)}$"):
        read_baseline("b.json")


def test_what_is_not_there_or_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BaselineError, match=r"^there is no baseline b\.json: write it with --write-baseline=b\.json$"):
        read_baseline("b.json")
    with pytest.raises(BaselineError, match=r"^the baseline \. is not a file: name the one that "):
        read_baseline(".")


def test_what_is_alike_in_several_environments_is_written_once_with_their_names_in_order(tmp_path: Path) -> None:
    names = ("prod", "dev", "stage", "qa", "test")
    same = tuple(replace(WEB, environment=name) for name in names)
    text = baseline_text(Baseline(same))
    assert text.count("aws_instance.b[0]") == 1
    assert '"environments": ["dev", "prod", "qa", "stage", "test"]' in text
