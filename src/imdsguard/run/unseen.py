"""What the estate shows that was not looked at: what hangs on a workspace that nobody has named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.reason import ReasonKind
from imdsguard.model.unseen import Unseen, UnseenKind, WayOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imdsguard.model.estate import Estate
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Resource


def unseen_of(estate: Estate) -> tuple[Unseen, ...]:
    """Name the blocks of which the workspace decides whether they exist or what they set, by root module."""
    decided: dict[str, dict[Place, None]] = {}
    for resource, reasons in _reasons(estate):
        if any(reason is not None and reason.comes_to(ReasonKind.NO_WORKSPACE) for reason in reasons):
            decided.setdefault(resource.root, {})[resource.place] = None
    return tuple(
        Unseen(UnseenKind.WORKSPACE, root, places=tuple(places), way_out=WayOut.GIVE_WORKSPACE)
        for root, places in decided.items()
    )


def _reasons(estate: Estate) -> Iterator[tuple[Resource, Iterable[Reason | None]]]:
    """Give what the estate is made of, each with the reasons for which something of it is unknown."""
    for launch in estate.launches:
        options = [option.reason for option in launch.options.values()]
        yield launch.resource, [_doubt(launch.resource), launch.reason, *options]
    for default in estate.region_defaults:
        options = [option.reason for option in default.options.values()]
        yield default.resource, [_doubt(default.resource), *options]
    for alarm in estate.alarms:
        yield alarm.resource, [_doubt(alarm.resource)]


def _doubt(resource: Resource) -> Reason | None:
    return resource.instances.reason if resource.instances is not None else None
