"""Metadata options that stand in the code and that AWS never gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import IPV6_HERE
from imdsguard.aws.precedence.layer import read_options
from imdsguard.aws.types.registry import record_of
from imdsguard.model.delivery import IneffectiveOption
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.types.resource_type import OwnOptions
    from imdsguard.model.resource import Body, Resource

EMPTY = "{name} sets nothing: an option that is missing or null is not sent, so the account or AWS decides"
IGNORED = "an edit of {name} never reaches what exists already: ignore_changes covers {what}"
IGNORED_REMEDY = "a lifecycle block whose ignore_changes leaves {name} alone"
UNREAD = "whether AWS gets the metadata options of this {} cannot be told"


def ineffective_options(resource: Resource) -> tuple[IneffectiveOption, ...]:
    """Return what the resource says of metadata options in vain."""
    record = record_of(resource.kind)
    own = record.options if record is not None else None
    if own is None:
        reason = Reason(ReasonKind.OPTIONS_UNREAD)
        return (IneffectiveOption(UNREAD.format(resource.type), "", resource.place, because=reason),)
    if not own.path:
        return ()
    if own.never_sent is not None:
        why, remedy = own.never_sent
        blocks = resource.body.blocks(own.path[0])
        place = blocks.items[0].place if blocks.items else (blocks.unknown.place if blocks.unknown else None)
        return (IneffectiveOption(why, remedy, place),) if blocks.items or blocks.unknown else ()
    block: Body | None = resource.body
    for name in own.path:
        found = block.blocks(name).items if block is not None else ()
        block = found[0] if len(found) == 1 else None
    return tuple(_in_vain(resource, block, own)) if block is not None else ()


def _in_vain(resource: Resource, block: Body, own: OwnOptions) -> Iterator[IneffectiveOption]:
    options, name = read_options(block), own.path[-1]
    if not options and isinstance(block.attribute(IPV6_HERE), Absent):
        yield IneffectiveOption(EMPTY.format(name=name), own.example, block.place)
        return
    held = next((word for word in ("all", own.path[0]) if word in resource.ignored), None)
    if held:
        what = {"all": "everything", name: "them"}.get(held, held)
        yield IneffectiveOption(IGNORED.format(name=name, what=what), IGNORED_REMEDY.format(name=name), block.place)
    if own.doubts is not None:
        yield from own.doubts(options, block, resource)
