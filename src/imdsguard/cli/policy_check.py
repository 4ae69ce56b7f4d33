"""What `imdsguard policy check` says of one policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.policy.errors import PolicyError
from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.policy.policy import Policy
    from imdsguard.policy.read import ResolvedPolicy

AHEAD = 14
"""Days before an exemption's end from which on it is named."""


def checked(file: str | None, checks: Sequence[str]) -> tuple[list[str], bool]:
    """Give the lines to say of a policy, and whether it can be used. Raises `RuleError` for a bad folder of rules."""
    from imdsguard.policy.read import find_policy

    try:
        resolved = find_policy(file, ".")
        policy = bound(resolved, checks)
    except PolicyError as error:
        return [escape(str(each)) for each in error.all()], False
    return [f"{escape(policy.name)}: fine{_made_of(resolved)}", *ends(policy)], True


def bound(resolved: ResolvedPolicy, checks: Sequence[str]) -> Policy:
    """Join a policy with every rule there is, so that nothing it says stays unread. Raises `PolicyError`."""
    from imdsguard.policy.errors import Complaints
    from imdsguard.run.rules import load_rules, rule_files

    files = rule_files(checks)
    wrong = Complaints()
    wrong.attempt(resolved.select, files, lambda: load_rules(files))
    known = [rule for rule in resolved.document.entries if rule in files]
    policy = wrong.attempt(resolved.bind, load_rules(files, known))
    wrong.settle()
    assert policy is not None
    return policy


def _made_of(resolved: ResolvedPolicy) -> str:
    document = resolved.document
    others = ", ".join(layer.name for layer in reversed(resolved.layers[:-1]))
    from imdsguard.report.text import plural

    counts = [
        plural(len(items), one)
        for one, items in (
            ("rule", resolved.layers[-1].document.entries),
            ("requirement", document.requirements),
            ("exemption", document.exemptions),
            ("estate", document.assumptions.estates),
        )
        if items
    ]
    extends = [f"extends {escape(others)}"] if others else []
    said = "; ".join([*extends, *([", ".join(counts)] if counts else [])])
    return f" ({said})" if said else ""


def ends(policy: Policy) -> list[str]:
    """Name the exemptions that have ended, and those that soon will."""
    if not policy.exemptions:
        return []
    from imdsguard.policy.exempt import ending
    from imdsguard.run.today import today

    day = today()
    over = [each for each in policy.exemptions if each.over(day)]
    soon = ending(policy, day, today(AHEAD))
    said = [(each, "ended on") for each in over] + [(each, "ends on") for each in soon]
    return [escape(f"{each.place}: the exemption of {each} {ends} {each.expires}") for each, ends in said]
