"""A second opinion from python-hcl2 on refused text: the fault may be the author's, or ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.model.problem import Problem

MAX_CHARACTERS = 200_000
"""Longer texts are not asked about: python-hcl2 reads 75 to 150 KB a second, and in places quadratically."""

MAX_EXPRESSION = 5_000
"""The bound for one expression; `Source.opinions` bounds their number in a file."""

MAX_NESTING = 100
"""Text that nests deeper is not asked about: python-hcl2 recurses, and may end the process when the stack is large."""

DISAGREED = (
    "python-hcl2 accepts this text: if `terraform validate` does, too, the fault is imdsguard's; "
    "please report it with this piece of the file"
)


def with_second_opinion(text: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Give the problems of a file in native syntax; where python-hcl2 accepts the text, their remedy says so.

    Refused by both, it is the author's error, and the problems stay as they are. (What python-hcl2 accepts need not be
    right: it is the more lenient reader.) The library is imported only here, and only if there is a problem.
    """
    if not problems or not accepted(text):
        return problems
    return tuple(replace(problem, remedy=DISAGREED) for problem in problems)


def accepted(text: str) -> bool:
    """Whether python-hcl2 reads the text. False also for text that is too long or too deep to ask about."""
    if len(text) > MAX_CHARACTERS or _nesting(text) > MAX_NESTING:
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
