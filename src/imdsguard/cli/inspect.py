"""`imdsguard inspect`: the estate itself."""

from __future__ import annotations

import sys

import click

from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    color_option,
    input_options,
    inputs_of,
    policy_option,
    strict_unseen_option,
)
from imdsguard.cli.output import style_for, write_notes, write_problems, write_unseen
from imdsguard.cli.streams import read_stdin, write_out


@click.command("inspect", cls=OrderedCommand, short_help="Show every launch with its effective settings.")
@input_options
@policy_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@strict_unseen_option
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    exclude: tuple[str, ...],
    source: str | None,
    policy: str | None,
    form: str,
    strict_unseen: bool,
    no_color: bool,
) -> int:
    """Show what will be launched: state, effective metadata options, where each was set, and the alarm that watches.

    A PATH is what it is for `imdsguard scan`. No rule is asked, and of the policy only `estates` and `assume`
    count.

    \b
    Examples:
      imdsguard inspect
      imdsguard inspect stacks/web --var-file prod.tfvars
      imdsguard inspect --format json | jq '.launches[] | select(.state != "required")'

    Exit codes: 0, or 2 if something could not be read.
    """  # noqa: D301
    from imdsguard.run.config import assumptions_of
    from imdsguard.run.reading import read

    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
    assumptions = assumptions_of(policy)
    found = read(paths, inputs, assumptions, stdin=read_stdin() if "-" in paths else None)
    if form == "json":
        from imdsguard.report.json import inspect_json

        write_out(inspect_json(found.estate, found.told_problems, found.unseen, found.not_made, found.no_launch))
    else:
        from shutil import get_terminal_size

        from imdsguard.report.estate import estate_text

        width = get_terminal_size().columns if sys.stdout.isatty() else None
        style = style_for(sys.stdout, no_color=no_color)
        write_out(estate_text(found.estate, style, width, found.not_made, found.no_launch))
    write_notes(found.notes)
    write_problems(found.told_problems, no_color=no_color)
    write_unseen(found.unseen, no_color=no_color)
    return PROBLEM if found.problems or (strict_unseen and found.unseen) else CLEAN
