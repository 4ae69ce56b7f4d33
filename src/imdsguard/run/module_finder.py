"""Modules that `terraform init` did not bring: who is asked for them, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.source.modules_elsewhere import ModuleAbsent

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.run.fetched_modules import FetchedModules
    from imdsguard.run.known_modules import KnownModules
    from imdsguard.run.own_modules import OwnModules
    from imdsguard.suppress.git import Repository
    from imdsguard.terraform.driver.steps import Shower
    from imdsguard.terraform.source.modules_elsewhere import MissingCall, ModuleCode

OR_GET = "run terraform init, or scan with --get"


class ModuleFinder:
    """What a run knows of modules that are not downloaded. Implements `ModulesElsewhere`.

    `fetched` fetches what nobody knows. `stands_for` gives folders in which another version of a repository lies, and
    that repository.
    """

    def __init__(self, fetched: FetchedModules | None = None, stands_for: dict[str, Repository] | None = None) -> None:
        self._fetched = fetched
        self._stands_for = stands_for
        self._own: OwnModules | None = None
        self._known: KnownModules | None = None

    def earlier(self, folder: str, repository: Repository) -> ModuleFinder:
        """Give the finder for an earlier version of a repository, which lies in a folder (a real path)."""
        return ModuleFinder(self._fetched, {folder: repository})

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent:
        """Say where a call's code is, or what is known of it. Nothing is loaded before the first call."""
        if self._own is None or self._known is None:
            from imdsguard.run.known_modules import KnownModules
            from imdsguard.run.own_modules import OwnModules

            self._own, self._known = OwnModules(self._stands_for), KnownModules()
        found = self._own.find(call)
        if found is not None:
            return found
        known = self._known.find(call.address, call.version)
        if known is not None:
            return ModuleAbsent(known.may_make, harmless=True)
        answer = self._fetched.find(call) if self._fetched is not None else ModuleAbsent(remedy=OR_GET)
        if isinstance(answer, ModuleAbsent):
            from imdsguard.run.summarised_modules import summary_of

            return summary_of(call.address, call.version) or self._own.find_by_name(call) or answer
        return answer


def finder_that_gets(hosts: tuple[str, ...], shower: Callable[[], Shower]) -> ModuleFinder:
    """Make a finder that lets Terraform fetch what is missing. Raises `RunError` if there is no Terraform."""
    import os

    from imdsguard.run.errors import RunError
    from imdsguard.run.fetched_modules import FetchedModules
    from imdsguard.terraform.driver.errors import DriverError
    from imdsguard.terraform.driver.find import find_terraform
    from imdsguard.terraform.driver.get_modules import HOSTS

    try:
        find_terraform(None, os.environ)
    except DriverError as error:
        raise RunError(f"--get: {error}") from None
    return ModuleFinder(FetchedModules(hosts or HOSTS, shower()))
