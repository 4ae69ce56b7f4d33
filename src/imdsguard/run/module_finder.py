"""Modules that `terraform init` did not bring: who is asked for them, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.source.modules_elsewhere import ModuleAbsent

if TYPE_CHECKING:
    from imdsguard.run.known_modules import KnownModules
    from imdsguard.run.own_modules import OwnModules
    from imdsguard.suppress.git import Repository
    from imdsguard.terraform.source.modules_elsewhere import MissingCall, ModuleCode


class ModuleFinder:
    """What a run knows of modules that are not downloaded. Implements `ModulesElsewhere`.

    `stands_for` gives folders in which another version of a repository lies, and that repository.
    """

    def __init__(self, stands_for: dict[str, Repository] | None = None) -> None:
        self._stands_for = stands_for
        self._own: OwnModules | None = None
        self._known: KnownModules | None = None

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
        return ModuleAbsent(known.may_make, harmless=True) if known is not None else ModuleAbsent()
