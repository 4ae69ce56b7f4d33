"""A second opinion from python-hcl2 on refused text: the fault may be the author's, or ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.source import MAX_ASKED
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.source import OpinionBudget, SourceText
    from imdsguard.model.problem import Problem

MAX_EXPRESSION = 5_000
"""The bound for one expression; `SourceText.opinions` bounds their number in a file."""

MAX_NESTING = 100
"""Text that nests deeper is not asked about: python-hcl2 recurses, and may end the process when the stack is large."""

DISAGREED = (
    "python-hcl2 accepts this text: if `terraform validate` does, too, the fault is imdsguard's; "
    "please report it with this piece of the file"
)
SPENT = f"python-hcl2, the second reader, was not asked: it is shown no more than {MAX_ASKED:,} characters in one run"


def with_second_opinion(source: SourceText, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Give the problems of a file in native syntax; where python-hcl2 accepts the text, their remedy says so.

    Refused by both, it is the author's error, and the problems stay as they are. (What python-hcl2 accepts need not be
    right: it is the more lenient reader.) Where the run has spent what the second reader is given, the first problem
    says so. The library is imported only here, and only if there is a problem.
    """
    if not problems or source.budget is None:
        return problems
    if accepted(source.text, source.budget):
        return tuple(replace(problem, remedy=DISAGREED) for problem in problems)
    if source.budget.refused(source.text):
        first, *others = problems
        return (replace(first, remedy=f"{first.remedy}; {SPENT}" if first.remedy else SPENT), *others)
    return problems


def accepted(text: str, budget: OpinionBudget) -> bool:
    """Whether python-hcl2 reads the text. False also for text that is too long or too deep to ask about."""
    if _nesting(text) > MAX_NESTING or not budget.take(text):
        return False
    try:
        import hcl2

        hcl2.parses(text.replace("\r\n", "\n") + "\n")
    except Exception:  # whatever another parser raises on hostile text, RecursionError included: it did not read it
        return False
    return True


def _nesting(text: str) -> int:
    """How deep brackets nest at most, those in strings and comments counted, too."""
    depth = deepest = 0
    for char in text:
        if char in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}" and depth:
            depth -= 1
    return deepest
