"""Who is wrong when our reader refuses a text."""

from __future__ import annotations

import pytest

from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.second_opinion import DISAGREED, SPENT, accepted, with_second_opinion
from imdsguard.hcl.syntax.source import MAX_ASKED, OpinionBudget, SourceText
from imdsguard.model.problem import Problem
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

TO_THE_AUTHOR = "correct it as `terraform fmt` or `terraform validate` asks for"


def test_refused_by_both_it_is_the_authors_error() -> None:
    _, problems = parse_body(SourceText("a.tf", b"a = = 1\nb {\n", OpinionBudget()))
    assert [p.remedy for p in problems] == [TO_THE_AUTHOR]


def test_accepted_by_the_other_reader_alone_the_fault_may_be_ours() -> None:
    problems = (Problem("we do not know why"),)
    source = SourceText("a.tf", b"a = 1\n", OpinionBudget())
    assert with_second_opinion(source, problems) == (Problem("we do not know why", None, DISAGREED),)


def test_without_a_budget_nobody_is_asked() -> None:
    problems = (Problem("we do not know why"),)
    assert with_second_opinion(SourceText("a.tf", b"a = 1\n"), problems) == problems


def test_texts_too_large_or_too_deep_are_not_asked_about() -> None:
    assert accepted("a = 1\n", OpinionBudget())
    assert not accepted("#" * MAX_ASKED + "\n", OpinionBudget())
    assert not accepted("a = " + "[" * 5000 + "]" * 5000 + "\n", OpinionBudget())


def test_what_a_run_may_ask_is_bounded_for_all_its_texts_and_said_when_it_is_spent() -> None:
    budget = OpinionBudget(12)
    problems = (Problem("one", None, "mend it"), Problem("two"))

    def asked(text: str) -> tuple[Problem, ...]:
        return with_second_opinion(SourceText("a.tf", text.encode(), budget), problems)

    assert [p.remedy for p in asked("a = 1\n")] == [DISAGREED, DISAGREED]
    assert [p.remedy for p in asked("b = 12\n")] == [f"mend it; {SPENT}", ""]
    assert [p.remedy for p in asked("c = 1\n")] == [DISAGREED, DISAGREED], "what still fits is asked"
    assert budget.left == 0
    assert [p.remedy for p in asked("d = 1\n")] == [f"mend it; {SPENT}", ""]
    assert asked("#" * (MAX_ASKED + 1)) == problems, "nobody would have been asked about that"


def test_many_broken_files_of_one_run_share_the_budget(tmp_path) -> None:
    broken = "}\n#" + "x" * 20_000 + "\n"
    for number in range(16):
        (tmp_path / f"m{number:02}.tf").write_text(broken)
    (tmp_path / "main.tf").write_text('resource "aws_instance" "x" {}\n')
    problems = read(["."], Inputs(working_directory=str(tmp_path)), frozenset({"aws_instance"})).problems
    spent = [problem.place.file for problem in problems if problem.place and SPENT in problem.remedy]
    fits = MAX_ASKED // len(broken)
    assert spent == [f"m{number:02}.tf" for number in range(fits, 16)]


def test_an_expression_that_nobody_was_asked_about_says_so(tmp_path) -> None:
    budget = OpinionBudget(4)
    body, _ = parse_body(SourceText("a.tf", b"a = 1 +\n", budget))
    attribute = body.attribute("a")
    assert attribute is not None
    with pytest.raises(Exception, match="python-hcl2, the second reader, was not asked"):
        attribute.expression.node()
