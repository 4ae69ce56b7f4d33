"""`imdsguard plan`: let Terraform plan, and check the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imdsguard.cli.driving import DrivingCommand, driving_options, run_terraform, terraform_arguments
from imdsguard.cli.options import report_options
from imdsguard.cli.readiness_options import switching_options

if TYPE_CHECKING:
    from imdsguard.cli.driving import Run
    from imdsguard.cli.options import ReportOptions
    from imdsguard.cli.readiness_options import ReadinessOptions


@click.command("plan", cls=DrivingCommand, short_help="Let Terraform plan, and check the plan.")
@driving_options
@click.option("--out", metavar="FILE", help="Keep the plan in this file, mode 0600: it holds secrets in the clear.")
@switching_options
@report_options
@click.pass_context
def command(
    ctx: click.Context,
    directory: str,
    terraform: str | None,
    environment: str | None,
    out: str | None,
    switching: ReadinessOptions,
    reporting: ReportOptions,
) -> int:
    """Run terraform plan in DIR (this folder), and check what it would deploy.

    Runs init when it is needed, plan with your own arguments, and show -json; the plan is read from memory and
    removed. Terraform runs as it always does: with your credentials, and with the providers of the code. It asks
    nothing: a variable without a value is an error.

    \b
    Examples:
      imdsguard plan
      imdsguard plan stacks/web -- -var-file=prod.tfvars
      imdsguard plan stacks/web --environment prod
      imdsguard plan --readiness
      imdsguard plan --out plan.tfplan && terraform apply plan.tfplan

    Exit codes: 0 nothing found at or above the threshold, 1 findings, 2 Terraform failed or something could not be
    checked, 130 interrupted.
    """  # noqa: D301
    arguments = terraform_arguments(ctx)
    return run_terraform(
        directory, terraform, arguments, reporting, lambda run: _plan(run, out), environment, switching
    )


def _plan(run: Run, out: str | None) -> int:
    from imdsguard.terraform.driver.workdir import keep, private_plan

    with private_plan() as file:
        document = run.driver.plan(file).document
        if out is not None:
            keep(file, out)
    return run.check(document)
