"""Who is wrong when our reader refuses a text."""

from __future__ import annotations

from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.second_opinion import DISAGREED, MAX_CHARACTERS, accepted, with_second_opinion
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.model.problem import Problem


def test_refused_by_both_it_is_the_authors_error() -> None:
    _, problems = parse_body(SourceText("a.tf", b"a = = 1\nb {\n"))
    assert [p.remedy for p in problems] == ["correct it as `terraform fmt` or `terraform validate` asks for"]


def test_accepted_by_the_other_reader_alone_the_fault_may_be_ours() -> None:
    problems = (Problem("we do not know why"),)
    assert with_second_opinion("a = 1\n", problems) == (Problem("we do not know why", None, DISAGREED),)


def test_texts_too_large_or_too_deep_are_not_asked_about() -> None:
    assert accepted("a = 1\n")
    assert not accepted("#" * MAX_CHARACTERS + "\n")
    assert not accepted("a = " + "[" * 5000 + "]" * 5000 + "\n")
