"""What python-hcl2 says of text that our reader refuses: is the fault the author's, or ours?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.source import Source
    from imdsguard.model.problem import Problem

MAX_CHARACTERS = 200_000
"""Longer texts are not asked about: python-hcl2 reads 75 to 150 KB a second, and in places quadratically."""

MAX_NESTING = 100
"""Text that nests deeper is not asked about: python-hcl2 recurses, and may end the process when the stack is large."""

REPORT = "the fault may be imdsguard's: please report it with this piece of the file"


def with_second_opinion(source: Source, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Give the problems of a file in native syntax, with a note where python-hcl2 reads the text that we refuse.

    Refused by both, it is the author's error, and the problems stay as they are. The library is imported only here.
    """
    if not problems or source.problems or not accepted(source.text):
        return problems
    return tuple(
        replace(problem, message=f"{problem.message} (but another reader of HCL accepts it)", remedy=REPORT)
        for problem in problems
    )


def accepted(text: str) -> bool:
    """Whether python-hcl2 reads the text. False also for text that is too long or too deep to ask about."""
    if len(text) > MAX_CHARACTERS or _nesting(text) > MAX_NESTING:
        return False
    try:
        import hcl2

        hcl2.parses(text.replace("\r\n", "\n") + "\n")
    except (Exception, RecursionError):  # whatever another parser raises on hostile text means that it did not read it
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
