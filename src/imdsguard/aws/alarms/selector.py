"""What one metric of an alarm looks at, and whether that takes in a launch: pure functions of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imdsguard.aws.root_index import without_key
from imdsguard.model.launch import Coverage, Kind
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.resource import Action
from imdsguard.model.value import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Known, Value

SINGLE = frozenset({Kind.INSTANCE, Kind.SPOT_REQUEST})
"""Launches of one instance, whose id the code can name."""

YES = Coverage(covered=True)
NO = Coverage(covered=False)


def doubt(reason: Reason) -> Coverage:
    """Say that it cannot be told, and why."""
    return Coverage(covered=None, reason=reason)


class MetricSelector(Protocol):
    """What one metric of an alarm looks at."""

    def sees(self, launch: Launch) -> Coverage:
        """Whether that takes in the instances of `launch`, if the account and Region are the same."""
        ...


@record(frozen=True, slots=True)
class Everything:
    """Every instance of the account and Region."""

    def sees(self, launch: Launch) -> Coverage:  # noqa: ARG002  it makes no difference which
        """Take in everything."""
        return YES


@record(frozen=True, slots=True)
class OneInstance:
    """The instance whose id is the attribute of a resource."""

    address: str

    def sees(self, launch: Launch) -> Coverage:
        """Take in that instance."""
        if launch.kind not in SINGLE:
            return NO
        if launch.address == self.address:
            return YES
        if launch.resource.instances is not None and without_key(self.address) == launch.address:
            return doubt(
                Reason(ReasonKind.NOT_COMPUTED, "how many instances there are", cause=launch.resource.instances.reason)
            )
        return NO


@record(frozen=True, slots=True)
class GivenId:
    """The instance with an id that is written out."""

    identifier: str

    def sees(self, launch: Launch) -> Coverage:
        """Take in that instance, if a plan or a state tells the launch's id; source does not."""
        if not may_have_an_id(launch):
            return NO
        known = id_of(launch)
        if known is not None:
            return YES if known == self.identifier else NO
        return doubt(Reason(ReasonKind.ID_NOT_SHOWN, self.identifier))


@record(frozen=True, slots=True)
class InDoubt:
    """Nobody knows what. `addresses` and `kinds` limit what it may be; None does not.

    An address without its key stands for all instances of the resource.
    """

    reason: Reason
    addresses: frozenset[str] | None = None
    kinds: frozenset[Kind] | None = None

    def sees(self, launch: Launch) -> Coverage:
        """Say why it cannot be told."""
        if self.kinds is not None and launch.kind not in self.kinds:
            return NO
        if self.addresses is not None and self.addresses.isdisjoint((launch.address, without_key(launch.address))):
            return NO
        return doubt(self.reason)


@record(frozen=True, slots=True)
class AlarmTarget:
    """An alarm on one of the token metrics, or one that may be: `unsure` says why its metric cannot be told.

    `faults` are the alarm's own. `fast` is a period below five minutes: it has data only where monitoring is detailed.
    `where` is a Metrics Insights query that has a WHERE.
    """

    resource: Resource
    scope: Scope
    metric: str
    selectors: tuple[MetricSelector, ...]
    unsure: Reason | None = None
    faults: tuple[AlarmFault, ...] = ()
    fast: Known | None = None
    where: Value | None = None

    def sees(self, launch: Launch) -> Coverage:
        """Whether the alarm takes in the instances of `launch`, as far as it can be told."""
        same = self.scope.same(launch.scope)
        if same is False:
            return NO
        selectors = self.selectors
        if launch.resource.stack != self.resource.stack:
            selectors = tuple(each for each in selectors if sees_elsewhere(each))
        answer = best(each.sees(launch) for each in selectors)
        if answer.covered is False:
            return NO if answer.reason is None else self._says(answer.reason)
        for fault in self.faults:
            if fault.never:
                return self._says(reason_of(fault))
        if not answer.covered:
            return answer
        if self.unsure is not None:
            return doubt(self.unsure)
        if same is None:
            return doubt(
                Reason(ReasonKind.NOT_COMPUTED, f"whether {self.resource.address} is in the Region of this launch")
            )
        if self.resource.instances is not None:
            exists = f"whether {self.resource.address} exists"
            return doubt(Reason(ReasonKind.NOT_COMPUTED, exists, cause=self.resource.instances.reason))
        return answer

    def _says(self, reason: Reason) -> Coverage:
        return Coverage(covered=False, reason=Reason(ReasonKind.ALARM_SAYS, self.resource.address, cause=reason))


def reason_of(fault: AlarmFault) -> Reason:
    """What is wrong with an alarm, as the reason for which it does not watch."""
    return Reason(ReasonKind.ALARM_FAULT, detail=fault.message, cause=fault.because)


def may_have_an_id(launch: Launch) -> bool:
    """Whether a launch is of one instance, and that may be there already."""
    return launch.kind in SINGLE and launch.resource.action not in (Action.CREATE, Action.REPLACE)


def id_of(launch: Launch) -> str | None:
    """Return the id of a launch's instance where a plan or a state tells it."""
    return text_of(launch.resource.body.attribute("id"))


def sees_elsewhere(selector: MetricSelector) -> bool:
    """Whether it may take in launches of another root module: not if it names instances, by reference or by id."""
    if isinstance(selector, InDoubt):
        return selector.addresses is None and selector.kinds is None
    return not isinstance(selector, (OneInstance, GivenId))


def best(answers: Iterable[Coverage]) -> Coverage:
    """Return the best of several answers: yes, else that it cannot be told, else no."""
    found = NO
    for answer in answers:
        found = better(found, answer)
    return found


def better(one: Coverage, other: Coverage) -> Coverage:
    """Return the better of two answers, the first where they are alike."""
    order = (False, None, True)
    if one.covered is other.covered:
        return other if one.reason is None else one
    return other if order.index(other.covered) > order.index(one.covered) else one
