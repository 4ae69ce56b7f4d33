"""The arguments that a person gives for `terraform plan`: passed on as they are, understood as far as we must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace
from imdsguard.terraform.driver.errors import DriverError

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = {
    "out": "imdsguard keeps the plan where nobody else can read it; to have it kept, give imdsguard plan --out FILE",
    "json": "imdsguard asks for JSON itself; give imdsguard --format json for its own",
    "input": "nothing can be typed while Terraform runs; give values with -var and -var-file",
    "detailed-exitcode": "the exit code is imdsguard's: 0 nothing found, 1 findings, 2 something could not be checked",
    "auto-approve": "it is an option of imdsguard apply, and stands before the --",
    "help": "run terraform plan -help",
    "h": "run terraform plan -help",
}
"""What would change what comes back."""

WITH_VALUE = {
    *("backup", "exclude", "exclude-file", "generate-config-out", "lock-timeout", "parallelism"),
    *("replace", "state", "target", "target-file", "var", "var-file"),
}
"""Flags of `terraform plan` and `tofu plan` whose value may be the next argument."""

SWITCHES = {"chdir", "compact-warnings", "destroy", "lock", "no-color", "refresh", "refresh-only"}
OTHER_MODES = {"destroy", "refresh-only"}
IN_PART = {"exclude", "exclude-file", "target", "target-file"}
FLAGS = WITH_VALUE | SWITCHES | (set(REFUSED) - {"auto-approve"})
"""Terraform's own flags, to tell who forgot the `--` before them."""


@record(frozen=True, slots=True)
class Arguments:
    """What was understood. `chdir` is relative to the folder that Terraform starts in; `order` as in `Inputs`.

    `workspace` is the one to work in, None for the one that is selected.
    """

    plan: tuple[str, ...] = ()
    chdir: str = ""
    var_files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    workspace: str | None = None

    def within(self, var_files: Sequence[str], variables: Sequence[str], workspace: str | None) -> Arguments:
        """Add what an environment gives, before what a person gave. The files are relative to the root module."""
        files = [f"-var-file={file}" for file in var_files]
        values = [f"-var={text}" for text in variables]
        return replace(
            self,
            plan=(*files, *values, *self.plan),
            var_files=(*var_files, *self.var_files),
            variables=(*variables, *self.variables),
            order=(*("var-file",) * len(files), *("var",) * len(values), *self.order),
            workspace=workspace,
        )

    @property
    def before_command(self) -> tuple[str, ...]:
        """What stands before the name of Terraform's command."""
        return (f"-chdir={self.chdir}",) if self.chdir else ()

    @property
    def leaves_out(self) -> bool:
        """Whether the plan has a mode in which Terraform does not plan what the code says, or not all of it."""
        return any(flag_of(argument)[0] in OTHER_MODES | IN_PART for argument in self.plan)


def understand(given: Sequence[str]) -> Arguments:
    """Take arguments apart. Raises `DriverError` for one that we must refuse; all others are passed on to Terraform."""
    kept: list[str] = []
    chdir = ""
    values: dict[str, list[str]] = {"var": [], "var-file": []}
    order: list[str] = []
    waiting = iter(given)
    for argument in waiting:
        name, equals, value = flag_of(argument)
        if name in REFUSED:
            raise DriverError(f"-{name} cannot be given to Terraform here: {REFUSED[name]}")
        if name == "chdir":
            if not value:
                raise DriverError("-chdir needs a folder: -chdir=DIR")
            chdir = value
            continue
        kept.append(argument)
        if name in WITH_VALUE and not equals:
            value = next(waiting, "")
            if value:
                kept.append(value)
        if name in values:
            values[name].append(value)
            order.append(name)
    return Arguments(tuple(kept), chdir, tuple(values["var-file"]), tuple(values["var"]), tuple(order))


def flag_of(argument: str) -> tuple[str, str, str]:
    """Take `-name=value` apart into name, `=` and value, as Go does: one dash is as good as two."""
    if not argument.startswith("-"):
        return "", "", argument
    name, equals, value = argument.removeprefix("-").removeprefix("-").partition("=")
    return name, equals, value
