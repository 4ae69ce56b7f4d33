"""Composite alarms that notify in an alarm's place: by themselves, or through other composite alarms.

A suppressor and a mute rule hold back the actions of a composite, not its state, so that what listens to it still
hears. (CloudWatch User Guide, "Composite alarms")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.composite_rule import short
from imdsguard.aws.alarms.faults.listeners import NAMED_BY, Listener, Listeners, called, speaks_of
from imdsguard.aws.alarms.faults.table import may_be_none
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.types import capability
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

ALSO = "its rule also wants the state of other alarms"
HIDES = "another alarm in its rule can hide this one"
CYCLE = "it listens to itself through other composite alarms, and CloudWatch does not evaluate such a circle"
DEEPEST = 20
TOO_DEEP = Unknown(f"more than {DEEPEST} composite alarms listen to one another")


@record(frozen=True, slots=True)
class Relay:
    """A composite alarm that names an alarm. `reason` says why nobody may hear of it; empty if somebody surely does.

    `unknown` is set instead where that cannot be told.
    """

    composite: Resource
    reason: str = ""
    unknown: Unknown | None = None

    @property
    def heard(self) -> bool:
        """Whether somebody surely hears."""
        return not self.reason and self.unknown is None


def relays(alarm: Resource, root: RootIndex) -> list[Relay]:
    """Return what each composite alarm in the same account and Region does with an alarm that it names."""
    return _relays(alarm, root, (), set())


def _relays(alarm: Resource, root: RootIndex, above: tuple[str, ...], seen: set[str]) -> list[Relay]:
    """Ask every listener; one that was `seen` on another way is not asked again: what it led to is known."""
    found = []
    for listener in root.once(Listeners).of(alarm):
        relay = _relay(listener, alarm, root, above, seen)
        if relay is not None:
            found.append(relay)
            if relay.heard:
                break
    return found


def _relay(
    listener: Listener, alarm: Resource, root: RootIndex, above: tuple[str, ...], seen: set[str]
) -> Relay | None:
    composite = listener.composite
    if listener.rule is None:
        return Relay(composite, unknown=listener.unread)
    if not any(listener.called(given, alarm) for given in listener.names):
        name = alarm.body.attribute("alarm_name")
        return Relay(composite, unknown=name) if isinstance(name, Unknown) else None
    if composite.address in above:
        return Relay(composite, CYCLE)
    if composite.instances is not None or len(above) >= DEEPEST:
        return Relay(composite, unknown=composite.instances or TOO_DEEP)
    if listener.comes_true(alarm, calm=False) is not True:
        return Relay(composite, HIDES if listener.comes_true(alarm, calm=True) else ALSO)
    if composite.address in seen:
        return None
    seen.add(composite.address)
    why = why_silent(composite, root)
    if not why:
        return Relay(composite)
    further = _relays(composite, root, (*above, composite.address), seen)
    if any(each.heard for each in further):
        return Relay(composite)
    unknown = why if isinstance(why, Unknown) else next((each.unknown for each in further if each.unknown), None)
    if isinstance(why, Unknown) or unknown is not None:
        return Relay(composite, unknown=unknown)
    more = "".join(f"; nor may {each.composite.address}: {each.reason}" for each in further[:1])
    return Relay(composite, why + more)


def why_silent(composite: Resource, root: RootIndex) -> str | Unknown:
    """Why nobody surely hears of a composite alarm that comes true by itself; empty if somebody does."""
    body = composite.body
    enabled, actions = body.attribute("actions_enabled"), body.attribute("alarm_actions")
    if isinstance(enabled, Known) and enabled.value in (False, "false"):
        return "its actions_enabled is false"
    if isinstance(actions, Absent) or (isinstance(actions, Known) and actions.value == ()):
        return "it has no alarm_actions"
    for value in (enabled, actions):
        if isinstance(value, Unknown) and may_be_none(value):
            return value
    suppressor, named = body.blocks("actions_suppressor"), body.attribute("actions_suppressor")
    if suppressor.items or suppressor.unknown is not None or text_of(named) or isinstance(named, Unknown):
        return "its actions_suppressor holds its actions back while another alarm is on"
    for rule, unknown in mutes(composite, root):
        return unknown or f"{rule.address} mutes it at set times"
    return ""


def mutes(alarm: Resource, root: RootIndex) -> Iterator[tuple[Resource, Unknown | None]]:
    """Yield the mute rules that name an alarm, or that may: then with what is not known."""
    name = alarm.body.attribute("alarm_name")
    for rule, _ in root.capable(capability.mute):
        if not scope_of(rule).same(scope_of(alarm)):
            continue
        for targets in rule.body.blocks("mute_targets").items:
            value = targets.attribute("alarm_names")
            named = value.value if isinstance(value, Known) and isinstance(value.value, tuple) else ()
            answers = [_is(each, alarm) for each in named]
            if True in answers:
                yield rule, rule.instances
            elif isinstance(value, Unknown) and speaks_of(value, alarm):
                yield rule, value
            elif None in answers and isinstance(name, Unknown):
                yield rule, name


def _is(value: Value, alarm: Resource) -> bool | None:
    """Whether a value names an alarm; None if that cannot be told, as the alarm's own name is not known."""
    if isinstance(value, Unknown):
        reference = value.reference
        return reference is not None and reference.address == alarm.address and reference.attribute in NAMED_BY
    return called(short(text_of(value) or ""), alarm.body.attribute("alarm_name"))
