"""Making launches: from layers, and from what a group launches through."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from imdsguard.aws.layer import Layer, undecided
from imdsguard.aws.precedence import effective, state_of
from imdsguard.aws.scope import scope_of
from imdsguard.model.launch import Launch, Source, State
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imdsguard.aws.settings import Settings
    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.model.launch import Kind
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Unknown

WORST_FIRST = (State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED)


def launch_of(resource: Resource, kind: Kind, layers: Sequence[Layer], through: tuple[str, ...] = ()) -> Launch:
    """Make the launch that these layers lead to."""
    options = effective(layers)
    state, reason = state_of(options)
    heard = _RECORD.get()
    if heard is not None:
        heard.append(Way(tuple(layers), through[0] if len(through) == 1 else ""))
    return Launch(resource, kind, scope_of(resource), state, options, reason, through)


@record(frozen=True, slots=True)
class Way:
    """One way by which a group or a fleet starts instances: its layers, and what it goes through, if anything."""

    layers: tuple[Layer, ...]
    through: str = ""


_RECORD: ContextVar[list[Way] | None] = ContextVar("ways of the launch that is being explained", default=None)


def recorded(work: Callable[[], object]) -> list[Way]:
    """Return the ways that `work`, the making of a launch, resolves: an estate keeps only what they lead to."""
    heard: list[Way] = []
    token = _RECORD.set(heard)
    try:
        work()
    finally:
        _RECORD.reset(token)
    return heard


def way_through(settings: Settings, root: Surroundings, resource: Resource) -> Way:
    """Make the way through a template or launch configuration, in the account and Region of `resource`."""
    return Way(settings.layers(root, scope_of(resource)), settings.address)


def way_unknown(resource: Resource, unknown: Unknown) -> Way:
    """Make a way of which nothing is known."""
    return Way((undecided(Source.LAUNCH, resource.address, unknown),))


def worst_of(resource: Resource, kind: Kind, ways: Iterable[Way]) -> Launch:
    """Make the launch of a group or fleet: the worst of its ways. There must be one way at least."""
    ways = tuple(ways)
    through = tuple(dict.fromkeys(way.through for way in ways if way.through))
    launches = [launch_of(resource, kind, way.layers, through) for way in ways]
    heard = _RECORD.get()
    if heard is not None:
        heard[:] = ways
    return min(launches, key=lambda launch: WORST_FIRST.index(launch.state))
