"""When and of what a document was made."""

from __future__ import annotations

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class Stamp:
    """`generated` is a time in UTC (RFC 3339), `commit` is that of the tree that was read; None: it is not known."""

    generated: str | None = None
    commit: str | None = None


NO_STAMP = Stamp()
