"""Which alarms take in which launches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.monitoring import detailed_of, too_fast, worst_first
from imdsguard.aws.alarms.selector import NO, REJECTED, TOKENLESS, AlarmTarget, OneInstance, better
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.aws.root_index import without_key
from imdsguard.model.launch import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.launch import Launch
    from imdsguard.model.reason import Reason

STARTS_NOTHING = Coverage(covered=None, reason="it starts no instances itself")
OUT_OF_SIGHT = Coverage(covered=None, reason="the account's own metrics are not known to show its instances")


class AlarmIndex:
    """All watches of a root module or of an estate, asked about one launch after the other.

    An alarm for each instance is the rule in large estates, so watches of single instances are found by address.
    """

    def __init__(self, watches: Sequence[AlarmTarget]) -> None:
        self._watches = watches
        self._covers: list[list[str]] = [[] for _ in watches]
        self._slow: list[list[AlarmFault]] = [[] for _ in watches]
        self._let: dict[int, list[tuple[str, Coverage]]] = {n: [] for n, w in enumerate(watches) if w.asks is not None}
        self._single: dict[tuple[str, str], list[int]] = {}
        self._broad: list[int] = []
        for number, watch in enumerate(watches):
            addresses = [sight.address for sight in watch.sights if isinstance(sight, OneInstance)]
            if len(addresses) < len(watch.sights):
                self._broad.append(number)
                continue
            root = watch.resource.root
            for address in dict.fromkeys(without_key(address) for address in addresses):
                self._single.setdefault((root, address), []).append(number)
            for address in dict.fromkeys(addresses):
                self._single.setdefault((root, f"={address}"), []).append(number)

    def coverage_of(self, launch: Launch, root: RootIndex | None = None) -> Coverage:
        """Ask every watch; `by` names the alarms on `MetadataNoTokenRejected` that surely take the launch in."""
        if not launch.starts_instances:
            return STARTS_NOTHING
        if not launch.follows_account:
            return OUT_OF_SIGHT
        self._hold_where(launch)
        detailed: list[bool | None] = []
        by: dict[str, Reason | str | None] = {}
        found = NO
        for number in self._candidates(launch):
            watch = self._watches[number]
            answer = watch.sees(launch)
            if answer.covered:
                self._covers[number].append(seen_from(watch.resource.root, launch.resource))
                if watch.fast is not None and root is not None and not any(flaw.certain for flaw in self._slow[number]):
                    detailed = detailed or [detailed_of(launch, root)]
                    self._slow[number] += too_fast(watch.fast, launch, detailed[0])
            if watch.metric == REJECTED:
                found = better(found, answer)
                if answer.covered:
                    by[seen_from(launch.resource.root, watch.resource)] = answer.reason
        return _covered(by) if by else found

    def _hold_where(self, launch: Launch) -> None:
        """Ask each WHERE, until it has let something through."""
        for number, answers in self._let.items():
            from imdsguard.aws.alarms.faults.where_clause import let_through

            if not answers or answers[-1][1].covered is False:
                answers += let_through(self._watches[number], launch)

    def observation_of(self, launch: Launch) -> Coverage:
        """Ask the watches on `MetadataNoToken`: who would see calls without a token that are answered."""
        if not launch.starts_instances:
            return STARTS_NOTHING
        by: dict[str, Reason | str | None] = {}
        found = NO
        for number in self._candidates(launch):
            watch = self._watches[number]
            if watch.metric != TOKENLESS:
                continue
            answer = watch.sees(launch)
            found = better(found, answer)
            if answer.covered:
                by[seen_from(launch.resource.root, watch.resource)] = answer.reason
        return _covered(by) if by else found

    def _candidates(self, launch: Launch) -> Iterator[int]:
        """The watches that may take the launch in, in their order."""
        key = launch.address if launch.resource.instances is not None else f"={launch.address}"
        yield from sorted([*self._broad, *self._single.get((launch.resource.root, key), ())])

    def alarms(self) -> list[Alarm]:
        """The alarms on the token metrics, with what was found that they take in."""
        found = []
        for number, watch in enumerate(self._watches):
            if watch.unsure is not None:
                continue
            more = worst_first(self._slow[number])
            if watch.asks is not None:
                from imdsguard.aws.alarms.faults.where_clause import where_flaws

                more = (*more, *where_flaws(watch.asks, watch, self._let[number]))
            found.append(watch.alarm(tuple(self._covers[number]), more, partial(asked, watch)))
        return found


def asked(watch: AlarmTarget, launch: Launch) -> Coverage:
    """Say why a watch does not take a launch in: only asked for when somebody wants to read it."""
    from imdsguard.aws.alarms.why_not import answer_of

    return answer_of(watch, launch)


def _covered(by: Mapping[str, Reason | str | None]) -> Coverage:
    """Say which alarms take a launch in; the reason is what that depends on, if all depend on something."""
    return Coverage(covered=True, by=tuple(by), reason=None if None in by.values() else next(iter(by.values())))
