"""The page of a rule as Markdown: what it checks, what a policy can set, and which controls ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.rule import Rule

OUR_MAPPING = "(our mapping)"
MAPPED = 'Where it says "our mapping", the control is about the same danger; its own text does not name this check.'


def rule_page(rule_id: str, policy: str | None = None, checks: Sequence[str] = ()) -> str:
    """Give the page of the rule with this id: one of ours, of the folders `checks`, or one that no file holds.

    `policy` is a path or a name, None for the policy that counts in the working directory; it is read only if no file
    holds the rule. Raises `UsageError` for an id that no rule has, `PolicyError` and `RuleError`.
    """
    from imdsguard.run.rules import load_rules, rule_files

    files = rule_files(checks)
    if rule_id in files:
        return page_of(load_rules(files, [rule_id])[0])
    others = rules_without_a_file(policy)
    if rule_id not in others:
        from imdsguard.policy.errors import nearest

        raise UsageError(f'There is no rule "{rule_id}"{nearest(rule_id, (*files, *others))}')
    return page_of(others[rule_id])


def rules_without_a_file(policy: str | None) -> dict[str, Rule]:
    """Give the rules that no file holds: what the policy requires, and what is said of exemptions and comments."""
    from imdsguard.policy.exempt import rules_of_exemptions
    from imdsguard.policy.read import find_policy
    from imdsguard.suppress.rules import rules_of_comments

    own = find_policy(policy, ".").own_rules()
    return {rule.id: rule for rule in (*rules_of_exemptions(), *rules_of_comments(), *own)}


def page_of(rule: Rule) -> str:
    """Give the whole page as Markdown: the docstring under the rule's name, what a policy can set, controls."""
    parts = [f"# {rule.id}", f"Severity: {rule.severity.value}", rule.page]
    if rule.parameters is not None:
        from imdsguard.policy.parameters import in_yaml, name_of, parameter_types

        default = rule.parameters()
        lines = [
            f"- `{name}`: {name_of(kind)} (default: {in_yaml(getattr(default, name))})"
            for name, kind in parameter_types(rule).items()
        ]
        parts += ["## Parameters", (rule.parameters.__doc__ or "").strip(), "\n".join(lines)]
    if rule.controls:
        parts.append(controls_part(rule.controls))
    return "\n\n".join(part for part in parts if part) + "\n"


def controls_part(controls: Mapping[str, Sequence[str]]) -> str:
    """Give the part of a page on controls; frameworks whose name ends in `(our mapping)` do not say so themselves."""
    lines = "\n".join(f"- {name}: {', '.join(ids)}" for name, ids in controls.items())
    mapped = any(name.endswith(OUR_MAPPING) for name in controls)
    return f"## Controls\n\n{lines}" + (f"\n\n{MAPPED}" if mapped else "")
