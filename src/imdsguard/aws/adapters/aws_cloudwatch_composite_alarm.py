"""`aws_cloudwatch_composite_alarm`: an alarm on the states of other alarms, which may notify in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.model.resource import Body, Resource


def composite(resource: Resource) -> Body:
    """Return what the composite alarm says."""
    return resource.body
