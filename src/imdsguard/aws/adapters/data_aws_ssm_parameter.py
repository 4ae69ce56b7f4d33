"""`data.aws_ssm_parameter`: AWS publishes the ids of its newest images under names that tell what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.value import text_of

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource


def image_names(resource: Resource) -> list[str]:
    """Return the parameter's name."""
    name = text_of(resource.body.attribute("name"))
    return [] if name is None else [name]
