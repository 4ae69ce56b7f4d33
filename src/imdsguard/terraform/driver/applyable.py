"""Whether a plan would change anything."""

from __future__ import annotations

import msgspec


class _Applyable(msgspec.Struct):
    applyable: bool = True


def has_changes(document: bytes) -> bool:
    """Say whether there is something to apply; where a plan's JSON does not say (Terraform before 1.8), yes."""
    try:
        return msgspec.json.decode(document, type=_Applyable).applyable
    except msgspec.MsgspecError:
        return True
