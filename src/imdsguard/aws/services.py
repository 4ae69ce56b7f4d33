"""Launches by services that pick much of what EC2 is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import launch_of
from imdsguard.aws.precedence.layer import Layer
from imdsguard.aws.types import ability
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_ENDPOINT, OPTIONS, Source
from imdsguard.model.value import Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def service(
    resource: Resource, layers: Sequence[Layer], through: tuple[str, ...] = (), *, follows_account: bool = True
) -> Launch:
    """Make the launch of a service that these layers lead to."""
    launch = launch_of(resource, Kind.SERVICE, layers, through)
    return launch if follows_account else replace(launch, follows_account=False)


def unshown(resource: Resource, reason: str, place: Place | None = None) -> Launch:
    """Make the launch of a service of which no argument tells anything, nor any documentation."""
    return service(resource, (undocumented(resource, reason, place),), follows_account=False)


def undocumented(resource: Resource, reason: str, place: Place | None = None) -> Layer:
    """Make the layer of what a service sets without telling. No service is known to switch the endpoint off."""
    unknown = Unknown(reason, place=place or resource.place)
    answers = {option: unknown for option in OPTIONS if option != HTTP_ENDPOINT}
    return Layer(Source.LAUNCH, resource.address, answers)


def same_as(resource: Resource, value: Value, resource_type: str, root: RootIndex) -> Launch | None:
    """Make the launch of what adds to, or stands for, another launch in the code that `value` refers to.

    It goes `through` that one, where it is reported and watched. None if that is not in the code.
    """
    reference = value.reference if isinstance(value, Unknown) else None
    found = root.find(reference) if reference is not None else None
    if found is None or found.type != resource_type:
        return None
    read = ability(found.type, "launches")
    launch: Launch | None = read(found, root) if read is not None else None
    if launch is None:
        return None
    return replace(launch, resource=resource, kind=Kind.SERVICE, through=(found.address,), follows_account=False)
