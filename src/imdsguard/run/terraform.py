"""A run of Terraform and what is said about its plan."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import PROBLEM, SIGNALLED
from imdsguard.cli.reporting import conclude, open_gate
from imdsguard.cli.stack import within_large_stack
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.run.config import Reporting, RunConfig
    from imdsguard.run.reading import Read
    from imdsguard.terraform.driver.arguments import Arguments
    from imdsguard.terraform.driver.find import Terraform
    from imdsguard.terraform.driver.signals import Signals
    from imdsguard.terraform.driver.steps import Driver
    from imdsguard.terraform.inputs import Inputs


@record(frozen=True, slots=True)
class Run:
    """Terraform, ready to be driven, and the policy that its plan must pass."""

    driver: Driver
    signals: Signals
    _arguments: Arguments
    _gate: RunConfig

    def check(self, document: bytes) -> int:
        """Judge a plan's JSON and report; give the exit code. A signal ends the wait for it."""
        return within_large_stack(lambda: conclude(self._read(document), self._gate), self.signals.check)

    def _read(self, document: bytes) -> Read:
        """Read the plan as that of the root module's folder: findings are about its code, not about a document."""
        from imdsguard.aws.types.registry import supported_types
        from imdsguard.run.reading import estate_of
        from imdsguard.terraform.documents import read_document
        from imdsguard.terraform.join.planned import join

        folder = self.driver.directory.replace(os.sep, "/")
        root, problems = read_document(folder, document, supported_types())
        if root.plan is not None and self._arguments.leaves_out:
            root = replace(root, plan=replace(root.plan, complete=False))
        root, more = join(root, folder, self._inputs(), supported_types())
        return estate_of((root,), problems + more, self._gate.policy.assumptions)

    def _inputs(self) -> Inputs:
        """Give what Terraform was given: its paths are relative to its own folder."""
        from imdsguard.run.reading import make_inputs
        from imdsguard.terraform.driver.workspace import workspace_of

        given = self._arguments
        files = [os.path.relpath(os.path.join(self.driver.directory, file)) for file in given.var_files]
        workspace = workspace_of(self.driver.data_directory, os.environ)
        return make_inputs(files, given.variables, given.order, workspace, ())


def run_terraform(
    directory: str, given: str | None, arguments: Arguments, reporting: Reporting, work: Callable[[Run], int]
) -> int:
    """Find Terraform and let `work` drive it; give the exit code. What Terraform says against it is passed on.

    Whatever happens, signals included, the child has ended and `work` has cleaned up when this returns. Raises what
    `open_gate` raises, before anything runs, and `click.ClickException`.
    """
    from imdsguard.cli.progress import Progress, pass_on
    from imdsguard.terraform.driver.errors import DriverError, InterruptedBySignalError, TerraformFailedError
    from imdsguard.terraform.driver.signals import Signals
    from imdsguard.terraform.driver.steps import Driver

    gate = open_gate(reporting, comparable=False)
    try:
        with Signals() as signals:
            terraform = _find(given, os.path.join(directory, arguments.chdir), signals, reporting)
            driver = Driver(terraform, directory, arguments, signals, Progress(quiet=reporting.quiet))
            return work(Run(driver, signals, arguments, gate))
    except TerraformFailedError as error:
        pass_on(error.output)
        return say(str(error))
    except DriverError as error:
        raise click.ClickException(str(error)) from None
    except InterruptedBySignalError as error:
        say("interrupted: Terraform has ended, and its plan is removed")
        return SIGNALLED + error.signal


def _find(given: str | None, folder: str, signals: Signals, reporting: Reporting) -> Terraform:
    from imdsguard.terraform.driver.asked_version import asked_version, difference, names_in_order
    from imdsguard.terraform.driver.find import find_terraform

    asked = asked_version(folder)
    terraform = find_terraform(given, os.environ, names_in_order(asked))
    if reporting.verbose:
        say(f"runs {terraform.where}")
    if asked is not None and not reporting.quiet:
        differs = difference(asked, terraform, folder, signals)
        if differs:
            say(differs)
    return terraform


def say(text: str) -> int:
    """Tell a person something on stderr; give the exit code for what could not be done."""
    from imdsguard.report.escape import escape

    sys.stderr.write(f"imdsguard: {escape(text)}\n")
    sys.stderr.flush()
    return PROBLEM
