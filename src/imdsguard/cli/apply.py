"""`imdsguard apply`: let Terraform plan, check the plan, and apply that very plan if it passes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli.driving import DrivingCommand, driving_options, run_terraform, say, terraform_arguments
from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import report_options
from imdsguard.cli.readiness_options import switching_options

if TYPE_CHECKING:
    from imdsguard.cli.driving import Run
    from imdsguard.cli.options import ReportOptions
    from imdsguard.cli.readiness_options import ReadinessOptions


@click.command("apply", cls=DrivingCommand, short_help="Let Terraform plan, check the plan, apply it if it passes.")
@driving_options
@click.option("-auto-approve", "--auto-approve", "approved", is_flag=True, help="Apply without asking.")
@switching_options
@report_options
@click.pass_context
def command(
    ctx: click.Context,
    directory: str,
    terraform: str | None,
    environment: str | None,
    approved: bool,
    switching: ReadinessOptions,
    reporting: ReportOptions,
) -> int:
    """Run terraform plan in DIR (this folder), check the plan, and apply it only if the policy passes.

    What is applied is the plan that was checked, and no other: its file is in a folder that nobody else can read, and
    its SHA-256 is compared. Findings, or anything that could not be checked, and nothing is applied. Terraform's plan
    and what it does are shown on stderr, the report on stdout.

    \b
    Examples:
      imdsguard apply stacks/web
      imdsguard apply stacks/web --environment prod
      imdsguard apply --readiness-file readiness.json
      imdsguard apply -auto-approve -- -var-file=prod.tfvars

    Exit codes: 0 applied, or nothing to apply; 1 findings, 2 Terraform failed, something could not be checked, or the
    answer was not yes; 130 interrupted.
    """  # noqa: D301
    arguments = terraform_arguments(ctx)
    if reporting.write_baseline is not None:
        raise click.UsageError(
            "--write-baseline lets everything pass once: write it with imdsguard plan, then apply", ctx
        )
    if not approved and not sys.stdin.isatty():
        raise click.UsageError("apply asks first, and there is no terminal to ask on: give -auto-approve", ctx)
    return run_terraform(
        directory, terraform, arguments, reporting, lambda run: _apply(run, approved), environment, switching
    )


def _apply(run: Run, approved: bool) -> int:
    from imdsguard.cli.progress import pass_on
    from imdsguard.terraform.driver.applyable import has_changes
    from imdsguard.terraform.driver.workdir import private_plan

    with private_plan() as file:
        plan = run.driver.plan(file)
        pass_on(plan.text)
        code = run.check(plan.document)
        if code != CLEAN:
            say("nothing is applied: the plan did not pass")
            return code
        if not has_changes(plan.document):
            say("there is nothing to apply")
            return CLEAN
        if not approved and not _is_wanted(run):
            say("nothing is applied: the answer was not yes")
            return PROBLEM
        run.driver.apply(plan)
    return CLEAN


def _is_wanted(run: Run) -> bool:
    sys.stderr.write("\nThe plan passed. Apply it? Only 'yes' will be accepted: ")
    sys.stderr.flush()
    with run.signals.raising():
        return sys.stdin.readline().strip() == "yes"
