"""What could not be read before: told, and without a say in how a run ends, as long as it is no more than it was."""

from __future__ import annotations

import pytest

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.suppress.problems import Gap, closed_gaps, gaps_of, mark_known, without

WHY = "it was there"


def problem(file: str | None = "a.tf", message: str = "is not read", line: int = 3, known: str = "") -> Problem:
    return Problem(message, Place(file, line) if file is not None else None, "", known)


def marked(before: tuple[Gap, ...], *today: Problem, given: tuple[str, ...] = ()) -> list[str]:
    return [each.known for each in mark_known(today, before, str, WHY, given)]


def test_a_gap_is_known_by_its_file_and_message() -> None:
    found = [problem("b.tf"), problem(line=9), problem(), problem(message="is too long")]
    assert gaps_of(found, str) == (
        Gap("a.tf", "is not read", 2),
        Gap("a.tf", "is too long"),
        Gap("b.tf", "is not read"),
    )
    assert str(Gap("a.tf", "is not read")) == "a.tf: is not read"


def test_what_has_no_place_or_is_the_call_itself_is_no_gap() -> None:
    assert gaps_of([problem(None)], str) == ()
    assert gaps_of([problem("a.tf", line=0)], str, ["a.tf"]) == ()
    assert gaps_of([problem("a.tf", line=1)], str, ["a.tf"]) == (Gap("a.tf", "is not read"),)
    assert gaps_of([problem("a.tf", line=0)], str, ["b.tf"]) == (Gap("a.tf", "is not read"),)


@pytest.mark.parametrize(
    ("before", "today", "known"),
    [
        ((Gap("a.tf", "is not read"),), [problem(line=99)], [WHY]),
        ((Gap("a.tf", "is not read"),), [problem("b.tf")], [""]),
        ((Gap("a.tf", "is not read"),), [problem(message="is too long")], [""]),
        ((Gap("a.tf", "is not read", 2),), [problem(), problem()], [WHY, WHY]),
        ((Gap("a.tf", "is not read", 2),), [problem()], [WHY]),
        # Of more than before nobody can tell which one is new.
        ((Gap("a.tf", "is not read"),), [problem(), problem()], ["", ""]),
        ((Gap("a.tf", "is not read"),), [problem(known="for another reason")], ["for another reason"]),
        ((Gap("a.tf", "is not read"),), [problem(None)], [""]),
        ((), [problem()], [""]),
    ],
)
def test_what_was_there_before_is_marked(before: tuple[Gap, ...], today: list[Problem], known: list[str]) -> None:
    assert marked(before, *today) == known


def test_a_path_of_the_call_that_cannot_be_read_is_never_known() -> None:
    assert marked((Gap("a.tf", "is not read"),), problem(line=0), given=("a.tf",)) == [""]


def test_files_are_compared_by_the_names_they_are_kept_by() -> None:
    found = mark_known(
        [problem("/tmp/x/a.tf")], [Gap("a.tf", "is not read")], lambda file: file.rpartition("/")[2], WHY
    )
    assert [each.known for each in found] == [WHY]


@pytest.mark.parametrize(("count", "now", "closed"), [(3, 1, 2), (3, 3, 0), (3, 4, 0), (1, 0, 1)])
def test_what_is_closed_and_what_is_left(count: int, now: int, closed: int) -> None:
    before, other = Gap("a.tf", "m", count), Gap("b.tf", "m")
    today = [Gap("a.tf", "m", now), other] if now else [other]
    gone = closed_gaps([before, other], today)
    assert gone == ((Gap("a.tf", "m", closed),) if closed else ())
    left = count - closed
    assert without([before, other], gone) == ((Gap("a.tf", "m", left), other) if left else (other,))
