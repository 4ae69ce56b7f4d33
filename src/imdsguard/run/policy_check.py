"""Whether a policy can be used with the rules there are, what is wrong with it, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.policy.errors import PolicyError
from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.policy.policy import Policy
    from imdsguard.policy.read import ResolvedPolicy

AHEAD = 14
"""Days before an exemption's end from which on it is named."""


@record(frozen=True, slots=True)
class CheckedPolicy:
    """Lines on one policy, escaped for a terminal, and whether it can be used."""

    lines: tuple[str, ...]
    usable: bool


def check_policy(file: str | None, checks: Sequence[str] = ()) -> CheckedPolicy:
    """Read a policy and all it extends, and bind it to every rule there is.

    `file` is a path or the name of a shipped policy; None for the one that counts in the working directory. `checks`
    are folders with more rules. Raises `RuleError` for such a folder that cannot be used; what is wrong with the policy
    is one line each, `FILE:LINE:COLUMN: MESSAGE`.
    """
    from imdsguard.policy.read import find_policy

    try:
        resolved = find_policy(file, ".")
        policy = bind_to_all(resolved, checks)
    except PolicyError as error:
        return CheckedPolicy(tuple(escape(str(each)) for each in error.all()), usable=False)
    return CheckedPolicy((f"{escape(policy.name)}: fine{_made_of(resolved)}", *exemption_ends(policy)), usable=True)


def merged_policy(file: str | None) -> str:
    """Give YAML that means the same as a policy with all that it extends. `file` as for `check_policy`.

    Raises `PolicyError`.
    """
    from imdsguard.policy.merged_yaml import merged_yaml
    from imdsguard.policy.read import find_policy

    resolved = find_policy(file, ".")
    on: tuple[str, ...] = ()
    if resolved.document.selection is not None:
        from imdsguard.run.rules import load_rules, rule_files

        files = rule_files()
        on = resolved.select(files, lambda: load_rules(files))
    return merged_yaml(resolved, on)


def bind_to_all(resolved: ResolvedPolicy, checks: Sequence[str]) -> Policy:
    """Bind a policy to every rule there is, ours and those in the folders `checks`: nothing it says stays unread.

    Raises `PolicyError` with everything that is wrong, and `RuleError` for a folder of rules that cannot be used.
    """
    from imdsguard.policy.errors import Complaints
    from imdsguard.run.rules import load_rules, rule_files

    files = rule_files(checks)
    wrong = Complaints()
    wrong.attempt(resolved.select, files, lambda: load_rules(files))
    known = [rule for rule in resolved.document.entries if rule in files]
    policy = wrong.attempt(resolved.bind, load_rules(files, known))
    wrong.raise_if_any()
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
            ("stack", document.assumptions.stacks),
        )
        if items
    ]
    extends = [f"extends {escape(others)}"] if others else []
    said = "; ".join([*extends, *([", ".join(counts)] if counts else [])])
    return f" ({said})" if said else ""


def exemption_ends(policy: Policy) -> list[str]:
    """Give a line for each exemption that has ended, and for each that ends within `AHEAD` days."""
    if not policy.exemptions:
        return []
    from imdsguard.policy.exempt import ending
    from imdsguard.run.today import today

    day = today()
    over = [each for each in policy.exemptions if each.over(day)]
    soon = ending(policy, day, today(AHEAD))
    said = [(each, "ended on") for each in over] + [(each, "ends on") for each in soon]
    return [escape(f"{each.place}: the exemption of {each} {ends} {each.expires}") for each, ends in said]
