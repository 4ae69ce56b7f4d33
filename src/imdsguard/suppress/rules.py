"""The rules by whose ids comments are reported: what reads the comments makes their findings, no launch is asked."""

from __future__ import annotations

from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity

INVALID = "suppression-invalid"
EXPIRED = "suppression-expired"
UNUSED = "suppression-unused"

_PAGES = {
    INVALID: (
        Severity.WARNING,
        """A comment is meant to suppress something, and does not.

It gives no reason or an impossible day, names a rule that is not there or one that the policy keeps from being
suppressed, or stands where nothing can be found. The form is `# imdsguard: ignore[rule-id] until=YYYY-MM-DD reason`,
above or in a resource, a data source or a module call; `until=` may be left out.""",
    ),
    EXPIRED: (
        Severity.WARNING,
        """The last day of a comment that suppresses something is over.

What it took out of the count counts again. Put the finding right, or give the comment a new day and a new reason.""",
    ),
    UNUSED: (
        Severity.NOTE,
        """A comment suppresses nothing.

The rule that it names finds nothing in what it is about. Remove it: it would hide what comes later.""",
    ),
}


def rules_of_comments() -> tuple[Rule, ...]:
    """Give the three rules. They declare what a policy can overrule, and have a page."""
    return tuple(Rule(name, "", severity, page, _nothing, ("Estate",)) for name, (severity, page) in _PAGES.items())


def severity_of(rule: str) -> Severity:
    """How bad one of them is where the policy does not say."""
    return _PAGES[rule][0]


def _nothing(_: object) -> tuple[()]:
    return ()
