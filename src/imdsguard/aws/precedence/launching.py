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

__all__ = ["LaunchPath", "launch_of", "path_unknown", "path_via", "worst_of"]

WORST_FIRST = (State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED)


def launch_of(resource: Resource, kind: Kind, layers: Sequence[Layer], via: tuple[str, ...] = ()) -> Launch:
    """Make the launch that these layers lead to."""
    return _launch(resource, kind, LaunchPath(tuple(layers), via[0] if len(via) == 1 else ""), via)


def _launch(
    resource: Resource, kind: Kind, path: LaunchPath, via: tuple[str, ...], paths: tuple[LaunchPath, ...] = ()
) -> Launch:
    options = effective(path.layers)
    state, reason = state_of(options)
    return Launch(resource, kind, scope_of(resource), state, options, reason, via, paths=paths or (path,))


def path_via(settings: Settings, root: RootIndex, resource: Resource) -> LaunchPath:
    """Make the path via a template or launch configuration, in the account and Region of `resource`."""
    return LaunchPath(root.layers_through(settings, scope_of(resource)), settings.address)


def path_unknown(resource: Resource, unknown: Unknown) -> LaunchPath:
    """Make a path of which nothing is known."""
    return LaunchPath((undecided(Source.LAUNCH, resource.address, unknown),))


def worst_of(resource: Resource, kind: Kind, paths: Iterable[LaunchPath]) -> Launch:
    """Make the launch of a group or fleet: the worst of its paths. There must be one path at least."""
    paths = tuple(paths)
    via = tuple(dict.fromkeys(path.via for path in paths if path.via))
    launches = [_launch(resource, kind, path, via, paths) for path in paths]
    return min(launches, key=lambda launch: WORST_FIRST.index(launch.state))
