"""What Terraform finds wrong with a reference before it evaluates anything: `try` and `can` do not catch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import StaticError
from imdsguard.terraform.source.objects import TERRAFORM_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Declaration, Module

_BUILT_IN = ("path", "terraform", "tofu")
_KINDS = ("data", "ephemeral", "resource")


def check_declared(module: Module, root: str, steps: Sequence[str | Value], place: Place) -> bool:
    """Raise `StaticError` if a reference is to something not declared in this module; nothing is evaluated.

    False: it is to none of what a module declares (`each.key`, `path.module`), which only resolving it can tell.
    """
    first = steps[0] if steps else None
    if root in ("each", "count", "self", *_BUILT_IN) or not isinstance(first, str):
        return False
    if root in ("var", "local", "module"):
        names = {"var": set(module.variables), "local": set(module.locals), "module": set(module.calls)}[root]
        if first not in names:
            what = {"var": "variable", "local": "local value", "module": "module call"}[root]
            raise StaticError(f'no {what} "{first}" is declared in this module', place)
    elif root in _KINDS:
        second = steps[1] if len(steps) > 1 else None
        if not isinstance(second, str):
            raise StaticError(f'"{root}.{first}" must be followed by a name', place)
        _check_instance(module.resource(root, first, second, place), steps[2:], place)
    else:
        _check_instance(module.resource("resource", root, first, place), steps[1:], place)
    return True


def _check_instance(declaration: Declaration, steps: Sequence[str | Value], place: Place) -> None:
    """Check that several instances are told apart by a key, and a single one is not ("References to Resources")."""
    several = next((name for name in ("count", "for_each") if declaration.body.expression(name) is not None), None)
    if several is not None and steps and isinstance(steps[0], str):
        raise StaticError(
            f"{declaration.address} has {several} set: its attributes must be read from one of its instances", place
        )
    rest = steps[1:] if several is not None else steps
    attribute = rest[0] if rest and isinstance(rest[0], str) else None
    if declaration.address.startswith("terraform_data.") and attribute and attribute not in TERRAFORM_DATA:
        raise StaticError(f'terraform_data has no attribute "{attribute}"', place)
