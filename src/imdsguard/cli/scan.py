"""`imdsguard scan`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imdsguard.cli.options import OrderedCommand, input_options, inputs_of, report_options

if TYPE_CHECKING:
    from imdsguard.cli.options import ReportOptions


@click.command("scan", cls=OrderedCommand, short_help="Check Terraform code, plans and states.")
@input_options
@click.option(
    "--run-terraform",
    is_flag=True,
    help="For a PATH that is a binary plan, run `terraform show -json` in this folder. It starts the providers that "
    "are installed here.",
)
@report_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    exclude: tuple[str, ...],
    source: str | None,
    run_terraform: bool,
    reporting: ReportOptions,
) -> int:
    """Check every launch in Terraform code, plan JSON and state JSON.

    A PATH is a folder (all root modules in it are checked), a Terraform file (its root module is checked), the output
    of `terraform show -json` (also as gzip, in UTF-16 or behind the lines of setup-terraform's wrapper), a
    terraform.tfstate, or `-` for one of these on stdin. Without a PATH it is this folder. Nothing is run (but see
    --run-terraform), and nothing is asked of the network.

    \b
    Examples:
      imdsguard scan
      imdsguard scan stacks/web --var-file prod.tfvars
      terraform show -json tfplan | imdsguard scan -
      imdsguard scan --run-terraform tfplan
      imdsguard scan --policy strict --output json=findings.json

    Exit codes: 0 nothing found at or above the threshold, 1 findings, 2 something could not be checked.
    """  # noqa: D301
    from imdsguard.cli.reporting import prepared, report
    from imdsguard.cli.streams import read_stdin
    from imdsguard.run.reading import read

    config = prepared(reporting)
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source)
    stdin = read_stdin() if "-" in paths else None
    return report(
        read(paths, inputs, config.policy.assumptions, stdin=stdin, run_terraform=run_terraform), config, reporting
    )
