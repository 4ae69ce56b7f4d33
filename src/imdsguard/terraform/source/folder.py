"""Which files of a folder are Terraform's, and in which order they count."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.paths import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT = "terragrunt.hcl"
"""The file of a Terragrunt unit: see `terragrunt_units.py`, which is loaded where there is one."""


@record(frozen=True, slots=True)
class Listing:
    """The configuration files of one folder by name: primary ones and overrides, each in the order of reading."""

    primary: tuple[str, ...]
    override: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.primary + self.override


def is_configuration(name: str) -> bool:
    """Whether a file of this name is read as configuration. Editors' leftovers are not."""
    if name.startswith((".", "#")) or name.endswith("~"):
        return False
    return name.endswith(SYNTAX)


def is_variables(name: str) -> bool:
    """Whether a file of this name holds values of variables."""
    return name.endswith((".tfvars", ".tfvars.json"))


def listing(names: Iterable[str]) -> Listing:
    """Sort out the files of a folder.

    OpenTofu reads `x.tofu` instead of `x.tf` where both are there, and so do we: who writes the former uses OpenTofu.
    ("Files and Directories", OpenTofu documentation)
    """
    kept = sorted(name for name in names if is_configuration(name))
    tofu = {name for name in kept if ".tofu" in name}
    hidden = {_twin(name) for name in tofu}
    kept = [name for name in kept if name not in hidden]
    override = tuple(name for name in kept if _is_override(name))
    return Listing(tuple(name for name in kept if name not in override), override)


def list_folder(path: str) -> Listing:
    """List a folder. Raises `OSError`.

    Only folders are passed over, as Terraform does: a link that leads nowhere, or to a folder, and what is no regular
    file is a file that cannot be read, and Terraform refuses the whole for it.
    """
    with os.scandir(path) as entries:
        return listing(e.name for e in entries if is_configuration(e.name) and not e.is_dir(follow_symlinks=False))


def _stem(name: str) -> str:
    for ending in (".tf.json", ".tofu.json", ".tf", ".tofu"):
        if name.endswith(ending):
            return name[: -len(ending)]
    return name


def _twin(name: str) -> str:
    return _stem(name) + (".tf.json" if name.endswith(".json") else ".tf")


def _is_override(name: str) -> bool:
    stem = _stem(name)
    return stem == "override" or stem.endswith("_override")
