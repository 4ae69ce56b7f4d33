"""Names that every module has (`path`, `terraform`), and how names and values of a module instance are spelled."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, StaticError
from imdsguard.hcl.values.value import EPHEMERAL, FALSE, Value, string

if TYPE_CHECKING:
    from imdsguard.hcl.values.constraint import Constraint
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.instance import ModuleInstance

META_ARGUMENTS = {"source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"}
"""Arguments of a module call that are not for the module's variables ("Modules: meta-arguments")."""


def surrounding(instance: ModuleInstance, root: str, name: str, place: Place) -> Value:
    """Give `path.module`, `terraform.workspace` and their like. Raises `StaticError`."""
    top = instance.files.absolute(".")
    if root == "path":
        if name == "root":
            return string(".")
        if name == "cwd":
            return string(top.replace(os.sep, "/"))
        if name == "module":
            return string(os.path.relpath(instance.module.folder, top).replace(os.sep, "/"))
    elif name == "workspace":
        return string(instance.tree.evaluation.workspace)
    elif name == "applying":
        return FALSE.with_marks(frozenset({EPHEMERAL}))
    raise StaticError(f'"{root}" has no attribute "{name}"', place)


def apply(constraint: Constraint, value: Value, place: Place | None) -> Value:
    """Convert a value to the type of its variable. Raises `EvaluationError`, at `place` if the value has no other."""
    try:
        converted = constraint.apply(value)
    except EvaluationError as error:
        raise type(error)(error.message, error.place or place) from None
    return converted if converted.origin is not None else converted.at(value.origin)


def escaped(key: str) -> str:
    """Spell a key of `for_each` as addresses do."""
    return key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("${", "$${").replace("%{", "%%{")
