"""How bad a finding is, and how sure a rule is of it."""

from __future__ import annotations

from enum import Enum


class Severity(str, Enum):
    """How bad a finding is, worst first. Apart from confidence: how sure we are."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other`, or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class Confidence(str, Enum):
    """How sure a rule is of its verdict."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
