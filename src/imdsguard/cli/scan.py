"""`imdsguard scan`: the main job."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from imdsguard.cli.options import OrderedCommand, input_options, variables_order
from imdsguard.cli.reporting import report_options

if TYPE_CHECKING:
    from imdsguard.run.config import Reporting


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
    workspace: str,
    exclude: tuple[str, ...],
    source: str | None,
    run_terraform: bool,
    reporting: Reporting,
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
    from imdsguard.cli.reporting import conclude, open_gate
    from imdsguard.run.reading import make_inputs, read_estate

    gate = open_gate(reporting)
    inputs = make_inputs(var_files, variables, variables_order(ctx), workspace, exclude, source)
    if not run_terraform:
        return conclude(read_estate(paths, inputs, gate.policy.assumptions), gate)
    from imdsguard.run.binary_plans import shown

    documents, problems = shown(paths)
    found = read_estate(paths, replace(inputs, documents=documents), gate.policy.assumptions)
    return conclude(replace(found, problems=found.problems + problems), gate)
