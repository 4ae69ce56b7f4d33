"""`imdsguard explain`: the page of a rule, or the chain behind a launch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    checks_option,
    color_option,
    input_options,
    inputs_of,
    policy_option,
)
from imdsguard.cli.output import style_for, write_problems
from imdsguard.cli.streams import read_stdin, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.rule import Rule
    from imdsguard.terraform.inputs import Inputs


OUR_MAPPING = "(our mapping)"
MAPPED = 'Where it says "our mapping", the control is about the same danger; its own text does not name this check.'


@click.command("explain", cls=OrderedCommand, short_help="Say what a rule is about, or why a launch is what it is.")
@click.argument("subject", metavar="RULE|ADDRESS", shell_complete=completion.rules)
@input_options
@policy_option
@checks_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    subject: str,
    paths: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str,
    exclude: tuple[str, ...],
    source: str | None,
    policy: str | None,
    checks: tuple[str, ...],
    form: str,
    no_color: bool,
) -> int:
    """Print the page of a RULE: what it checks, why, wrong and right code, how to fix it, its parameters.

    For the ADDRESS of a launch: which layer says what, what wins, who watches it, what would change the answer. A PATH
    is what it is for `imdsguard scan`. `imdsguard rules` lists the rules, `imdsguard inspect` the launches.

    \b
    Examples:
      imdsguard explain instance-tokens-optional
      imdsguard explain aws_instance.web stacks/web --var-file prod.tfvars
    """  # noqa: D301
    if "." in subject:
        inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source)
        return explain_address(subject, paths, inputs, policy, form, no_color=no_color)
    from imdsguard.policy.errors import nearest
    from imdsguard.report.escape import escape_lines
    from imdsguard.run.rules import load_rules, rule_files

    files = rule_files(checks)
    others = {} if subject in files else rules_without_a_file(policy)
    if subject not in files and subject not in others:
        raise click.UsageError(f'There is no rule "{subject}"{nearest(subject, (*files, *others))}')
    if paths or form != "text":
        raise click.UsageError("The page of a rule needs no PATH, and is text")
    loaded = others[subject] if subject in others else load_rules(files, [subject])[0]
    page = escape_lines(page_of(loaded))
    colour = style_for(sys.stdout, no_color=no_color).colour
    write_out(_rendered(page) if colour else page)
    return CLEAN


def rules_without_a_file(policy: str | None) -> dict[str, Rule]:
    """Give the rules that no file holds: what the policy requires, and what is said of exemptions and comments."""
    from imdsguard.policy.exempt import rules_of_exemptions
    from imdsguard.policy.read import find_policy
    from imdsguard.suppress.rules import rules_of_comments

    own = find_policy(policy, ".").own_rules()
    return {rule.id: rule for rule in (*rules_of_exemptions(), *rules_of_comments(), *own)}


def explain_address(
    address: str, paths: tuple[str, ...], inputs: Inputs, policy: str | None, form: str, *, no_color: bool
) -> int:
    """Print the chain of every launch with this address: several root modules may have one."""
    from imdsguard.aws.precedence.explanation import explain
    from imdsguard.policy.errors import nearest
    from imdsguard.report.explanation import ASCII, BOXES, explanation_text, explanations_json
    from imdsguard.run.config import assumptions_of
    from imdsguard.run.reading import read

    assumptions = assumptions_of(policy)
    found = read(paths, inputs, assumptions, stdin=read_stdin() if "-" in paths else None)
    launches = [launch for launch in found.estate.launches if launch.address == address]
    if not launches:
        write_problems(found.problems, no_color=no_color)
        known = {launch.address for launch in found.estate.launches}
        raise click.UsageError(f'Nothing is launched by "{address}"{nearest(address, known) if known else ""}')
    told = [explain(launch, found.estate) for launch in launches]
    if form == "json":
        write_out(explanations_json(told, found.estate, found.problems))
    else:
        marks = BOXES if (getattr(sys.stdout, "encoding", "") or "").lower().startswith("utf") else ASCII
        write_out("\n".join(explanation_text(each, len(found.roots) > 1, marks) for each in told))
    write_problems(found.problems, no_color=no_color)
    return PROBLEM if found.problems else CLEAN


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
        parts.append(controls_part(rule.controls))
    return "\n\n".join(part for part in parts if part) + "\n"


def controls_part(controls: Mapping[str, Sequence[str]]) -> str:
    """Give the part of a page on controls; frameworks whose name ends in `(our mapping)` do not say so themselves."""
    lines = "\n".join(f"- {name}: {', '.join(ids)}" for name, ids in controls.items())
    mapped = any(name.endswith(OUR_MAPPING) for name in controls)
    return f"## Controls\n\n{lines}" + (f"\n\n{MAPPED}" if mapped else "")


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
