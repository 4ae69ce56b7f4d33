"""What an alarm looks at, and whether that takes in a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imdsguard.aws.root_index import without_key
from imdsguard.model.alarm import Alarm
from imdsguard.model.launch import Coverage, Kind
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Known, Value

REJECTED = "MetadataNoTokenRejected"
TOKENLESS = "MetadataNoToken"

SINGLE = frozenset({Kind.INSTANCE, Kind.SPOT_REQUEST})
"""Launches of one instance, whose id the code can name."""

YES = Coverage(covered=True)
NO = Coverage(covered=False)


def doubt(reason: str) -> Coverage:
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
            return doubt(f"how many instances there are cannot be computed: {launch.resource.instances.reason}")
        return NO


@record(frozen=True, slots=True)
class GivenId:
    """The instance with an id that is written out."""

    identifier: str

    def sees(self, launch: Launch) -> Coverage:
        """Take in that instance, if a plan or a state tells the launch's id; source does not."""
        from imdsguard.model.resource import Action
        from imdsguard.model.value import text_of

        if launch.kind not in SINGLE or launch.resource.action in (Action.CREATE, Action.REPLACE):
            return NO
        known = text_of(launch.resource.body.attribute("id"))
        if known is not None:
            return YES if known == self.identifier else NO
        return doubt(f"the code does not show whose id {self.identifier} is")


@record(frozen=True, slots=True)
class InDoubt:
    """Nobody knows what. `addresses` (without keys) and `kinds` limit what it may be; None does not."""

    reason: str
    addresses: frozenset[str] | None = None
    kinds: frozenset[Kind] | None = None

    def sees(self, launch: Launch) -> Coverage:
        """Say why it cannot be told."""
        if self.kinds is not None and launch.kind not in self.kinds:
            return NO
        if self.addresses is not None and without_key(launch.address) not in self.addresses:
            return NO
        return doubt(self.reason)


@record(frozen=True, slots=True)
class AlarmTarget:
    """An alarm on one of the token metrics, or one that may be: `unsure` says why its metric cannot be told."""

    resource: Resource
    scope: Scope
    metric: str
    sights: tuple[MetricSelector, ...]
    unsure: str | None = None
    flaws: tuple[AlarmFault, ...] = ()
    fast: Known | None = None
    """A period below five minutes: it has data only where monitoring is detailed."""
    asks: Value | None = None
    """A Metrics Insights query with a WHERE."""

    def sees(self, launch: Launch) -> Coverage:
        """Whether the alarm takes in the instances of `launch`, as far as it can be told."""
        same = self.scope.same(launch.scope)
        if same is False:
            return NO
        sights = self.sights
        if launch.resource.root != self.resource.root:  # another stack of the estate
            sights = tuple(sight for sight in sights if sees_elsewhere(sight))
        answer = best(sight.sees(launch) for sight in sights)
        if answer.covered is False:
            return NO if answer.reason is None else Coverage(False, reason=f"{self.resource.address} {answer.reason}")
        for flaw in self.flaws:
            if flaw.never:
                return Coverage(covered=False, reason=f"{self.resource.address} {flaw.message}")
        if not answer.covered:
            return answer
        if self.unsure is not None:
            return doubt(self.unsure)
        if same is None:
            return doubt(f"whether {self.resource.address} is in the Region of this launch cannot be computed")
        if self.resource.instances is not None:
            return doubt(f"whether {self.resource.address} exists cannot be computed: {self.resource.instances.reason}")
        return answer

    def alarm(
        self, covers: tuple[str, ...], more: tuple[AlarmFault, ...], asked: Callable[[Launch], Coverage]
    ) -> Alarm:
        """Make the estate's alarm, with the addresses of the launches that it surely takes in."""
        everything = any(isinstance(sight, Everything) for sight in self.sights)
        names = tuple(sight.address for sight in self.sights if isinstance(sight, OneInstance))
        flaws = (*self.flaws, *more)
        return Alarm(self.resource, self.scope, self.metric, covers, everything, names, flaws, asked)


def sees_elsewhere(sight: MetricSelector) -> bool:
    """Whether it may take in launches of another root module: not if it names instances, by reference or by id."""
    if isinstance(sight, InDoubt):
        return sight.addresses is None and sight.kinds is None
    return not isinstance(sight, (OneInstance, GivenId))


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
