"""A run of Terraform, and what its plan is read as."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.environment import Environment
    from imdsguard.policy.assumptions import Assumptions
    from imdsguard.run.reading import Reading
    from imdsguard.terraform.driver.arguments import Arguments
    from imdsguard.terraform.driver.find import Terraform
    from imdsguard.terraform.driver.signals import Signals
    from imdsguard.terraform.driver.steps import Driver
    from imdsguard.terraform.inputs import Inputs


def choose_terraform(given: str | None, folder: str, signals: Signals) -> tuple[Terraform, Callable[[], str | None]]:
    """Find the Terraform to run in a folder; and what says how its version is not the one that the folder asks for.

    The second one asks Terraform for its version, and gives None where nothing is to be said. Raises `DriverError`.
    """
    from imdsguard.terraform.driver.asked_version import asked_version, difference, names_in_order
    from imdsguard.terraform.driver.find import find_terraform

    asked = asked_version(folder)
    terraform = find_terraform(given, os.environ, names_in_order(asked))
    return terraform, lambda: None if asked is None else difference(asked, terraform, folder, signals)


def refuse_unit(folder: str) -> None:
    """Raise `UsageError` for the folder of a Terragrunt unit, in which Terraform has nothing to plan."""
    from imdsguard.run.errors import UsageError
    from imdsguard.terraform.source.folder import UNIT, list_folder

    try:
        alone = os.path.isfile(os.path.join(folder, UNIT)) and not list_folder(folder).names
    except OSError:
        return
    if alone:
        raise UsageError(
            f"{folder} holds a Terragrunt unit, and no Terraform code: run `terragrunt plan -out tfplan.bin` there, "
            "then `terragrunt show -json tfplan.bin | imdsguard scan -`"
        )


def arguments_within(environment: Environment, arguments: Arguments, directory: str) -> Arguments:
    """Add what an environment gives to what a person gave for Terraform, which runs in a folder."""
    folder = os.path.join(directory, arguments.chdir)
    files = [os.path.relpath(file, folder) for file in environment.var_files]
    return arguments.within(files, environment.variables, environment.workspace)


@record(frozen=True, slots=True)
class DrivenPlan:
    """The plan of a root module, and what Terraform was given to make it."""

    driver: Driver
    arguments: Arguments
    environment: Environment | None = None

    def read(self, document: bytes, assumptions: Assumptions | None) -> Reading:
        """Read the plan's JSON as that of the root module's folder: findings are about its code, not about a document.

        Raises `PolicyError` as `reading.read` does.
        """
        from imdsguard.aws.types.registry import supported_types
        from imdsguard.run.reading import estate_of
        from imdsguard.terraform.documents import read_document
        from imdsguard.terraform.join.planned import join, within

        folder = self.driver.directory.replace(os.sep, "/")
        root, problems = read_document(folder, document, supported_types())
        if root.plan is not None and self.arguments.leaves_out:
            root = replace(root, plan=replace(root.plan, complete=False))
        root, more = join(root, folder, self._inputs(), supported_types())
        if self.environment is not None:
            root = within(root, self.environment)
        return estate_of((root,), problems + more, assumptions)

    def _inputs(self) -> Inputs:
        """Give what Terraform was given: its paths are relative to its own folder."""
        from imdsguard.terraform.inputs import Inputs, terraform_variables
        from imdsguard.terraform.workspace import workspace_of

        given = self.arguments
        return Inputs(
            var_files=tuple(os.path.relpath(os.path.join(self.driver.directory, file)) for file in given.var_files),
            variables=given.variables,
            workspace=given.workspace or workspace_of(self.driver.data_directory, os.environ),
            environment=terraform_variables(os.environ),
            order=given.order,
            look_beside=True,
        )
