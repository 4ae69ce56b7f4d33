"""`imdsguard scan`: the main job."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imdsguard.cli.options import (
    OrderedCommand,
    fetch_options,
    input_options,
    inputs_of,
    report_options,
    with_fetched_modules,
)
from imdsguard.cli.readiness_options import saved_options, saved_reader

if TYPE_CHECKING:
    from imdsguard.cli.options import ReportOptions


@click.command("scan", cls=OrderedCommand, short_help="Check Terraform code, plans and states.")
@input_options
@fetch_options
@click.option(
    "--hook",
    type=click.Choice(["new", "all"]),
    help="Check a commit, as a hook of pre-commit: each PATH is one of its files, what it deletes is asked of git, and "
    "without either there is nothing to do. `new`: only what the commit brings counts; `all`: all that is in the root "
    "modules that it touches.",
)
@saved_options
@report_options
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
    run_terraform: bool,
    get: bool,
    get_hosts: tuple[str, ...],
    hook: str | None,
    readiness_file: str | None,
    readiness_max_age: str,
    reporting: ReportOptions,
) -> int:
    """Check every launch in Terraform code, plan JSON and state JSON.

    A PATH is a folder (all root modules in it are checked), a Terraform file, or a script, a template or a table of
    values that the code reads (the root modules that use it are checked), the output of `terraform show -json` (also as
    gzip, in UTF-16 or behind the lines of setup-terraform's wrapper), a terraform.tfstate, or `-` for one of these on
    stdin. Without a PATH it is this folder. Nothing is run, and nothing is asked of the network (but see
    --run-terraform and --get).

    \b
    Examples:
      imdsguard scan
      imdsguard scan stacks/web --var-file prod.tfvars
      terraform show -json tfplan | imdsguard scan -
      imdsguard scan --run-terraform tfplan
      imdsguard scan --policy strict --output json=findings.json

    Exit codes: 0 nothing found at or above the threshold, 1 findings, 2 something could not be checked.
    """  # noqa: D301
    from imdsguard.cli.exits import CLEAN
    from imdsguard.cli.reporting import prepared, report
    from imdsguard.cli.streams import read_stdin
    from imdsguard.model.record import replace
    from imdsguard.run.reading import read
    from imdsguard.terraform.overlay import Overlay

    if hook:
        from imdsguard.run.commit import commit_of

        commit = commit_of(paths, os.environ)
        if not commit.paths:
            return CLEAN
        paths = commit.paths
        if hook == "new" and reporting.changed_since is None:
            reporting = replace(reporting, changed_since=commit.against)
    config = prepared(reporting)
    with_readiness = saved_reader(readiness_file, readiness_max_age)
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
    inputs = replace(inputs, from_hook=inputs.from_hook or hook is not None)
    if config.options.changed_since is not None:
        inputs = replace(inputs, overlay=Overlay())  # it notes what is read: of the earlier version no more is needed
    inputs = with_fetched_modules(ctx, inputs, get=get, hosts=get_hosts, quiet=reporting.quiet)
    stdin = read_stdin() if "-" in paths else None
    found = read(paths, inputs, config.policy.assumptions, stdin=stdin, run_terraform=run_terraform)
    return report(with_readiness(found), config, reporting, of_commit=hook == "new")
