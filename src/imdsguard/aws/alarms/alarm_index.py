"""Which alarms take in which launches: asked once for all launches of an account, and in any order the same.

An alarm for each instance is the rule in large estates. So alarms are found by what they name (an instance, its id, a
group), and of those that may watch anything, but surely watch nothing, the first is enough to say that it cannot be
told.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.monitoring_faults import detailed_of, too_fast, worst_first
from imdsguard.aws.alarms.selector import (
    NO,
    Everything,
    GivenId,
    InDoubt,
    OneInstance,
    better,
    id_of,
    may_have_an_id,
)
from imdsguard.aws.alarms.token_metric import METRICS, REJECTED, TOKENLESS
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.aws.root_index import without_key
from imdsguard.model.alarm import Alarm
from imdsguard.model.launch import Coverage, State
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.environment import Stack
    from imdsguard.model.launch import Launch

STARTS_NOTHING = Coverage(covered=None, reason=Reason(ReasonKind.STARTS_NOTHING))
NOT_SHOWN = Reason(ReasonKind.METRICS_ELSEWHERE)
NOT_OURS = Coverage(covered=None, reason=NOT_SHOWN)


@record(frozen=True, slots=True)
class Watchers:
    """Who watches a launch: `coverage` by alarms on refused calls, `observed` by those on calls that are answered.

    `by` are the positions of all targets that surely take it in.
    """

    coverage: Coverage
    observed: Coverage
    by: tuple[int, ...] = ()


class AlarmIndex:
    """All targets of a root module or of an estate, found by what they name. Asking it changes nothing in it."""

    def __init__(self, targets: Sequence[AlarmTarget]) -> None:
        self.targets = targets
        self._named: dict[tuple[str, Stack, str], list[int]] = {}
        self._broad: list[int] = []
        self._untold: dict[str, list[int]] = {metric: [] for metric in METRICS}
        self._by_id: dict[str, list[int]] = {metric: [] for metric in METRICS}
        for number, target in enumerate(targets):
            self._add(number, target)

    def _add(self, number: int, target: AlarmTarget) -> None:
        stack = target.resource.stack
        keys: dict[tuple[str, Stack, str], None] = {}
        broad = untold = by_id = False
        for selector in target.selectors:
            if isinstance(selector, OneInstance):
                keys["exact", stack, selector.address] = None
                keys["all", stack, without_key(selector.address)] = None
            elif isinstance(selector, GivenId):
                keys["id", stack, selector.identifier] = None
                by_id = True
            elif isinstance(selector, InDoubt) and selector.addresses is not None:
                keys.update((("any", stack, address), None) for address in selector.addresses)
            elif isinstance(selector, InDoubt):
                untold = True
            else:
                broad = True
        if broad:
            self._broad.append(number)
            return
        for key in keys:
            self._named.setdefault(key, []).append(number)
        if untold:
            self._untold.setdefault(target.metric, []).append(number)
        if by_id:
            self._by_id.setdefault(target.metric, []).append(number)

    def watchers_of(self, launch: Launch) -> Watchers:
        """Say who watches a launch; `by` of its answers names the alarms that surely do."""
        if not launch.starts_instances:
            return Watchers(STARTS_NOTHING, STARTS_NOTHING)
        found = dict.fromkeys(METRICS, NO)
        by: dict[str, dict[str, Reason | None]] = {metric: {} for metric in METRICS}
        surely: list[int] = []
        for number, answer in sorted(self._answers(launch).items()):
            target = self.targets[number]
            if answer.covered:
                surely.append(number)
            if target.metric in found:
                found[target.metric] = better(found[target.metric], answer)
                if answer.covered:
                    by[target.metric][seen_from(launch.resource.stack, target.resource)] = answer.reason
        coverage, observed = (_covered(by[each]) if by[each] else found[each] for each in (REJECTED, TOKENLESS))
        if not launch.follows_account:
            return Watchers(NOT_OURS, observed)
        return Watchers(coverage, observed, tuple(surely))

    def _answers(self, launch: Launch) -> dict[int, Coverage]:
        """Return what targets say of a launch, by position: all that may take it in, or the first in doubt."""
        answers = {number: self.targets[number].sees(launch) for number in {*self._broad, *self._names(launch)}}
        lists = [*self._untold.values()]
        if any(self._by_id.values()) and may_have_an_id(launch) and id_of(launch) is None:
            lists += self._by_id.values()
        for numbers in lists:
            for number in numbers:
                answers[number] = self.targets[number].sees(launch)
                if answers[number].covered is None:
                    break
        return answers

    def _names(self, launch: Launch) -> Iterator[int]:
        """Yield the targets that name a launch."""
        stack, address = launch.resource.stack, launch.address
        keys = [("all" if launch.resource.instances is not None else "exact", stack, address)]
        keys += (("any", stack, each) for each in dict.fromkeys((address, without_key(address))))
        if any(self._by_id.values()) and may_have_an_id(launch):
            keys.append(("id", stack, id_of(launch) or ""))
        for key in keys:
            yield from self._named.get(key, ())


def as_it_is(launch: Launch, coverage: Coverage) -> Coverage:
    """Return what alarms on refused calls are to a launch in its state: where it refuses none, none can fire for it."""
    kind = {State.OPTIONAL: ReasonKind.NOTHING_REFUSED, State.DISABLED: ReasonKind.ENDPOINT_OFF}.get(launch.state)
    if kind is None or coverage.covered is False or not launch.starts_instances or not launch.follows_account:
        return coverage
    return Coverage(covered=False, reason=Reason(kind, ", ".join(coverage.by)))


def watch(
    targets: Sequence[AlarmTarget], launches: Sequence[tuple[Launch, RootIndex]]
) -> tuple[list[Watchers], list[Alarm]]:
    """Hold alarms against launches, each with its root module: who watches which launch, and the alarms with theirs."""
    index = AlarmIndex(targets)
    watched = [index.watchers_of(launch) for launch, _ in launches]
    taken: list[list[int]] = [[] for _ in targets]
    for position, each in enumerate(watched):
        for number in each.by:
            taken[number].append(position)
    alarms = [_alarm(target, launches, taken[number]) for number, target in enumerate(targets) if target.unsure is None]
    return watched, alarms


def _alarm(target: AlarmTarget, launches: Sequence[tuple[Launch, RootIndex]], taken: Sequence[int]) -> Alarm:
    """Make the estate's alarm, with the launches that it surely takes in, and what is wrong with it for these."""
    covers = tuple(seen_from(target.resource.stack, launches[position][0].resource) for position in taken)
    everything = any(isinstance(selector, Everything) for selector in target.selectors)
    names = tuple(selector.address for selector in target.selectors if isinstance(selector, OneInstance))
    faults = (*target.faults, *_slow(target, [launches[position] for position in taken]))
    if target.where is not None:
        from imdsguard.aws.alarms.faults.where_faults import where_faults

        faults += tuple(where_faults(target.where, target, [launch for launch, _ in launches]))
    asked = partial(_asked, target)
    return Alarm(target.resource, target.scope, target.metric, covers, everything, names, faults, asked)


def _slow(target: AlarmTarget, taken: Sequence[tuple[Launch, RootIndex]]) -> tuple[AlarmFault, ...]:
    """Say what is wrong with a period below five minutes, of one launch: the first for which that is certain."""
    found: list[AlarmFault] = []
    if target.fast is not None:
        for launch, root in taken:
            found += too_fast(target.fast, launch, detailed_of(launch, root))
            if any(fault.certain for fault in found):
                break
    return worst_first(found)


def _asked(target: AlarmTarget, launch: Launch) -> Coverage:
    """Say why an alarm does not take a launch in: only asked for when somebody wants to read it."""
    from imdsguard.aws.alarms.why_not import answer_of

    return answer_of(target, launch)


def _covered(by: Mapping[str, Reason | None]) -> Coverage:
    """Say which alarms take a launch in; the reason is what that depends on, if all depend on something."""
    return Coverage(covered=True, by=tuple(by), reason=None if None in by.values() else next(iter(by.values())))
