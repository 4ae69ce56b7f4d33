"""An edit that makes findings go away, and why others have none."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem


class Applicability(str, Enum):
    """`UNSAFE`: it reaches further launches, replaces something, or breaks what the code shows."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@record(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` (exclusive) of a file are replaced by `text`, in UTF-8.

    `file` is a POSIX path relative to the working directory; offsets count from 0, a byte order mark included.
    """

    file: str
    start: int
    end: int
    text: str


@record(frozen=True, slots=True)
class Fix:
    """Edits that were proved to make `findings` go away, and to do nothing else but what `title` says.

    `why_unsafe` has a sentence for each reason; safe ones have none. `then` are findings that follow from the change
    and were not there before: calls that now matter, an alarm that is now wanted. `second_reader` says whether
    python-hcl2 has seen the same difference: it does not read every file that Terraform reads.
    """

    rule: str
    title: str
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]
    why_unsafe: tuple[str, ...] = ()
    then: tuple[Finding, ...] = ()
    second_reader: bool = True

    @property
    def applicability(self) -> Applicability:
        """Whether it can be applied without a thought."""
        return Applicability.UNSAFE if self.why_unsafe else Applicability.SAFE


@record(frozen=True, slots=True)
class Unfixed:
    """A finding without a proved edit, and why in one sentence. `no_edits`: nobody has written edits for its rule."""

    finding: Finding
    reason: str
    no_edits: bool = False


@record(frozen=True, slots=True)
class Fixes:
    """All that a run can mend, and what not. `offered` are the fixes that count: unsafe ones only if asked for.

    `left_out` are the unsafe ones that were not asked for. `before` and `after` are the contents of the files that the
    offered fixes edit, by file. `prefix` leads from the top of the repository to the working directory.
    """

    offered: tuple[Fix, ...] = ()
    left_out: tuple[Fix, ...] = ()
    unfixed: tuple[Unfixed, ...] = ()
    problems: tuple[Problem, ...] = ()
    before: tuple[tuple[str, bytes], ...] = ()
    after: tuple[tuple[str, bytes], ...] = ()
    prefix: str = ""
