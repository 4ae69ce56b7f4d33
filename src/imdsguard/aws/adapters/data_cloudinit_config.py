"""`cloudinit_config`: user data made of parts, which the provider packs into one MIME message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.value import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def parts(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Yield the name and the content of each part; parts that cannot be counted are one unknown."""
    found = resource.body.blocks("part")
    for number, part in enumerate(found.items, 1):
        kind = text_of(part.attribute("content_type")) or "text/plain"
        yield f"part {number} ({kind})", part.attribute("content")
    if found.unknown is not None:
        yield "part ?", found.unknown
