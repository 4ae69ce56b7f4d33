"""Composite alarms that notify in an alarm's place: by themselves, or through other composite alarms.

A suppressor and a mute rule hold back the actions of a composite, not its state, so that what listens to it still
hears. (CloudWatch User Guide, "Composite alarms")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.saying import may_be_none
from imdsguard.aws.alarms.faults.silent_action import tells_nobody
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.alarms.alarm_config import CompositeConfig
    from imdsguard.aws.alarms.faults.listeners import AnyAlarm, Listener, Listeners

ALSO = "its rule also wants the state of other alarms"
HIDES = "another alarm in its rule can hide this one"
CYCLE = "it listens to itself through other composite alarms, and CloudWatch does not evaluate such a circle"
DEEPEST = 20
TOO_DEEP = Unknown(Reason(ReasonKind.COMPOSITES_TOO_DEEP, str(DEEPEST)))


@record(frozen=True, slots=True)
class Relay:
    """A composite alarm that names an alarm. `reason` says why nobody may hear of it; empty if somebody surely does.

    `unknown` is set instead where that cannot be told.
    """

    composite: CompositeConfig
    reason: str = ""
    unknown: Unknown | None = None

    @property
    def heard(self) -> bool:
        """Whether it surely notifies somebody."""
        return not self.reason and self.unknown is None


def relays(alarm: AnyAlarm, listeners: Listeners) -> list[Relay]:
    """Return what each composite alarm in the same account and Region does with an alarm that it names."""
    return _relays(alarm, listeners, (), {})


def _relays(alarm: AnyAlarm, listeners: Listeners, above: tuple[str, ...], known: dict[str, Relay]) -> list[Relay]:
    """Ask every listener; `known` are the answers of those that come true by themselves, asked on another way."""
    found = []
    for listener in listeners.of(alarm):
        relay = _relay(listener, alarm, listeners, above, known)
        if relay is not None:
            found.append(relay)
            if relay.heard:
                break
    return found


def _relay(
    listener: Listener, alarm: AnyAlarm, listeners: Listeners, above: tuple[str, ...], known: dict[str, Relay]
) -> Relay | None:
    composite = listener.composite
    if listener.rule is None:
        return Relay(composite, unknown=listener.unread)
    if not any(listener.called(given, alarm) for given in listener.names):
        return Relay(composite, unknown=alarm.name) if isinstance(alarm.name, Unknown) else None
    address, instances = composite.resource.address, composite.resource.instances
    if address in above:
        return Relay(composite, CYCLE)
    if instances is not None or len(above) >= DEEPEST:
        return Relay(composite, unknown=instances or TOO_DEEP)
    if listener.comes_true(alarm, calm=False) is not True:
        return Relay(composite, HIDES if listener.comes_true(alarm, calm=True) else ALSO)
    if address not in known:
        known[address] = _once_true(composite, listeners, (*above, address), known)
    return known[address]


def _once_true(
    composite: CompositeConfig, listeners: Listeners, above: tuple[str, ...], known: dict[str, Relay]
) -> Relay:
    """Say what notifies of a composite alarm that comes true: its own actions, or what watches its state."""
    why = why_silent(composite, listeners)
    if not why:
        return Relay(composite)
    further = _relays(composite, listeners, above, known)
    if any(each.heard for each in further):
        return Relay(composite)
    unknown = why if isinstance(why, Unknown) else next((each.unknown for each in further if each.unknown), None)
    if isinstance(why, Unknown) or unknown is not None:
        return Relay(composite, unknown=unknown)
    more = "".join(f"; nor may {each.composite.resource.address}: {each.reason}" for each in further[:1])
    return Relay(composite, why + more)


def told_by_event(alarm: AnyAlarm, listeners: Listeners) -> bool:
    """Whether a rule of EventBridge surely tells somebody of an alarm: it is sent every change of its state."""
    found = listeners.events.of(alarm)
    return found is not None and found[1] is True


def why_silent(composite: CompositeConfig, listeners: Listeners) -> str | Unknown:
    """Why nobody is surely notified of a composite alarm that comes true by itself; empty if somebody is."""
    if told_by_event(composite, listeners):
        return ""
    enabled, actions = composite.notification.enabled, composite.notification.alarm_actions
    if isinstance(enabled, Known) and enabled.value in (False, "false"):
        return "its actions_enabled is false"
    if isinstance(actions, Absent) or (isinstance(actions, Known) and actions.value == ()):
        return "it has no alarm_actions"
    if isinstance(actions, Known) and isinstance(actions.value, tuple) and all(map(tells_nobody, actions.value)):
        return "its alarm_actions notify no one"
    for value in (enabled, actions):
        if isinstance(value, Unknown) and may_be_none(value):
            return value
    if composite.suppressed:
        return "its actions_suppressor holds its actions back while another alarm is on"
    for rule, unknown in listeners.mutes(composite):
        return unknown or f"{rule.resource.address} mutes it at set times"
    return ""
