"""Whether an argument or a block switches detailed monitoring on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.resource import Body
    from imdsguard.model.value import Value


def block_is_on(body: Body) -> bool | None:
    """Read `monitoring = true`, or `monitoring { enabled = true }`; None where it cannot be told."""
    blocks = body.blocks("monitoring")
    if blocks.unknown is not None:
        return None
    return is_on(blocks.items[0].attribute("enabled") if blocks.items else body.attribute("monitoring"))


def is_on(value: Value) -> bool | None:
    """Whether a switch is on; one that is not set is off. None where it cannot be told."""
    if isinstance(value, Unknown):
        return None
    return isinstance(value, Known) and value.value in (True, "true")
