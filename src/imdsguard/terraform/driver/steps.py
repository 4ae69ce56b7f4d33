"""The steps of a careful reviewer: init when it is needed, plan, show; and apply what was shown."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Protocol

from imdsguard.model.record import record
from imdsguard.terraform.driver.errors import DriverError, TerraformFailedError
from imdsguard.terraform.driver.run import Watcher, run

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from imdsguard.terraform.driver.arguments import Arguments
    from imdsguard.terraform.driver.find import Terraform
    from imdsguard.terraform.driver.run import Finished
    from imdsguard.terraform.driver.signals import Signals

NO_QUESTIONS = ("-input=false", "-no-color")
AUTOMATION = {"TF_IN_AUTOMATION": "1"}
"""Leaves out the advice on what to run next: it would name a file that is soon gone."""
_ASKS_FOR_INIT = re.compile(rb"(?:terraform|tofu)[\s|\xe2\x94\x82]+init\b")
"""Every message of Terraform and OpenTofu about a folder that is not initialised says to run `terraform init`."""
_CHANGES = 2
"""Exit status of a plan with changes where TF_CLI_ARGS has -detailed-exitcode."""


class Shower(Protocol):
    """Shows one step while it runs."""

    def step(self, title: str, *, aloud: bool = False) -> AbstractContextManager[Watcher]:
        """Show a step from `with` to its end. `aloud`: with all that Terraform says, as it says it."""
        ...


@record(frozen=True, slots=True)
class PlanStep:
    """A plan: the file it is in, the file's SHA-256, its JSON (secrets in the clear), what Terraform said about it."""

    file: str
    digest: bytes
    document: bytes
    text: bytes


class Driver:
    """Drives one Terraform in one folder."""

    def __init__(
        self, terraform: Terraform, folder: str, arguments: Arguments, signals: Signals, shower: Shower
    ) -> None:
        self._terraform = terraform
        self._folder = folder
        self._arguments = arguments
        self._signals = signals
        self._shower = shower

    @property
    def directory(self) -> str:
        """The root module's folder."""
        return os.path.normpath(os.path.join(self._folder, self._arguments.chdir))

    @property
    def data_directory(self) -> str:
        """Where Terraform keeps what init makes."""
        return os.path.join(self.directory, os.environ.get("TF_DATA_DIR") or ".terraform")

    @property
    def _environment(self) -> dict[str, str]:
        workspace = self._arguments.workspace
        return AUTOMATION if workspace is None else {**AUTOMATION, "TF_WORKSPACE": workspace}

    def plan(self, file: str) -> PlanStep:
        """Plan into `file`, which is there and empty, and show the plan.

        Raises `TerraformFailedError`, `DriverError` and `InterruptedBySignalError`.
        """
        initialised = not os.path.isdir(self.data_directory)
        if initialised:
            self._init()
        ended = self._plan(file)
        if ended.status and not initialised and _ASKS_FOR_INIT.search(ended.output):
            self._init()
            ended = self._plan(file)
        planned = os.path.isfile(file) and os.path.getsize(file) > 0
        if ended.status and not (ended.status == _CHANGES and planned):
            raise TerraformFailedError(self._title("plan"), ended.status, ended.output)
        if not planned:
            raise DriverError(f"{self._title('plan')} ended well, but wrote no plan into the file that it was given")
        os.chmod(file, 0o600)
        digest = digest_of(file)
        return PlanStep(file, digest, self._show(file), ended.output)

    def apply(self, plan: PlanStep) -> None:
        """Apply the very plan that was shown, aloud. Raises as `plan` does, without the output: it was shown."""
        if digest_of(plan.file) != plan.digest:
            raise DriverError("the plan file is not the one that was checked: nothing is applied")
        with self._shower.step(self._title("apply"), aloud=True) as watcher:
            command = self._command("apply", *NO_QUESTIONS, plan.file)
            ended = run(command, self._folder, self._signals, watcher, self._environment)
        if ended.status:
            raise TerraformFailedError(self._title("apply"), ended.status, b"")

    def _init(self) -> None:
        ended = self._watched("init", *NO_QUESTIONS)
        if ended.status:
            raise TerraformFailedError(self._title("init"), ended.status, ended.output)

    def _plan(self, file: str) -> Finished:
        return self._watched("plan", *NO_QUESTIONS, f"-out={file}", *self._arguments.plan)

    def _show(self, file: str) -> bytes:
        with self._shower.step(self._title("show")):
            ended = run(
                self._command("show", "-json", "-no-color", file), self._folder, self._signals, None, self._environment
            )
        if ended.status:
            # What it wrote of the plan may hold secrets, and is not passed on.
            raise TerraformFailedError(self._title("show"), ended.status, ended.errors)
        return ended.output

    def _watched(self, *command: str) -> Finished:
        with self._shower.step(self._title(command[0])) as watcher:
            return run(self._command(*command), self._folder, self._signals, watcher, self._environment)

    def _command(self, *command: str) -> tuple[str, ...]:
        return (*self._terraform.command, *self._arguments.before_command, *command)

    def _title(self, command: str) -> str:
        return f"{self._terraform.name} {command}"


def digest_of(file: str) -> bytes:
    """Give the SHA-256 of a file. Raises `DriverError`."""
    digest = hashlib.sha256()
    try:
        with open(file, "rb") as source:
            while part := source.read(1 << 20):
                digest.update(part)
    except OSError as error:
        raise DriverError(f"the plan file cannot be read: {error.strerror}") from None
    return digest.digest()
