"""What plan and apply have in common: their options, Terraform's arguments after `--`, and the run of Terraform."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imdsguard.cli.exits import PROBLEM, SIGNALLED
from imdsguard.cli.grouped_help import GroupedCommand
from imdsguard.cli.stack import within_large_stack
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.cli.options import ReportOptions
    from imdsguard.cli.readiness_options import ReadinessOptions
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.run.terraform import DrivenPlan
    from imdsguard.terraform.driver.arguments import Arguments
    from imdsguard.terraform.driver.find import Terraform
    from imdsguard.terraform.driver.signals import Signals
    from imdsguard.terraform.driver.steps import Driver

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_REST = "imdsguard.terraform.arguments"


class DrivingCommand(GroupedCommand):
    """A command whose arguments after `--` are Terraform's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set apart what follows the first `--`; tell who has forgotten it."""
        from imdsguard.terraform.driver.arguments import FLAGS, flag_of

        mine, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        for argument in mine:
            if argument.startswith("-") and not argument.startswith("--"):
                name = flag_of(argument)[0]
                if name in FLAGS and len(name) > 1:
                    raise click.UsageError(f"{argument} is Terraform's: give it after --, as in -- {argument}", ctx)
        ctx.meta[_REST] = tuple(rest)
        return super().parse_args(ctx, list(mine))


def terraform_arguments(ctx: click.Context) -> Arguments:
    """Give what stood after `--`. Raises `click.UsageError` for what we must refuse."""
    from imdsguard.terraform.driver.arguments import understand
    from imdsguard.terraform.driver.errors import DriverError

    try:
        return understand(ctx.meta.get(_REST, ()))
    except DriverError as error:
        raise click.UsageError(str(error), ctx) from None


def driving_options(function: _Function) -> _Function:
    """Where to run which Terraform."""
    directory = click.argument(
        "directory",
        default=".",
        metavar="[DIR] [-- TERRAFORM_ARGS]",
        type=click.Path(exists=True, file_okay=False),
    )
    terraform = click.option(
        "--terraform",
        metavar="PATH",
        help="The terraform or tofu to run, or `embedded`. Without it: IMDSGUARD_TERRAFORM, then terraform or tofu on "
        "the PATH, then the embedded Terraform (extra `terraform`).",
    )
    environment = click.option(
        "--environment",
        metavar="NAME",
        help="The environment of the policy's stacks to plan for: Terraform gets what it says.",
    )
    return directory(terraform(environment(function)))


@record(frozen=True, slots=True)
class Run:
    """Terraform, ready to be driven, and what its plan must pass."""

    driver: Driver
    signals: Signals
    _plan: DrivenPlan
    _config: RunConfig
    _options: ReportOptions
    _with_readiness: Callable[[Reading], Reading]

    def check(self, document: bytes) -> int:
        """Judge a plan's JSON and report; give the exit code. A signal ends the wait for it."""
        return within_large_stack(lambda: self._report(document), self.signals.check)

    def _report(self, document: bytes) -> int:
        from imdsguard.cli.reporting import report

        reading = self._with_readiness(self._plan.read(document, self._config.policy.assumptions))
        return report(reading, self._config, self._options)


def run_terraform(
    directory: str,
    given: str | None,
    arguments: Arguments,
    options: ReportOptions,
    work: Callable[[Run], int],
    environment: str | None = None,
    switching: ReadinessOptions | None = None,
) -> int:
    """Find Terraform and let `work` drive it; give the exit code. What Terraform says against it is passed on.

    `environment` is the name of one that the policy gives the root module: Terraform gets what it says. `switching` is
    what was asked about readiness.

    Whatever happens, signals included, the child has ended and `work` has cleaned up when this returns. Raises what
    `prepared` raises, before anything runs, and `RunError`.
    """
    from imdsguard.cli.progress import Progress, pass_on
    from imdsguard.cli.readiness_options import reader_of
    from imdsguard.cli.reporting import prepared
    from imdsguard.run.environments import one_environment
    from imdsguard.run.errors import RunError
    from imdsguard.run.terraform import DrivenPlan, arguments_within, refuse_unit
    from imdsguard.terraform.driver.errors import DriverError, InterruptedBySignalError, TerraformFailedError
    from imdsguard.terraform.driver.signals import Signals
    from imdsguard.terraform.driver.steps import Driver

    config = prepared(options, comparable=False)
    refuse_unit(os.path.normpath(os.path.join(directory, arguments.chdir)))
    with_readiness = reader_of(switching, quiet=options.quiet) if switching is not None else _as_it_is
    chosen = None
    if environment is not None:
        folder = os.path.join(directory, arguments.chdir)
        chosen = one_environment(folder, (environment,), config.policy.assumptions)
        arguments = arguments_within(chosen, arguments, directory)
    try:
        with Signals() as signals:
            terraform = _chosen(given, os.path.join(directory, arguments.chdir), signals, options)
            driver = Driver(terraform, directory, arguments, signals, Progress(quiet=options.quiet))
            return work(Run(driver, signals, DrivenPlan(driver, arguments, chosen), config, options, with_readiness))
    except TerraformFailedError as error:
        pass_on(error.output)
        return say(str(error))
    except DriverError as error:
        raise RunError(str(error)) from None
    except InterruptedBySignalError as error:
        say("interrupted: Terraform has ended, and its plan is removed")
        return SIGNALLED + error.signal


def _as_it_is(reading: Reading) -> Reading:
    return reading


def _chosen(given: str | None, folder: str, signals: Signals, options: ReportOptions) -> Terraform:
    from imdsguard.run.terraform import choose_terraform

    terraform, difference = choose_terraform(given, folder, signals)
    if options.verbose:
        say(f"runs {terraform.where}")
    if not options.quiet:
        differs = difference()
        if differs:
            say(differs)
    return terraform


def say(text: str) -> int:
    """Tell a person something on stderr; give the exit code for what could not be done."""
    from imdsguard.report.escape import escape

    sys.stderr.write(f"imdsguard: {escape(text)}\n")
    sys.stderr.flush()
    return PROBLEM
