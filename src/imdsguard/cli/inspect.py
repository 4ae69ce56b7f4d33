"""`imdsguard inspect`: the estate itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
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

if TYPE_CHECKING:
    from imdsguard.run.filters import Filters
    from imdsguard.run.reading import Reading


@click.command("inspect", cls=OrderedCommand, short_help="Show every launch with its effective settings.")
@input_options
@policy_option
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=completion.filters,
    help="Show only what matches: state=optional, root=GLOB, type=GLOB. Can be repeated: of one key one must match, of "
    "different keys all.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "markdown"]),
    default="text",
    show_default=True,
    help="What stdout gets.",
)
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
    filters: tuple[str, ...],
    form: str,
    strict_unseen: bool,
    no_color: bool,
) -> int:
    """Show what will be launched: state, effective metadata options, where each was set, and the alarm that watches.

    A PATH is what it is for `imdsguard scan`. No rule is asked, and of the policy only `estates` and `assume`
    count. A filter shortens what is shown, and no exit code: Region defaults, alarms and blocks that make nothing have
    no state. Globs on root modules are those of policies (`*` within a folder's name, `**` any number of folders).

    \b
    Examples:
      imdsguard inspect
      imdsguard inspect stacks/web --var-file prod.tfvars
      imdsguard inspect --filter state=optional --filter type=aws_launch_template
      imdsguard inspect --format csv > launches.csv
      imdsguard inspect --format json | jq '.launches[] | select(.state != "required")'

    Exit codes: 0, or 2 if something could not be read.
    """  # noqa: D301
    from imdsguard.run.config import assumptions_of
    from imdsguard.run.filters import parse_filters
    from imdsguard.run.reading import read

    chosen = parse_filters(filters)
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
    assumptions = assumptions_of(policy)
    found = read(paths, inputs, assumptions, stdin=read_stdin() if "-" in paths else None)
    write_out(_shown(found, chosen, form, no_color=no_color))
    write_notes(found.notes)
    write_problems(found.told_problems, no_color=no_color)
    write_unseen(found.unseen, no_color=no_color)
    return PROBLEM if found.problems or (strict_unseen and found.unseen) else CLEAN


def _shown(found: Reading, filters: Filters, form: str, *, no_color: bool) -> str:
    whole, problems = found.estate, found.told_problems
    estate, not_made = filters.of_estate(whole), filters.of_not_made(found.not_made)
    if form == "json":
        from imdsguard.report.json import inspect_json
        from imdsguard.run.stamping import stamp_of

        return inspect_json(estate, problems, found.unseen, not_made, found.no_launch, whole, stamp_of(found))
    if form == "csv":
        from imdsguard.report.estate_csv import estate_csv

        return estate_csv(estate, problems, not_made)
    if form == "markdown":
        from imdsguard.report.estate_markdown import estate_markdown

        return estate_markdown(estate, problems, not_made, found.no_launch, whole)
    from shutil import get_terminal_size

    from imdsguard.report.estate import estate_text

    width = get_terminal_size().columns if sys.stdout.isatty() else None
    style = style_for(sys.stdout, no_color=no_color)
    return estate_text(estate, style, width, not_made, found.no_launch, whole)
