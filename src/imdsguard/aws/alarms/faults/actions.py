"""Who hears of it: actions, composite alarms that notify in the alarm's place, and rules that mute it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.composites import mutes, relays
from imdsguard.aws.alarms.faults.table import AlarmConfig, may_be_none, perhaps, settled, shown, unsettled, wrong
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Absent, Known, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.value import Value

MOST_ACTIONS = 5
ACTIONS = "alarm_actions = [aws_sns_topic.NAME.arn]"
OTHERS = ("ok_actions", "insufficient_data_actions")


def notifies(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """Somebody must be told: by the alarm itself, or by a composite alarm."""
    enabled, actions = alarm.body.attribute("actions_enabled"), alarm.body.attribute("alarm_actions")
    given = _given(actions)
    if given is not None and len(given) > MOST_ACTIONS:
        message = f"is refused by AWS: it has {len(given)} alarm_actions, and {MOST_ACTIONS} are allowed"
        yield wrong(actions, message, ACTIONS, never=True)
    for action in given or ():
        text = text_of(action)
        if text is not None and not text.startswith("arn:"):
            yield wrong(action, f"is refused by AWS: an action must be an ARN, and one is {shown(action)}", ACTIONS)
    off = isinstance(enabled, Known) and enabled.value in (False, "false")
    if not off and (given or given is None):
        yield from unsettled(enabled, "actions_enabled", "actions_enabled = true")
        if may_be_none(actions):
            yield from unsettled(actions, "alarm_actions", ACTIONS)
        return
    found = _through_composites(alarm)
    if found is None:
        return
    if found:
        yield from found
    elif off:
        yield wrong(enabled, "fires silently: actions_enabled is false", "actions_enabled = true")
    else:
        only = [name for name in OTHERS if not isinstance(alarm.body.attribute(name), Absent)]
        only = [name for name in only if _given(alarm.body.attribute(name)) != ()]
        rest = f"it only has {' and '.join(only)}" if only else "it has no alarm_actions"
        message = f"fires and notifies nobody: {rest}, and no composite alarm in the code notifies for it"
        yield wrong(actions, message, ACTIONS)


def _through_composites(alarm: AlarmConfig) -> list[AlarmFault] | None:
    """Return what is wrong with the composite alarms that name the alarm; None if one of them surely notifies."""
    flaws: list[AlarmFault] = []
    for relay in relays(alarm.resource, alarm.root):
        address = relay.composite.address
        if relay.unknown is not None:
            message = f"may notify nobody: whether {address} does for it cannot be computed: {relay.unknown.reason}"
            flaws.append(perhaps(relay.unknown, message, settled(relay.unknown, ACTIONS)))
        elif relay.reason:
            message = f"notifies nobody itself, and {address} may not either: {relay.reason}"
            place = Absent(alarm.resource.place)
            flaws.append(wrong(place, message, ACTIONS, confidence=Confidence.MEDIUM))
        else:
            return None
    return flaws


def muted(alarm: AlarmConfig) -> Iterator[AlarmFault]:
    """An alarm mute rule holds actions back at set times."""
    enabled, actions = alarm.body.attribute("actions_enabled"), alarm.body.attribute("alarm_actions")
    if (isinstance(enabled, Known) and enabled.value in (False, "false")) or _given(actions) == ():
        return  # it notifies nobody itself: a mute rule changes nothing
    for rule, unknown in mutes(alarm.resource, alarm.root):
        remedy = f"mute_targets of {rule.address} without this alarm"
        if unknown is not None:
            yield perhaps(unknown, f"may be muted by {rule.address}: {unknown.reason}", settled(unknown, remedy))
        elif _through_composites(alarm) is not None:
            message = f"is muted by {rule.address}: nobody hears of a {alarm.calls} while that lasts"
            yield wrong(Absent(alarm.resource.place), message, remedy, confidence=Confidence.MEDIUM)


def _given(value: Value) -> tuple[Value, ...] | None:
    """Return the items of a list, none for one that is not set; None if it is not known."""
    if isinstance(value, Absent):
        return ()
    return value.value if isinstance(value, Known) and isinstance(value.value, tuple) else None


ROWS = (notifies, muted)
