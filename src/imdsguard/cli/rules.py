"""`imdsguard rules`: which rules there are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from imdsguard.cli.exits import CLEAN
from imdsguard.cli.grouped_help import GroupedCommand
from imdsguard.cli.options import checks_option, color_option, policy_option
from imdsguard.cli.output import style_for
from imdsguard.cli.streams import write_out

if TYPE_CHECKING:
    from imdsguard.model.rule import Rule
    from imdsguard.policy.policy import Policy
    from imdsguard.report.style import Style


@click.command("rules", cls=GroupedCommand, short_help="List the rules.")
@policy_option
@checks_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
def command(policy: str | None, checks: tuple[str, ...], form: str, no_color: bool) -> int:
    """List every rule with its severity under the policy (`off` for those that the policy leaves out).

    The last ones are those by which exemptions and comments in the code are reported.

    \b
    Examples:
      imdsguard rules
      imdsguard rules --policy strict --format json
    """  # noqa: D301
    from imdsguard.policy.exempt import rules_of_exemptions
    from imdsguard.policy.read import find_policy
    from imdsguard.run.rules import load_rules, rule_files
    from imdsguard.suppress.rules import rules_of_comments

    resolved = find_policy(policy, ".")
    files = rule_files(checks)
    rules = load_rules(files)
    resolved.select(files, lambda: rules)  # refuses rules that are not there
    chosen = resolved.bind(rules)
    rules = tuple(
        {each.id: each for each in (*rules, *chosen.rules, *rules_of_exemptions(), *rules_of_comments())}.values()
    )
    if form == "json":
        write_out(_json(rules, chosen))
    else:
        write_out(_text(rules, chosen, style_for(sys.stdout, no_color=no_color)))
    return CLEAN


def _severity(rule: Rule, policy: Policy) -> str:
    setting = policy.setting(rule.id)
    return "off" if setting.off else (setting.severity or rule.severity).value


def _text(rules: tuple[Rule, ...], policy: Policy, style: Style) -> str:
    from imdsguard.report.escape import escape

    width = max((len(rule.id) for rule in rules), default=0)
    lines = []
    for rule in rules:
        word = _severity(rule, policy)
        lines.append(f"{rule.id:{width}}  {style.severity(word, f'{word:7}')}  {escape(rule.summary)}\n")
    return "".join(lines)


def _json(rules: tuple[Rule, ...], policy: Policy) -> str:
    from imdsguard.report.json import json_text
    from imdsguard.run.stamping import stamp

    document = {"schema": "imdsguard/rules/v1", "policy": policy.name, "rules": [_entry(r, policy) for r in rules]}
    return json_text(document, stamp())


def _entry(rule: Rule, policy: Policy) -> dict[str, Any]:
    setting = policy.setting(rule.id)
    return {
        "id": rule.id,
        "severity": _severity(rule, policy),
        "declared_severity": rule.severity.value,
        "on_unknown": (setting.on_unknown or policy.on_unknown).value,
        "summary": rule.summary,
        "subject": rule.subject,
        "parameters": _parameters(rule, setting.parameters),
        "controls": {name: list(ids) for name, ids in rule.controls.items()},
    }


def _parameters(rule: Rule, given: object | None) -> dict[str, Any]:
    if rule.parameters is None:
        return {}
    from imdsguard.policy.parameters import name_of, parameter_types

    default = rule.parameters()
    return {
        name: {
            "type": name_of(kind),
            "default": _jsonable(getattr(default, name)),
            "value": _jsonable(getattr(given if given is not None else default, name)),
        }
        for name, kind in parameter_types(rule).items()
    }


def _jsonable(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    if isinstance(value, (frozenset, set)):
        return sorted((_jsonable(item) for item in value), key=str)
    return getattr(value, "value", value)
