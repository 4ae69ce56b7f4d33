"""Filters of `inspect`: which launches, Region defaults, alarms and blocks are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.launch import State
from imdsguard.model.record import record, replace
from imdsguard.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.not_made import NotMade

KEYS = ("state", "root", "type")


@record(frozen=True, slots=True)
class Filters:
    """Wanted states, and globs on root modules and on types of resources; nothing of one kind: all.

    Of one kind one must match, of several kinds all. What has no state matches none.
    """

    states: tuple[State, ...] = ()
    roots: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def of_estate(self, estate: Estate) -> Estate:
        """Give what matches of an estate."""
        if self == Filters():
            return estate
        return replace(
            estate,
            launches=tuple(
                each
                for each in estate.launches
                if (not self.states or each.state in self.states)
                and self._matches(each.resource.root, each.resource.kind)
            ),
            region_defaults=tuple(
                each for each in estate.region_defaults if self._stateless(each.resource.root, each.resource.kind)
            ),
            alarms=tuple(each for each in estate.alarms if self._stateless(each.resource.root, each.resource.kind)),
        )

    def of_not_made(self, blocks: Sequence[NotMade]) -> tuple[NotMade, ...]:
        """Give those of the blocks that match."""
        return tuple(each for each in blocks if self._stateless(each.root, each.type))

    def _stateless(self, root: str, kind: str) -> bool:
        return not self.states and self._matches(root, kind)

    def _matches(self, root: str, kind: str) -> bool:
        from imdsguard.policy.match import matches_any, matches_path

        return (not self.roots or any(matches_path(root, glob) for glob in self.roots)) and (
            not self.types or matches_any(kind, self.types)
        )


def parse_filters(given: Sequence[str]) -> Filters:
    """Read `KEY=VALUE`, each a state, a glob on root modules or a glob on types. Raises `UsageError`."""
    from imdsguard.policy.errors import nearest

    found: dict[str, list[str]] = {key: [] for key in KEYS}
    for text in given:
        key, equals, value = text.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not value:
            raise UsageError(f'--filter "{text}" is not KEY=VALUE, such as state=optional or type=aws_instance')
        if key not in found:
            raise UsageError(f'--filter "{text}": there is no key "{key}"{nearest(key, KEYS)}')
        if key == "state" and value not in [state.value for state in State]:
            raise UsageError(
                f'--filter "{text}": there is no state "{value}"{nearest(value, (s.value for s in State))}'
            )
        found[key].append(value)
    return Filters(tuple(map(State, found["state"])), tuple(found["root"]), tuple(found["type"]))
