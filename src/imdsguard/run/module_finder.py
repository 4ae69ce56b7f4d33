"""Modules that `terraform init` did not bring: who is asked for them, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.source.modules_elsewhere import ModuleAbsent

if TYPE_CHECKING:
    from imdsguard.run.known_modules import KnownModules
    from imdsguard.terraform.source.modules_elsewhere import MissingCall, ModuleCode


class ModuleFinder:
    """What a run knows of modules that are not downloaded. Implements `ModulesElsewhere`."""

    def __init__(self) -> None:
        self._known: KnownModules | None = None

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent:
        """Say where a call's code is, or what is known of it."""
        if self._known is None:
            from imdsguard.run.known_modules import KnownModules

            self._known = KnownModules()
        known = self._known.find(call.address, call.version)
        return ModuleAbsent(known.may_make, harmless=True) if known is not None else ModuleAbsent()
