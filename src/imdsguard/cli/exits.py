"""Exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.model.severity import Severity

CLEAN = 0
FOUND = 1
PROBLEM = 2
INTERRUPTED = 130
SIGNALLED = 128
"""Of what a signal has ended: this plus the signal's number."""
TERMINATED = SIGNALLED + 15
"""SIGTERM."""


def exit_code(findings: Iterable[Finding], problems: Sequence[Problem], fail_on: Severity | None) -> int:
    """Problems count most: a run that could not check everything must not look like one that found only a little.

    Those that are known are told, and do not count.
    """
    if any(not problem.known for problem in problems):
        return PROBLEM
    if fail_on is None:
        return CLEAN
    counted = (f for f in findings if f.verdict is not Verdict.PASS and f.suppressed is None)
    return FOUND if any(f.severity.at_least(fail_on) for f in counted) else CLEAN
