"""A saved answer beside a plan: what it says of what the plan switches. Anybody may have written it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imdsguard import Policy, Reading, judge, load_rules, read, rule_files
from imdsguard.model.readiness import Readiness
from imdsguard.readiness.apply_answers import with_evidence, with_saved
from imdsguard.readiness.saved import DAY, SavedAnswers, max_age, read_saved
from imdsguard.run.errors import RunError, UsageError
from tests.conftest import Command
from tests.readiness.states import instance, state

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "switch-without-readiness"
PLAN = FIXTURES / "found" / "instance_switched" / "plan.json"
ID, ACCOUNT, REGION = "i-0f68f34e08dce6b7e", "123456789012", "eu-west-1"
MADE = 1_764_000_000
"""When the answer was made, in seconds since 1970: 2025-11-24T16:00:00Z."""
NOBODY = "what still calls without one is refused from the apply on"


def member(identifier: str = ID, verdict: str = "ready", calls: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "verdict": verdict, "calls": {"MetadataNoToken": calls}, **more}


def answer(*instances: dict[str, Any], **more: Any) -> dict[str, Any]:
    own = {"address": "aws_instance.other", "verdict": "unknown", "account": ACCOUNT, "region": REGION}
    return {**own, "instances": list(instances), **more}


def document(*launches: dict[str, Any], **more: Any) -> dict[str, Any]:
    window = {"start": "2025-11-10T16:00:00Z", "end": "2025-11-24T16:00:00Z", "days": 14}
    return {"schema": "imdsguard/readiness/v1", "window": window, "launches": list(launches), **more}


def saved(folder: Path, *launches: dict[str, Any], **more: Any) -> SavedAnswers:
    file = folder / "readiness.json"
    file.write_text(json.dumps(document(*launches, **more)), encoding="utf-8")
    return read_saved(str(file))


def judged(reading: Reading) -> tuple[str, str, str]:
    """Verdict, severity and message of the one finding about the plan's instance."""
    (rule,) = load_rules(rule_files(), ["switch-without-readiness"])
    (finding,) = judge(reading.estate, [rule], Policy()).findings
    return finding.verdict.value, finding.severity.value, finding.message.partition("while it runs: ")[2]


def beside(answers: SavedAnswers, *, age: int = DAY) -> Reading:
    return with_saved(read([str(PLAN)]), answers, 7 * DAY, MADE + age)


LOUD = {"verdict": "not_ready", "calls": 7, "last": "2025-11-20T03:00:00Z"}


@pytest.mark.parametrize(
    ("launch", "verdict", "severity", "message"),
    [
        (answer(member()), "pass", "error", ""),
        (answer(member(verdict="enforced", calls=None)), "pass", "error", ""),
        (
            answer(member(**LOUD)),
            "fail",
            "error",
            f"{NOBODY}; 7 calls without a token by 1 of 1 instance, last 2025-11-20T03:00:00Z",
        ),
        (
            answer(member(verdict="unknown", calls=None, reason_kind="no_data")),
            "fail",
            "note",
            f"{NOBODY}; nothing is recorded of it in that time, and missing is not zero",
        ),
        # it is known as a member of something else, too
        (answer(member("i-" + "2" * 17), member(**LOUD), kind="autoscaling group"), "fail", "error", None),
        # about something else: nobody has looked
        (answer(member("i-" + "2" * 17)), "fail", "note", NOBODY),
        (answer(member(**LOUD), account="999999999999"), "fail", "note", NOBODY),
        (answer(member(), region="us-east-1"), "fail", "note", NOBODY),
        # ready and called do not go together, and who says ready has counted
        (answer(member(calls=3)), "fail", "error", None),
        (answer(member(calls=None)), "fail", "note", None),
        (answer({"id": ID, "verdict": "ready"}), "fail", "note", None),
    ],
)
def test_what_was_said_decides(
    launch: dict[str, Any], verdict: str, severity: str, message: str | None, tmp_path: Path
) -> None:
    told = judged(beside(saved(tmp_path, launch)))
    assert told[:2] == (verdict, severity)
    assert message is None or told[2] == message


@pytest.mark.parametrize(
    ("age", "note"),
    [
        (7 * DAY, None),
        (7 * DAY + 1, "is 7 days old, more than --readiness-max-age: nobody is taken to have looked"),
        (-DAY, "is from the future: nobody is taken to have looked; is the clock right?"),
    ],
)
def test_an_old_answer_counts_as_none(age: int, note: str | None, tmp_path: Path) -> None:
    reading = beside(saved(tmp_path, answer(member(**LOUD))), age=age)
    assert judged(reading)[:2] == (("fail", "note") if note else ("fail", "error"))
    assert [each.partition("readiness.json ")[2] for each in reading.notes] == ([note] if note else [])


def test_it_is_told_of_what_the_answer_says_nothing(tmp_path: Path) -> None:
    (note,) = beside(saved(tmp_path)).notes
    assert note.endswith("says nothing of 1 launch that the plan switches: nobody is taken to have looked")


def test_a_state_is_explained_by_its_instances_and_code_by_its_address(tmp_path: Path) -> None:
    answers = saved(tmp_path, answer(member(**LOUD), address="aws_instance.web", root="prod.tfstate"))
    of_state = with_evidence(read(["-"], stdin=state(instance("web", ID)).encode()), answers, 7 * DAY, MADE)
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n')
    of_code = with_evidence(read([str(tmp_path)]), answers, 7 * DAY, MADE)
    for reading in (of_state, of_code):
        (launch,) = reading.estate.launches
        told = reading.estate.readiness_of(launch)
        assert told is not None
        assert told.verdict is Readiness.NOT_READY
    twice = replace(answers.answers, launches=answers.answers.launches * 2)
    ambiguous = with_evidence(read([str(tmp_path)]), replace(answers, answers=twice), 7 * DAY, MADE)
    assert ambiguous.estate.readiness == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Input data was truncated"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "missing required field"),
        (json.dumps(document(schema="imdsguard/inspect/v1")), "Invalid enum value"),
        (json.dumps(document(answer(member("i-1; rm -rf")))), "matching regex"),
        (json.dumps(document(answer(member(calls=-1)))), ">= 0"),
        (json.dumps(document(answer(member(verdict="fine")))), "Invalid enum value 'fine'"),
        (json.dumps(document(answer(account="prod"))), "matching regex"),
        (json.dumps(document(answer(address="x" * 5_000))), "length <= 4096"),
        (json.dumps(document(generated="2025-13-45T99:99:99Z")), "does not match format"),
        ("[" * 100_000, "Expected `object`, got `array`"),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_answer_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "readiness.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError) as refused:
        read_saved(str(tmp_path / "readiness.json"))
    assert said in str(refused.value)
    assert "no answer of `imdsguard readiness --format json`" in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read: No such file"):
        read_saved(str(tmp_path / "none.json"))


@pytest.mark.parametrize(("text", "seconds"), [("7d", 7 * DAY), ("12h", DAY // 2), ("2w", 14 * DAY)])
def test_ages(text: str, seconds: int) -> None:
    assert max_age(text) == seconds


@pytest.mark.parametrize("text", ["7", "d", "-1d", "1.5d", "7 days", "999999d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--readiness-max-age is a number of hours, days or weeks"):
        max_age(text)


def test_scan_fails_where_calls_were_seen(imdsguard: Command, tmp_path: Path) -> None:
    saved(tmp_path, answer(member(**LOUD)))
    options = ("--readiness-file", str(tmp_path / "readiness.json"), "--readiness-max-age", "9999w")
    done = imdsguard("scan", str(PLAN), "--format", "concise", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert "7 calls without a token by 1 of 1 instance, last 2025-11-20T03:00:00Z" in done.stdout


def test_explain_shows_what_was_seen(imdsguard: Command, tmp_path: Path) -> None:
    saved(tmp_path, answer(member(**LOUD), address="aws_instance.web"))
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n')
    options = ("--readiness-file", "readiness.json", "--readiness-max-age", "9999w")
    done = imdsguard("explain", "aws_instance.web", *options, cwd=tmp_path)
    assert "asked of CloudWatch: not ready: 7 calls without a token by 1 of 1 instance, last 2025-11" in done.stdout
    assert f"{ID}: 7 calls without a token, last 2025-11-20T03:00:00Z" in done.stdout
    done = imdsguard("explain", "aws_instance.web", "--format", "json", *options, cwd=tmp_path)
    assert json.loads(done.stdout)["launches"][0]["readiness"]["verdict"] == "not_ready"
