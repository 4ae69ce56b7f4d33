"""Where the metadata options of a resource stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.registry import record_of

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource


def options_path(resource: Resource) -> tuple[str, ...] | None:
    """Give the blocks on the way to the metadata options of a resource: none for an account's defaults.

    None for a type of which nobody has said where they are.
    """
    record = record_of(resource.kind)
    if record is None:
        return None
    if record.region_default is not None:
        return ()
    return record.options.path if record.options is not None and record.options.path else None
