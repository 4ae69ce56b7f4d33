"""Making launches: from layers, and from what a group launches through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.effective import effective, state_of
from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.launch import Launch, State
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.aws.precedence.settings import Settings
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Kind
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Unknown

__all__ = ["LaunchPath", "launch_of", "way_through", "way_unknown", "worst_of"]

WORST_FIRST = (State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED)


def launch_of(resource: Resource, kind: Kind, layers: Sequence[Layer], through: tuple[str, ...] = ()) -> Launch:
    """Make the launch that these layers lead to."""
    return _launch(resource, kind, LaunchPath(tuple(layers), through[0] if len(through) == 1 else ""), through)


def _launch(
    resource: Resource, kind: Kind, way: LaunchPath, through: tuple[str, ...], ways: tuple[LaunchPath, ...] = ()
) -> Launch:
    options = effective(way.layers)
    state, reason = state_of(options)
    return Launch(resource, kind, scope_of(resource), state, options, reason, through, ways=ways or (way,))


def way_through(settings: Settings, root: RootIndex, resource: Resource) -> LaunchPath:
    """Make the way through a template or launch configuration, in the account and Region of `resource`."""
    return LaunchPath(root.layers_through(settings, scope_of(resource)), settings.address)


def way_unknown(resource: Resource, unknown: Unknown) -> LaunchPath:
    """Make a way of which nothing is known."""
    return LaunchPath((undecided(Source.LAUNCH, resource.address, unknown),))


def worst_of(resource: Resource, kind: Kind, ways: Iterable[LaunchPath]) -> Launch:
    """Make the launch of a group or fleet: the worst of its ways. There must be one way at least."""
    ways = tuple(ways)
    through = tuple(dict.fromkeys(way.through for way in ways if way.through))
    launches = [_launch(resource, kind, way, through, ways) for way in ways]
    return min(launches, key=lambda launch: WORST_FIRST.index(launch.state))
