"""Who hears of it: actions, composite alarms that notify in the alarm's place, and rules that mute it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.flaws.composite_rule import RuleError, comes_true, names_in, short
from imdsguard.aws.flaws.row import Written, perhaps, shown, unsettled, wrong
from imdsguard.aws.scope import scope_of
from imdsguard.model.finding import Confidence
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.flaw import Flaw
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

MOST_ACTIONS = 5
ACTIONS = "alarm_actions = [aws_sns_topic.NAME.arn]"
OTHERS = ("ok_actions", "insufficient_data_actions")


def notifies(alarm: Written) -> Iterator[Flaw]:
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
        if isinstance(actions, Unknown) and not actions.references:  # with some, there is what they refer to
            yield from unsettled(actions, "alarm_actions", ACTIONS)
        return
    flaws = list(_through_composites(alarm))
    if flaws == [None]:
        return
    found = [flaw for flaw in flaws if flaw is not None]
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


def _through_composites(alarm: Written) -> Iterator[Flaw | None]:
    """Yield a single None if a composite alarm surely notifies; else what is wrong with those that name the alarm."""
    name = text_of(alarm.body.attribute("alarm_name"))
    flaws: list[Flaw] = []
    for composite in alarm.root.able("composite"):
        if not scope_of(composite).same(scope_of(alarm.resource)):
            continue
        verdict = _composite(composite, name, alarm)
        if verdict == "":
            yield None
            return
        if isinstance(verdict, str):
            message = f"notifies nobody itself, and {composite.address} may not either: {verdict}"
            place = Absent(alarm.resource.place)
            flaws.append(wrong(place, message, ACTIONS, confidence=Confidence.MEDIUM))
        elif verdict is not None:
            message = f"may notify nobody: the rule of {composite.address} cannot be computed: {verdict.reason}"
            flaws.append(perhaps(verdict, message, ACTIONS))
    yield from flaws


def _composite(composite: Resource, name: str | None, alarm: Written) -> str | Unknown | None:
    """Why a composite does not surely notify: empty if it does, None if it does not name the alarm."""
    body = composite.body
    rule = body.attribute("alarm_rule")
    if isinstance(rule, Unknown):
        mine = any(reference.address == alarm.resource.address for reference in rule.references)
        return rule if mine or not rule.references else None
    text = text_of(rule)
    if text is None or name is None:
        return None
    try:
        if name not in names_in(text):
            return None
        surely, calm = comes_true(text, name, calm=False), comes_true(text, name, calm=True)
    except RuleError:
        return Unknown("it cannot be read", place=rule.place) if name in text else None
    if surely is not True and not calm:
        return "its rule also wants the state of other alarms"
    enabled = body.attribute("actions_enabled")
    if isinstance(enabled, Known) and enabled.value in (False, "false"):
        return "its actions_enabled is false"
    if _given(body.attribute("alarm_actions")) == ():
        return "it has no alarm_actions"
    if body.blocks("actions_suppressor").items or text_of(body.attribute("actions_suppressor")):
        return "its actions_suppressor holds its actions back while another alarm is on"
    return "another alarm in its rule can hide this one" if surely is not True else ""


def muted(alarm: Written) -> Iterator[Flaw]:
    """An alarm mute rule holds actions back at set times."""
    name = text_of(alarm.body.attribute("alarm_name"))
    for rule in alarm.root.able("mute"):
        if not scope_of(rule).same(scope_of(alarm.resource)):
            continue
        for targets in rule.body.blocks("mute_targets").items:
            value = targets.attribute("alarm_names")
            named = _given(value)
            remedy = f"mute_targets of {rule.address} without this alarm"
            if name is not None and any(short(text_of(each) or "") == name for each in named or ()):
                message = f"is muted by {rule.address}: nobody hears of a {alarm.calls} while that lasts"
                yield wrong(Absent(alarm.resource.place), message, remedy, confidence=Confidence.MEDIUM)
            elif isinstance(value, Unknown) and _speaks_of(value, alarm.resource):
                yield perhaps(value, f"may be muted by {rule.address}: {value.reason}", remedy)


def _speaks_of(value: Unknown, resource: Resource) -> bool:
    return any(reference.address == resource.address for reference in value.references)


def _given(value: Value) -> tuple[Value, ...] | None:
    """Return the items of a list, none for one that is not set; None if it is not known."""
    if isinstance(value, Absent):
        return ()
    return value.value if isinstance(value, Known) and isinstance(value.value, tuple) else None


ROWS = (notifies, muted)
