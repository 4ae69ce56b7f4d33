"""`scan --get`: modules that Terraform fetches for one run, into a folder of the run's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import finalize

from imdsguard.run.scratch import made_scratch, remove_folder
from imdsguard.system.paths import NotAPathError, join_path, real_path_inside
from imdsguard.terraform.driver.errors import DriverError
from imdsguard.terraform.driver.get_modules import KEY, get_module, refusal
from imdsguard.terraform.source.modules_elsewhere import ModuleAbsent, ModuleCode

if TYPE_CHECKING:
    from imdsguard.terraform.driver.get_modules import FetchedModule
    from imdsguard.terraform.driver.steps import Shower
    from imdsguard.terraform.source.modules_elsewhere import MissingCall

MOST = 200
"""So many modules are fetched for one run."""


class FetchedModules:
    """Fetches what is missing, each source and version once. `hosts` are those that anything is fetched from."""

    def __init__(self, hosts: tuple[str, ...], shower: Shower) -> None:
        self._hosts = hosts
        self._shower = shower
        self._fetched: dict[tuple[str, str | None], FetchedModule | str] = {}
        self._sites: dict[tuple[str, str], FetchedModule] = {}

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent:
        """Say where a call's code is; if it cannot be had, why."""
        why = refusal(call.address, self._hosts)
        if why:
            return ModuleAbsent(message=f"{call.address.shown} is not fetched: {why}", remedy="run terraform init")
        above = self._above(call)
        if above is not None:
            fetched, key = above
            return self._code(call, fetched, key)
        found = self._fetch(call)
        if isinstance(found, str):
            return ModuleAbsent(message=f"{call.address.shown} cannot be fetched: {found}")
        self._sites[call.root, call.path] = found
        return self._code(call, found, KEY)

    def _above(self, call: MissingCall) -> tuple[FetchedModule, str] | None:
        """Give the fetched module that a call stands in, and the key under which Terraform has the call."""
        names = call.path.split(".")
        for length in range(len(names) - 1, 0, -1):
            fetched = self._sites.get((call.root, ".".join(names[:length])))
            if fetched is not None:
                return fetched, ".".join([KEY, *names[length:]])
        return None

    def _fetch(self, call: MissingCall) -> FetchedModule | str:
        asked = (call.source, call.version)
        if asked not in self._fetched:
            self._fetched[asked] = self._got(call)
        return self._fetched[asked]

    def _got(self, call: MissingCall) -> FetchedModule | str:
        if len(self._fetched) >= MOST:
            return f"more than {MOST} modules are not fetched in one run"
        try:
            folder = made_scratch()
            finalize(self, remove_folder, folder)  # values are computed as long as anybody asks for them
            return get_module(call.source, call.version, folder, self._hosts, self._shower)
        except (DriverError, OSError) as error:
            return str(error)

    def _code(self, call: MissingCall, fetched: FetchedModule, key: str) -> ModuleCode | ModuleAbsent:
        top = os.path.join(fetched.modules, key)
        try:
            folder = fetched.places.get(key) or join_path(top, call.address.folder)
            real = real_path_inside(folder, top)
        except NotAPathError as error:
            return ModuleAbsent(message=f"{call.source} names no folder: {error}")
        if real is None:
            message = f"{call.address.shown} is not fetched: its folder leads elsewhere"
            return ModuleAbsent(message=message, remedy="its launches were not checked")
        if not os.path.isdir(real):
            why = fetched.error or f"it has no folder {call.address.folder}"
            return ModuleAbsent(message=f"{call.address.shown} cannot be fetched: {why}")
        version = fetched.versions.get(key) or call.address.ref or (call.version or "")
        return ModuleCode(real, top, f"{call.address.shown}{version and '@'}{version}:")
