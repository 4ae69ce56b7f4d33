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
    strict_unseen_option,
)
from imdsguard.cli.output import style_for, write_notes, write_problems, write_unseen
from imdsguard.cli.readiness_options import saved_options, saved_reader
from imdsguard.cli.streams import read_stdin, write_out
from imdsguard.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.run.reading import Reading
    from imdsguard.terraform.inputs import Inputs


@click.command("explain", cls=OrderedCommand, short_help="Say what a rule is about, or why a launch is what it is.")
@click.argument("subject", metavar="RULE|ADDRESS", shell_complete=completion.rules)
@input_options
@saved_options
@policy_option
@checks_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@strict_unseen_option
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    subject: str,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    exclude: tuple[str, ...],
    source: str | None,
    readiness_file: str | None,
    readiness_max_age: str,
    policy: str | None,
    checks: tuple[str, ...],
    form: str,
    strict_unseen: bool,
    no_color: bool,
) -> int:
    """Print the page of a RULE: what it checks, why, wrong and right code, how to fix it, its parameters.

    For the ADDRESS of a launch: which layer says what, what wins, who watches it, what would change the answer. A PATH
    is what it is for `imdsguard scan`. `imdsguard rules` lists the rules, `imdsguard inspect` the launches.

    \b
    Examples:
      imdsguard explain instance-tokens-optional
      imdsguard explain aws_instance.web stacks/web --var-file prod.tfvars
      imdsguard explain aws_instance.web --readiness-file readiness.json
    """  # noqa: D301
    if "." in subject:
        inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
        put = saved_reader(readiness_file, readiness_max_age, evidence=True)
        return explain_address(
            subject, paths, inputs, policy, form, put, strict_unseen=strict_unseen, no_color=no_color
        )
    from imdsguard.report.escape import escape_lines
    from imdsguard.run.rule_page import rule_page

    found = rule_page(subject, policy, checks)
    if paths or form != "text":
        raise click.UsageError("The page of a rule needs no PATH, and is text")
    page = escape_lines(found)
    colour = style_for(sys.stdout, no_color=no_color).colour
    write_out(_rendered(page) if colour else page)
    return CLEAN


def explain_address(
    address: str,
    paths: tuple[str, ...],
    inputs: Inputs,
    policy: str | None,
    form: str,
    with_readiness: Callable[[Reading], Reading],
    *,
    strict_unseen: bool,
    no_color: bool,
) -> int:
    """Print the chain of every launch with this address: several root modules may have one."""
    from imdsguard.report.explanation import ASCII, BOXES, explanations_json, explanations_text
    from imdsguard.run.config import assumptions_of
    from imdsguard.run.explaining import explain_launches
    from imdsguard.run.reading import read
    from imdsguard.run.stamping import stamp_of

    found = with_readiness(read(paths, inputs, assumptions_of(policy), stdin=read_stdin() if "-" in paths else None))
    try:
        told = explain_launches(address, found)
    except UsageError:
        write_problems(found.told_problems, no_color=no_color)
        raise
    if form == "json":
        write_out(explanations_json(told, found.estate, found.told_problems, found.unseen, stamp_of(found)))
    else:
        marks = BOXES if (getattr(sys.stdout, "encoding", "") or "").lower().startswith("utf") else ASCII
        write_out("\n".join(explanations_text(told, len({root.name for root in found.roots}) > 1, marks)))
    write_notes(found.notes)
    write_problems(found.told_problems, no_color=no_color)
    write_unseen(found.unseen, no_color=no_color)
    return PROBLEM if found.problems or (strict_unseen and found.unseen) else CLEAN


def _rendered(page: str) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    text = StringIO()
    Console(file=text, force_terminal=True).print(Markdown(page))
    return text.getvalue()
