"""What others know of modules that `terraform init` did not bring: where their code lies, or what it may make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imdsguard.model.absent_module import ANYTHING
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.terraform.source.module_address import ModuleAddress


@record(frozen=True, slots=True)
class MissingCall:
    """A call of a module that is no local path.

    `root` is the folder of the root module, `path` has the names of the calls that lead to it, `boundary` is the folder
    that nothing is read outside of. `version` is the constraint as it is written, None without one.
    """

    root: str
    path: str
    boundary: str
    source: str
    address: ModuleAddress
    version: str | None


@record(frozen=True, slots=True)
class ModuleCode:
    """A module's code. `folder` is where it lies, `top` (real paths) what belongs to it and may be read from there.

    No `top`: it lies in the repository that is read. `label` is how `top` is shown. `doubt` says why this may not be
    the code that the call gets; then it is said in the trace of what comes out of it. `summary`: it has only a part of
    what the module has; arguments and outputs that it does not know are none of its business.
    """

    folder: str
    top: str = ""
    label: str = ""
    doubt: str = ""
    summary: bool = False


@record(frozen=True, slots=True)
class ModuleAbsent:
    """A module whose code is not there. `may_make` is what is known of it.

    `message` and `remedy` are those of the problem; without them it is the usual one. `harmless`: it is none.
    `fetch_tags`: it is the scanned repository itself, at a tag that the clone does not have.
    """

    may_make: frozenset[str] = ANYTHING
    harmless: bool = False
    message: str = ""
    remedy: str = ""
    fetch_tags: bool = False


class ModulesElsewhere(Protocol):
    """Whoever is asked for modules that are not there."""

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent:
        """Say where a call's code is, or what is known of it. Never raises."""
        ...


class NoModulesElsewhere:
    """Nobody is asked."""

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent:  # noqa: ARG002
        """Know nothing."""
        return ModuleAbsent()


NOWHERE: ModulesElsewhere = NoModulesElsewhere()
