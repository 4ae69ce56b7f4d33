"""Public modules of which it was read what they make: `modules.yaml`, loaded when the first of them is asked for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.model.absent_module import LAUNCH
from imdsguard.model.record import record
from imdsguard.terraform.source.module_address import REGISTRY
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from imdsguard.terraform.source.module_address import ModuleAddress

TABLE = "modules.yaml"
_NEWEST = re.compile(r"(?:refs/heads/)?(?:main|master|HEAD)?")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_NOT_READ = re.compile(r"(?:^|/)(?:examples?|tests?|fixtures)(?:/|$)")
"""Folders of a repository that nobody calls as a module, and that were not read for the table."""


@record(frozen=True, slots=True)
class KnownModule:
    """A stretch of versions of a module that launch nothing.

    `source` is its name in the public registry, with `//FOLDER` that of a submodule, which was then read by itself; its
    repository's on GitHub counts as well. The bound of `versions` is
    `<=` where that is the newest one that was read, `<` where the version named may launch; there is no lower bound
    where all earlier ones were read and launch nothing. `read` says what was read. `may_make` is what the module can
    make of what else somebody asks for: `alarm`, `region_default`.
    """

    source: str
    versions: VersionConstraint
    read: str
    may_make: frozenset[str] = frozenset()

    def covers(self, asked: VersionConstraint | None) -> bool:
        """Whether the version that a call gets is in the stretch: the highest one that it admits.

        What a constraint leaves open is taken to be the newest version that was read.
        """
        upper = self.versions.upper
        if upper is None or (asked is not None and asked.lower is not None and self._is_above(asked.lower)):
            return False
        highest = asked.upper if asked is not None else None
        if highest is None or highest > upper:
            return upper[1]
        lowest = self.versions.lower
        return lowest is None or highest > (lowest, False)

    def _is_above(self, version: ModuleVersion) -> bool:
        upper = self.versions.upper
        return upper is not None and (version > upper[0] or (version == upper[0] and not upper[1]))

    @property
    def covers_all(self) -> bool:
        """Whether no version that was read launches anything."""
        return self.versions.lower is None and self.versions.upper is not None and self.versions.upper[1]


class KnownModules:
    """The table."""

    def __init__(self) -> None:
        self._modules: dict[str, list[KnownModule]] | None = None

    def find(self, address: ModuleAddress, version: str | None) -> KnownModule | None:
        """Give what is known of the version that a call gets; None if nothing is."""
        if _NOT_READ.search(address.folder):
            return None
        names = [name.removeprefix(f"{REGISTRY}/") for name in address.names if name.startswith(f"{REGISTRY}/")]
        read = [f"{name}{below}" for name in names for below in ("", *_upward(address.folder))]
        stretches = [each for name in read for each in self._table().get(name, ())]
        return next((each for each in stretches if _covers(each, address, version)), None)

    def _table(self) -> dict[str, list[KnownModule]]:
        if self._modules is None:
            self._modules = {}
            for module in read_table():
                self._modules.setdefault(module.source, []).append(module)
        return self._modules


def _upward(folder: str) -> Iterator[str]:
    """Give a folder of a repository and those above it, as a source names them."""
    parts = [part for part in folder.split("/") if part]
    yield from (f"//{'/'.join(parts[:count])}" for count in range(len(parts), 0, -1))


def _covers(stretch: KnownModule, address: ModuleAddress, version: str | None) -> bool:
    text = version if address.kind == "registry" else re.sub(r"^(?:refs/)?(?:tags/)?", "", address.ref)
    if not text or (address.kind == "git" and _NEWEST.fullmatch(text)):
        return stretch.covers(None)
    asked = VersionConstraint.parse(text)
    if asked is None:  # of a commit nobody knows between which versions it lies
        return address.kind == "git" and bool(_COMMIT.fullmatch(text)) and stretch.covers_all
    return stretch.covers(asked)


def read_table() -> list[KnownModule]:
    """Read the table that is shipped."""
    import yaml

    from imdsguard.system.files import read_bytes

    data = read_bytes(os.path.join(os.path.dirname(os.path.abspath(__file__)), TABLE))
    entries: list[dict[str, Any]] = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return [_module(entry) for entry in entries]


def _module(entry: dict[str, Any]) -> KnownModule:
    versions = VersionConstraint.parse(entry["versions"])
    assert versions is not None, entry
    makes = frozenset(entry.get("may_make", ()))
    assert LAUNCH not in makes, entry
    return KnownModule(entry["source"], versions, entry["read"], makes)
