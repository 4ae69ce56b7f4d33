"""By what AWS is asked for the running instances of a launch, as its state or a plan's prior state says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import NO_MEMBERS
from imdsguard.model.readiness import MemberNames
from imdsguard.model.value import Known, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

MOST_NAMES = 10_000
"""Members of lists in one resource that are looked at."""


def is_known(launch: Launch) -> bool:
    """Whether somebody has looked up by what instances of its type are found."""
    record = record_of(launch.resource.kind)
    return record is not None and record.members is not None


def is_found_by_others(launch: Launch) -> bool:
    """Whether its instances are those of other launches, by which they are found."""
    record = record_of(launch.resource.kind)
    return record is not None and record.members == NO_MEMBERS


def members_of(launch: Launch) -> MemberNames:
    """Give what names its instances; nothing where none is named, or it is not known by what they are found."""
    record = record_of(launch.resource.kind)
    if record is None or record.members is None:
        return MemberNames()
    found, resource = record.members, launch.resource
    tags: tuple[tuple[str, str], ...] = ()
    if found.tag is not None:
        key, path = found.tag
        tags = tuple((key, text) for text in _texts(resource, path))
    return MemberNames(
        ids=tuple(dict.fromkeys(text for path in found.ids for text in _texts(resource, path))),
        groups=tuple(dict.fromkeys(text for path in found.groups for text in _texts(resource, path))),
        tags=tags,
    )


def _texts(resource: Resource, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts at the end of a path, through each member of the lists on the way."""
    pending: list[tuple[Value, tuple[str, ...]]] = [(resource.body.attribute(path[0]), path[1:])]
    for value, rest in pending:  # grows while it is read
        text = text_of(value)
        if text and not rest:
            yield text
        elif isinstance(value, Known) and isinstance(value.value, tuple):
            pending += [(each, rest) for each in value.value[: MOST_NAMES - len(pending)]]
        elif isinstance(value, Known) and rest and _is_mapping(value):
            inner: Mapping[str, Value] = value.value  # type: ignore[assignment]
            if rest[0] in inner:
                pending.append((inner[rest[0]], rest[1:]))


def _is_mapping(value: Known) -> bool:
    return hasattr(value.value, "items")
