"""Which of today's findings were there before, and which of those are gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.suppress.baseline_match import BaselineEntry, Compared, Examples, compare, entries_of, gone_everywhere

BEFORE = Suppression(Means.BASELINE, "it was there")


def finding(
    address: str = "aws_instance.web",
    rule: str = "tokens",
    verdict: Verdict = Verdict.FAIL,
    severity: Severity = Severity.ERROR,
    message: str = "answers without a token",
    region: str | None = None,
    root: str = ".",
) -> Finding:
    return Finding(rule, verdict, severity, address, message, root, "", region=region)


def entries(*found: Finding, messages: bool = False) -> tuple[BaselineEntry, ...]:
    return entries_of(found, str, (), messages=messages)


def against(
    before: tuple[BaselineEntry, ...], *today: Finding, there: frozenset[tuple[str, str]] = frozenset()
) -> Compared:
    return compare(today, before, str, (), BEFORE, Examples({"default-missing": Severity.ERROR}, there))


def new(compared: Compared) -> list[str]:
    return [f"{each.rule} {each.address}" for each in compared.findings if each.suppressed is None]


def test_what_was_there_does_not_count_and_what_is_new_does() -> None:
    compared = against(entries(finding()), finding(), finding("aws_instance.new"))
    assert new(compared) == ["tokens aws_instance.new"]
    assert compared.findings[0].suppressed == BEFORE
    assert compared.gone == ()


def test_the_same_address_in_another_root_or_region_is_another_one() -> None:
    before = entries(finding(region="eu-west-1"))
    assert new(against(before, finding(region="us-east-1"))) == ["tokens aws_instance.web"]
    assert new(against(before, finding(region="eu-west-1", root="other"))) == ["tokens aws_instance.web"]


def test_what_got_worse_is_new_and_not_gone() -> None:
    unknown = entries(finding(verdict=Verdict.UNKNOWN, severity=Severity.WARNING))
    worse = against(unknown, finding(severity=Severity.WARNING))
    assert (new(worse), worse.gone) == (["tokens aws_instance.web"], ())
    rated = against(entries(finding(severity=Severity.NOTE)), finding(severity=Severity.ERROR))
    assert new(rated) == ["tokens aws_instance.web"]


def test_what_got_better_is_known() -> None:
    better = finding(verdict=Verdict.UNKNOWN, severity=Severity.NOTE)
    assert new(against(entries(finding()), better)) == []


def test_what_is_fixed_is_gone() -> None:
    (gone,) = against(entries(finding(), finding("aws_instance.b")), finding()).gone
    assert (str(gone), gone.count) == ("tokens aws_instance.b", 1)


def test_alike_ones_are_counted() -> None:
    (before,) = entries(finding(message="cause 1"), finding(message="cause 2"))
    assert before.count == 2
    assert against((before,), finding(message="cause 2")).gone == (replace(before, count=1),)
    assert new(against((before,), finding(message="a"), finding(message="b"))) == []


def test_with_one_more_than_before_nobody_can_tell_which_one_is_new() -> None:
    before = entries(finding(message="cause 1"))
    more = against(before, finding(message="cause 1"), finding(message="cause 2"))
    assert (len(new(more)), more.gone) == (2, ())


def test_their_messages_can_tell_where_they_are_known() -> None:
    before = entries(finding(message="cause 1"), messages=True)
    more = against(before, finding(message="cause 2"), finding(message="cause 1"))
    assert [each.message for each in more.findings if each.suppressed is None] == ["cause 2"]


def test_each_of_several_known_ones_covers_one_and_the_worst_that_covers_goes_first() -> None:
    before = entries(finding(message="cause 1"), finding(message="cause 2"), messages=True)
    now = [finding(message=f"cause {number}") for number in (3, 4)]
    assert (new(against(before, *now)), against(before, *now).gone) == ([], ())
    note = entries(finding(message="cause 3", severity=Severity.NOTE), messages=True)
    left = against((*note, *before), *now)
    assert (new(left), [each.severity for each in left.gone]) == ([], [Severity.NOTE])


@pytest.mark.parametrize(
    ("count", "gone", "fixed"),
    [
        (1, {"blue": 1, "green": 1}, 1),
        (1, {"blue": 1}, 0),
        (2, {"blue": 2, "green": 1}, 1),
        (2, {"blue": 2, "green": 2}, 2),
    ],
)
def test_an_entry_for_all_environments_is_gone_where_it_is_gone_in_each(
    count: int, gone: dict[str, int], fixed: int
) -> None:
    (known,) = entries(finding())
    known = replace(known, count=count)
    left = [replace(known, environment=name, count=number) for name, number in gone.items()]
    found = gone_everywhere((known,), left, {".": ("blue", "green")})
    assert found == ((replace(known, count=fixed),) if fixed else ())


def test_of_two_entries_each_takes_its_own_count() -> None:
    (known,) = entries(finding())
    here = replace(known, environment="blue")
    gone = [replace(known, environment=name) for name in ("blue", "green")]
    assert gone_everywhere((known, here), gone, {".": ("blue", "green")}) == (known,)
    assert gone_everywhere((here, known), gone, {".": ("blue", "green")}) == (here,)


def test_the_same_words_do_not_make_known_what_is_worse() -> None:
    before = entries(finding(severity=Severity.NOTE), messages=True)
    assert new(against(before, finding(severity=Severity.ERROR))) == ["tokens aws_instance.web"]
    assert [each.message for each in entries_of([finding()], str, ())] == [None], "no file holds messages"


def test_what_is_judged_of_it_tells_them_apart() -> None:
    hops, tokens = (replace(finding(), aspect=aspect) for aspect in ("hops", "tokens"))
    swapped = against(entries(hops), tokens)
    assert new(swapped) == ["tokens aws_instance.web"]
    assert [str(each) for each in swapped.gone] == ["tokens aws_instance.web: hops"]


def test_a_count_costs_nothing() -> None:
    before = tuple(replace(entries(finding(f"aws_instance.{n}"))[0], count=100_000) for n in range(2_000))
    assert sum(each.count for each in against(before, finding("aws_instance.7")).gone) == 2_000 * 100_000 - 1


def test_passes_and_what_is_suppressed_already_are_no_entries() -> None:
    ignored = finding(verdict=Verdict.FAIL)
    assert entries(finding(verdict=Verdict.PASS), replace(ignored, suppressed=BEFORE)) == ()


def test_a_rule_that_must_never_be_known_is_not() -> None:
    never = {"removed"}
    found = finding(rule="removed")
    assert entries_of([found], str, never) == ()
    assert new(compare([found], entries(found), str, never, BEFORE)) == ["removed aws_instance.web"]


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_a_rule_on_a_region_may_point_at_another_example(region: str | None) -> None:
    before = entries(finding("aws_instance.web", rule="default-missing", region=region))
    there = frozenset({(".", "aws_instance.web"), (".", "aws_instance.a")})
    now = finding("aws_instance.a", rule="default-missing", region=region)
    moved = against(before, now, there=there)
    assert (new(moved), moved.gone) == ([], ())


def test_another_example_that_is_worse_is_new() -> None:
    there = frozenset({(".", "aws_instance.web"), (".", "aws_instance.a")})
    before = entries(finding("aws_instance.web", rule="default-missing", verdict=Verdict.UNKNOWN))
    worse = against(before, finding("aws_instance.a", rule="default-missing"), there=there)
    assert new(worse) == ["default-missing aws_instance.a"]
    assert [str(each) for each in worse.gone] == ["default-missing aws_instance.web"]


def test_what_does_not_count_is_no_other_example() -> None:
    before = entries(finding("aws_instance.web", rule="default-missing"))
    there = frozenset({(".", "aws_instance.web"), (".", "aws_instance.a")})
    now = finding("aws_instance.a", rule="default-missing")
    ignored = Suppression(Means.COMMENT, "why")
    for other in (replace(now, verdict=Verdict.PASS), replace(now, suppressed=ignored)):
        compared = against(before, other, there=there)
        assert compared.findings == (other,)
        assert [str(each) for each in compared.gone] == ["default-missing aws_instance.web"]


def test_a_rule_on_launches_may_not() -> None:
    before = entries(finding("aws_instance.web"))
    there = frozenset({(".", "aws_instance.web"), (".", "aws_instance.a")})
    fixed = against(before, finding("aws_instance.a"), finding(verdict=Verdict.PASS), there=there)
    assert new(fixed)[0] == "tokens aws_instance.a"
    assert [str(each) for each in fixed.gone] == ["tokens aws_instance.web"]
    unknown = finding("aws_instance.web", verdict=Verdict.UNKNOWN)
    untold = against(entries(unknown), replace(unknown, address="aws_instance.a"), there=there)
    assert new(untold) == ["tokens aws_instance.a"]
    silent = against(before, finding("aws_instance.a"), there=there)
    assert new(silent) == ["tokens aws_instance.a"], "it says nothing of what is right"


def test_an_example_that_is_gone_is_not_known_by_another_one() -> None:
    before = entries(finding("aws_instance.web", rule="default-missing"))
    now = finding("aws_instance.a", rule="default-missing")
    assert new(against(before, now, there=frozenset({(".", "aws_instance.a")}))) == ["default-missing aws_instance.a"]


def test_what_such_a_rule_says_of_a_launch_itself_is_no_example() -> None:
    there = frozenset({(".", "aws_instance.web"), (".", "aws_instance.a")})
    race = finding("aws_instance.web", rule="default-missing", severity=Severity.NOTE)
    other = finding("aws_instance.a", rule="default-missing", severity=Severity.NOTE)
    example = finding("aws_instance.web", rule="default-missing")
    for before in (race, example):
        assert new(against(entries(before), other, there=there)) == ["default-missing aws_instance.a"]
