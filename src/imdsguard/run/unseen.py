"""What was not looked at, as the estate and the roots show it: unknown workspaces, blocks that make nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.absent_module import LAUNCH
from imdsguard.model.reason import ReasonKind
from imdsguard.model.unseen import NoLaunch, Unseen, UnseenKind, WayOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.root import Root


PROVIDERS = ("aws", "awscc")
"""Whose code is AWS code, by the first word of its types."""


def unseen_of(estate: Estate, not_made: tuple[NotMade, ...]) -> tuple[Unseen, ...]:
    """Name by root module the blocks that the workspace decides, and those of launches that make none.

    A block that is made in another environment, or by another call of its module, was looked at there.
    """
    made = {launch.resource.place for launch in estate.launches}
    unmade: dict[str, dict[Place, None]] = {}
    for each in not_made:
        if each.place not in made:
            unmade.setdefault(each.root, {})[each.place] = None
    return _decided(estate) + tuple(
        Unseen(UnseenKind.NOT_MADE, root, places=tuple(places), way_out=WayOut.GIVE_VALUES)
        for root, places in unmade.items()
    )


def blocks_of_launches(roots: Sequence[Root]) -> tuple[NotMade, ...]:
    """Give those of the blocks that make nothing that would launch something.

    Of a module call whose code is not in the tree (nobody can change a block there) the first stands for all, and none
    where the call launches something by another block.
    """
    found: dict[object, NotMade] = {}
    for root in roots:
        blocks = [each for each in root.not_made if _launches(each.type)]
        made = [each.address for each in root.resources if blocks and not each.data and _launches(each.type)]
        for number, each in enumerate(blocks):
            if not each.call or not any(_is_below(address, each.call) for address in made):
                found.setdefault((root.stack, each.call or number), each)
    return tuple(found.values())


def _launches(type_: str) -> bool:
    from imdsguard.aws.types.registry import record_of

    record = record_of(type_)
    return record is not None and record.launches is not None


def _is_below(address: str, call: str) -> bool:
    """Whether an address is of something within a module call, or one of its instances."""
    return address.startswith((f"{call}.", f"{call}["))


def why_no_launch(
    estate: Estate, roots: Sequence[Root], not_made: tuple[NotMade, ...], *, of_providers: bool = True
) -> tuple[NoLaunch, ...]:
    """Say why nothing is launched, where nothing is: an empty answer must not look like a good one."""
    if estate.launches or not roots:
        return ()
    reasons = []
    if any(LAUNCH in module.may_make for root in roots for module in root.absent):
        reasons.append(NoLaunch.MODULES_MISSING)
    if not_made:
        reasons.append(NoLaunch.NOT_MADE)
    if not reasons:
        reasons.append(NoLaunch.NO_LAUNCH_BLOCKS if of_providers else NoLaunch.NO_AWS_CODE)
    return tuple(reasons)


def _decided(estate: Estate) -> tuple[Unseen, ...]:
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
