"""`imdsguard suppressions`: what is taken out of the count, by what, and whether it is still needed."""

from __future__ import annotations

import sys

import click

from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    checks_option,
    color_option,
    comments_options,
    input_options,
    inputs_of,
    policy_option,
)


@click.command(
    "suppressions", cls=OrderedCommand, short_help="List what comments and exemptions take out of the count."
)
@input_options
@policy_option
@checks_option
@comments_options[0]
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
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
    policy: str | None,
    checks: tuple[str, ...],
    honor_comments: tuple[str, ...],
    form: str,
    no_color: bool,
    source: str | None,
) -> int:
    """List every comment in the code and every exemption of the policy that takes findings out of the count.

    Each is used, unused, expired, invalid (it cannot count, and why) or idle (its rule is off, or nothing is made of
    the block it stands at).

    \b
    Examples:
      imdsguard suppressions
      imdsguard suppressions stacks/web --format json
      imdsguard suppressions --honor-comments checkov,trivy

    Exit codes: 0, or 2 if something could not be read.
    """  # noqa: D301
    from imdsguard.cli.output import style_for, write_problems
    from imdsguard.cli.streams import read_stdin, write_out
    from imdsguard.report.suppressions import suppressions_json, suppressions_text
    from imdsguard.run.config import ScanOptions, prepare
    from imdsguard.run.reading import read
    from imdsguard.run.stamping import stamp
    from imdsguard.run.suppressions import list_suppressions

    config = prepare(policy, ScanOptions(checks=checks, honor_comments=honor_comments))
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
    stdin = read_stdin() if "-" in paths else None
    reading = read(paths, inputs, config.policy.assumptions, stdin=stdin)
    found, problems = list_suppressions(reading, config)
    if form == "json":
        write_out(suppressions_json(found, problems, reading.unseen, stamp(paths)))
    else:
        write_out(suppressions_text(found, style_for(sys.stdout, no_color=no_color)))
    write_problems(problems, no_color=no_color)
    return PROBLEM if problems else CLEAN
