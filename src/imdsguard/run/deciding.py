"""Which resources may decide a metadata option of a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.launch import Kind
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.environment import Stack
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def deciding(
    launch: Launch, name: str, resources: Mapping[tuple[Stack, str], Resource], estate: Estate
) -> list[Resource]:
    """Give the resources that may decide the option `name` of a launch: the one that does so now first.

    `resources` are those that were read, by stack and address.
    """
    stack = launch.resource.stack
    through = [found for each in launch.via if (found := resources.get((stack, each))) is not None]
    own = [] if launch.kind is Kind.SPOT_REQUEST else [launch.resource]
    decided = launch.options[name]
    if decided.source is Source.LAUNCH:
        return own
    if decided.source is Source.LAUNCH_TEMPLATE:
        label = decided.trace[0].label if decided.trace else ""
        return sorted([*through, *own], key=lambda each: each.address != label)
    if decided.source is Source.REGION_DEFAULT:
        defaults = [each.resource for each in estate.region_defaults if each.options[name].place == decided.place]
        return [*through, *own, *defaults]
    return [*through, *own]
