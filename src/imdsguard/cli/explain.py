"""`imdsguard explain`: the page of a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import CLEAN
from imdsguard.cli.options import checks_option, color_option
from imdsguard.cli.output import style_for, write_out

if TYPE_CHECKING:
    from imdsguard.model.rule import Rule


@click.command("explain", short_help="Say what a rule is about and how to put it right.")
@click.argument("rule", metavar="RULE")
@checks_option
@color_option
def command(rule: str, checks: tuple[str, ...], no_color: bool) -> int:
    """Print the page of a RULE: what it checks, why, wrong and right code, how to fix it, its parameters.

    `imdsguard rules` lists the rules.

    \b
    Example:
      imdsguard explain instance-tokens-optional
    """  # noqa: D301
    from imdsguard.loader import load_rules, rule_files
    from imdsguard.policy.errors import nearest

    files = rule_files(checks)
    if rule not in files:
        raise click.UsageError(f'There is no rule "{rule}"{nearest(rule, files)}')
    (loaded,) = load_rules(files, [rule])
    page = page_of(loaded)
    colour = style_for(sys.stdout, no_color=no_color).colour
    write_out(_rendered(page) if colour else page)
    return CLEAN


def page_of(rule: Rule) -> str:
    """Give the whole page as Markdown: the docstring under the rule's name, what a policy can set, controls."""
    parts = [f"# {rule.id}", f"Severity: {rule.severity.value}", rule.page]
    if rule.parameters is not None:
        from imdsguard.policy.parameters import name_of, parameter_types

        default = rule.parameters()
        lines = [
            f"- `{name}`: {name_of(kind)} (default: {_plain(getattr(default, name))})"
            for name, kind in parameter_types(rule).items()
        ]
        parts += ["## Parameters", (rule.parameters.__doc__ or "").strip(), "\n".join(lines)]
    if rule.controls:
        parts += ["## Controls", "\n".join(f"- {name}: {', '.join(ids)}" for name, ids in rule.controls.items())]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(value: object) -> str:
    """Give a default as a policy would write it."""
    if isinstance(value, (tuple, list, frozenset, set)):
        return f"[{', '.join(_plain(item) for item in value)}]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))


def _rendered(page: str) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    text = StringIO()
    Console(file=text, force_terminal=True).print(Markdown(page))
    return text.getvalue()
