"""`data.aws_ami`: a look-up of an image. What it finds is not known, but the name it asks for may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.value import Known, text_of

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource


def image_names(resource: Resource) -> list[str]:
    """Return the names that the look-up filters by, patterns as they are written."""
    names: list[str] = []
    for block in resource.body.blocks("filter").items:
        values = block.attribute("values")
        if text_of(block.attribute("name")) == "name" and isinstance(values, Known) and isinstance(values.value, tuple):
            names += [text for value in values.value if (text := text_of(value)) is not None]
    return names
