"""How an override is merged into the block it overrides ("Override Files", Terraform language documentation)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.terraform.source.configuration import Declaration

_EITHER = {"count": "for_each", "for_each": "count"}
"""Of these two the override's takes the place of the other one."""


def put_over(old: Declaration | None, new: Declaration) -> Declaration:
    """Put an override over a declaration. The place stays that of the original block."""
    if old is None:
        return new
    from imdsguard.terraform.source.configuration import Declaration

    drop = tuple(_EITHER[name] for name in ("count", "for_each") if new.section.code(name) is not None)
    if old.kind not in ("resource", "data", "ephemeral", "module"):
        drop = ()
    return Declaration(
        old.kind, old.labels, old.section.under(new.section, drop), old.place, (*old.overrides, new.place)
    )
