"""Blocks that are added to a root module: in which file, for which provider, under which name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.fix.file_text import NotEditableError

if TYPE_CHECKING:
    from imdsguard.fix.file_text import FileText
    from imdsguard.fix.tree import SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.terraform.source.configuration import Module

PREFERRED = ("main.tf", "main.tofu")
WATCHING = ("monitoring.tf", "alarms.tf", "cloudwatch.tf", "alerts.tf")


def module_of(tree: SourceTree, root: str) -> Module:
    """Give what is declared in the folder of a root module. Raises `NotEditableError` for what was not read so."""
    held = tree.overlay.kept.modules.get(os.path.realpath(root))
    if held is None:
        raise NotEditableError(f"{root} is no folder that was read as a root module")
    return held[1]


def file_for(tree: SourceTree, module: Module, finding: Finding, preferred: tuple[str, ...] = PREFERRED) -> FileText:
    """Give the file of a root module that further blocks go into: a preferred one, that of the finding, or the first.

    Raises `NotEditableError` if there is none in HCL.
    """
    names = [path for path in module.files if path.endswith((".tf", ".tofu")) and "override" not in path]
    first = [path for name in preferred for path in names if os.path.basename(path) == name]
    where = finding.resource.place.file if finding.resource is not None else ""
    beside = [path for path in names if os.path.realpath(where) == path]
    chosen = next(iter([*first, *beside, *names]), None)
    if chosen is None:
        raise NotEditableError("its root module has no file in HCL that a block could be added to")
    return tree.file(os.path.relpath(chosen).replace(os.sep, "/"))


def provider_of(finding: Finding) -> str:
    """Give the `provider` argument of a block for the provider of a finding; "" for the default one.

    Raises `NotEditableError` for one that a module configures itself, or that stands for several.
    """
    resource = finding.resource
    name = resource.provider.name if resource is not None else "aws"
    if ":" in name or "[" in name:
        raise NotEditableError(f"the provider {name} cannot be named in the root module")
    return "" if name == "aws" else name


def free_name(module: Module, type_: str, wanted: str) -> str:
    """Give a name that no resource of this type has in a module."""
    name, number = wanted, 2
    while ("resource", type_, name) in module.resources:
        name, number = f"{wanted}_{number}", number + 1
    return name
