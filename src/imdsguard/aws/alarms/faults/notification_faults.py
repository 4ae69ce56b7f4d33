"""Who is notified: actions, composite alarms that notify in the alarm's place, and rules that mute it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.relays import relays, told_by_event
from imdsguard.aws.alarms.faults.saying import may_be_none, not_computed, perhaps, resolved_by, shown, wrong
from imdsguard.aws.alarms.faults.silent_action import shown_action, tells_nobody
from imdsguard.model.instead import Expression, Instead
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Absent, Known, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.alarms.alarm_config import AlarmConfig
    from imdsguard.aws.alarms.faults.listeners import Listeners
    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.value import Value

MOST_ACTIONS = 5
ACTIONS = Instead.of(alarm_actions=(Expression("aws_sns_topic.NAME.arn"),))


def notifies(alarm: AlarmConfig, listeners: Listeners) -> Iterator[AlarmFault]:
    """Somebody must be told: by the alarm itself, or by a composite alarm."""
    enabled, actions = alarm.notification.enabled, alarm.notification.alarm_actions
    given = _given(actions)
    if given is not None and len(given) > MOST_ACTIONS:
        message = f"is refused by AWS: it has {len(given)} alarm_actions, and {MOST_ACTIONS} are allowed"
        yield wrong(actions, message, ACTIONS, never=True)
    for action in given or ():
        text = text_of(action)
        if text is not None and not text.startswith("arn:"):
            yield wrong(action, f"is refused by AWS: an action must be an ARN, and one is {shown(action)}", ACTIONS)
    off = isinstance(enabled, Known) and enabled.value in (False, "false")
    silent = [action for action in given or () if tells_nobody(action)]
    if not off and (given is None or len(given) > len(silent)):
        yield from not_computed(enabled, "actions_enabled", Instead.of(actions_enabled=True))
        if may_be_none(actions):
            yield from not_computed(actions, "alarm_actions", ACTIONS)
        return
    found = _through_composites(alarm, listeners)
    if found is None or told_by_event(alarm, listeners):
        return
    by_event = listeners.events.of(alarm)
    if by_event is not None:
        message = f"may notify nobody: whether {by_event[0].resource.address} hands its events on cannot be told"
        yield perhaps(Absent(alarm.resource.place), message, ACTIONS)
        return
    if found:
        yield from found
    elif off:
        yield wrong(enabled, "fires silently: actions_enabled is false", Instead.of(actions_enabled=True))
    elif silent:
        what = f"its action {shown_action(silent[0])} notifies no one"
        yield wrong(actions, f"fires and tells nobody: {what}, and no composite alarm in the code does", ACTIONS)
    else:
        others = {
            "ok_actions": alarm.notification.ok_actions,
            "insufficient_data_actions": alarm.notification.insufficient_data_actions,
        }
        only = [name for name, value in others.items() if _given(value) != ()]
        rest = f"it only has {' and '.join(only)}" if only else "it has no alarm_actions"
        message = f"fires and notifies nobody: {rest}, and no composite alarm in the code notifies for it"
        yield wrong(actions, message, ACTIONS)


def _through_composites(alarm: AlarmConfig, listeners: Listeners) -> list[AlarmFault] | None:
    """Return what is wrong with the composite alarms that name the alarm; None if one of them surely notifies."""
    faults: list[AlarmFault] = []
    for relay in relays(alarm, listeners):
        address = relay.composite.resource.address
        if relay.unknown is not None:
            message = f"may notify nobody: whether {address} does for it cannot be computed"
            remedy = resolved_by(relay.unknown, ACTIONS)
            faults.append(perhaps(relay.unknown, message, remedy, because=relay.unknown.reason))
        elif relay.reason:
            message = f"notifies nobody itself, and {address} may not either: {relay.reason}"
            place = Absent(alarm.resource.place)
            faults.append(wrong(place, message, ACTIONS, confidence=Confidence.MEDIUM))
        else:
            return None
    return faults


def muted(alarm: AlarmConfig, listeners: Listeners) -> Iterator[AlarmFault]:
    """An alarm mute rule holds actions back at set times."""
    enabled, actions = alarm.notification.enabled, alarm.notification.alarm_actions
    if (isinstance(enabled, Known) and enabled.value in (False, "false")) or _given(actions) == ():
        return  # it notifies nobody itself: a mute rule changes nothing
    for rule, unknown in listeners.mutes(alarm):
        address = rule.resource.address
        remedy = f"mute_targets of {address} without this alarm"
        if unknown is not None:
            message = f"may be muted by {address}"
            yield perhaps(unknown, message, resolved_by(unknown, remedy), because=unknown.reason)
        elif _through_composites(alarm, listeners) is not None and not told_by_event(alarm, listeners):
            message = f"is muted by {address}: nobody hears of a {alarm.calls} while that lasts"
            yield wrong(Absent(alarm.resource.place), message, remedy, confidence=Confidence.MEDIUM)


def _given(value: Value) -> tuple[Value, ...] | None:
    """Return the items of a list, none for one that is not set; None if it is not known."""
    if isinstance(value, Absent):
        return ()
    return value.value if isinstance(value, Known) and isinstance(value.value, tuple) else None
