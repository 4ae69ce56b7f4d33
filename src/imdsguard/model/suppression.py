"""Why a finding does not count."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


class Means(str, Enum):
    """By what a finding is taken out of the count.

    `COMMENT`: a comment in the code; `EXEMPTION`: an entry of the policy; `BASELINE`: a file of findings that were
    there when it was written; `UNCHANGED`: the revision that `--changed-since` names has the same finding.
    """

    COMMENT = "comment"
    EXEMPTION = "exemption"
    BASELINE = "baseline"
    UNCHANGED = "unchanged"


class SuppressionState(str, Enum):
    """What becomes of a comment or an exemption.

    `IDLE`: nothing can be said of a comment, for its rule is off or its block makes no resource.
    """

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"
    INVALID = "invalid"
    IDLE = "idle"


@record(frozen=True, slots=True)
class Suppression:
    """What takes a finding out of the count. `until` is the last day on which it does (ISO 8601), None: no end."""

    means: Means
    reason: str
    place: Place | None = None
    until: str | None = None

    def __str__(self) -> str:
        until = f" (until {self.until})" if self.until else ""
        where = f", {self.place}" if self.place else ""
        return f"by {_NAMES[self.means]}{where}: {self.reason}{until}"


_NAMES = {
    Means.COMMENT: "a comment",
    Means.EXEMPTION: "the policy's exemption",
    Means.BASELINE: "the baseline",
    Means.UNCHANGED: "what was there before",
}
