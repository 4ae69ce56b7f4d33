"""What listens to the alarms of a root module: composite alarms, each rule read once, and the rules that mute."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.aws.alarms.faults.composite_rule import (
    CompositeRuleError,
    Is,
    JoinedRules,
    comes_true,
    names_in,
    parse,
    short,
)
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.value import Known, Unknown, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, CompositeConfig, MuteRule
    from imdsguard.aws.alarms.event_rules import EventRules
    from imdsguard.aws.alarms.faults.composite_rule import Answer, Rule
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Reference, Value

    AnyAlarm: TypeAlias = AlarmConfig | CompositeConfig
    Find: TypeAlias = Callable[[Reference], Resource | None]

GAP = "\ufffc"
"""Stands in a sketch for what is not known."""
NAMED_BY = ((), ("arn",), ("id",), ("alarm_name",))
"""Attributes of an alarm that a rule may name it by; a plan leaves the attribute out."""


@record(frozen=True, slots=True)
class Listener:
    """A composite alarm. `rule` is None where it cannot be read; `gaps` are the addresses of alarms it names by ARN.

    `any_of` is set for a rule that comes true as soon as any of these is in alarm.
    """

    composite: CompositeConfig
    rule: Rule | None
    names: tuple[str, ...] = ()
    gaps: Mapping[str, str] | None = None
    any_of: frozenset[str] | None = None

    def comes_true(self, alarm: AnyAlarm, *, calm: bool) -> Answer:
        """Whether its rule holds once the alarm fires: all others OK (`calm`), or None if they decide."""
        mine = {given for given in self.names if self.called(given, alarm)}
        if self.any_of is not None and not mine.isdisjoint(self.any_of):
            return True
        return comes_true(self.rule, mine.__contains__, calm=calm) if self.rule is not None else None

    def called(self, given: str, alarm: AnyAlarm) -> bool | None:
        """Whether what stands in the rule is this alarm; None if it may be."""
        if self.gaps is not None and given in self.gaps:
            return self.gaps[given] == alarm.resource.address
        return called(given, alarm.name)

    def may_name(self, alarm: AnyAlarm) -> bool:
        """Whether the rule names an alarm, or may."""
        if self.rule is None:
            # A plan that does not know one name in a rule shows nothing of the rule: who is not in it, nobody can say.
            return isinstance(self.composite.rule, Unknown) or speaks_of(self.composite.rule, alarm)
        return any(self.called(given, alarm) is not False for given in self.names)

    @property
    def unread(self) -> Unknown:
        """Why its rule cannot be read."""
        rule = self.composite.rule
        return rule if isinstance(rule, Unknown) else Unknown(Reason(ReasonKind.UNREADABLE), place=rule.place)


class Listeners:
    """All composite alarms and mute rules of a root module, found by what they name; `events` are rules on events."""

    def __init__(
        self, composites: Sequence[CompositeConfig], mute_rules: Sequence[MuteRule], events: EventRules, find: Find
    ) -> None:
        self.events = events
        self._composites = [_listener(each, find) for each in composites]
        self._mute_rules = mute_rules
        self._listening = _Named([_names_of(each) for each in self._composites])
        self._muting = _Named([_targets_of(rule) for rule in mute_rules])

    def of(self, alarm: AnyAlarm) -> Iterator[Listener]:
        """Yield the composite alarms in the alarm's account and Region that name it, or may."""
        for number in self._listening.near(alarm):
            listener = self._composites[number]
            if listener.composite.scope.same(alarm.scope) and listener.may_name(alarm):
                yield listener

    def mutes(self, alarm: AnyAlarm) -> Iterator[tuple[MuteRule, Unknown | None]]:
        """Yield the mute rules that name an alarm, or that may: then with what is not known."""
        for number in self._muting.near(alarm):
            rule = self._mute_rules[number]
            if rule.scope.same(alarm.scope):
                yield from _muted_by(rule, alarm)


class _Named:
    """Positions of what names alarms, by the names; None among these is a name that cannot be read."""

    def __init__(self, names: Sequence[Iterable[str | None]]) -> None:
        self._count = len(names)
        self._positions: dict[str | None, list[int]] = {}
        for number, each in enumerate(names):
            for name in dict.fromkeys(each):
                self._positions.setdefault(name, []).append(number)

    def near(self, alarm: AnyAlarm) -> Sequence[int]:
        """Return the positions of what may name an alarm: of all, where the alarm's own name is not known."""
        if isinstance(alarm.name, Unknown):
            return range(self._count)
        keys = (None, text_of(alarm.name) or "", GAP + alarm.resource.address)
        return sorted({number for key in keys for number in self._positions.get(key, ())})


def _names_of(listener: Listener) -> Iterator[str | None]:
    """Yield what a rule names, an alarm in the code by its address; None for a rule that cannot be read."""
    if listener.rule is None:
        yield None
    gaps = listener.gaps or {}
    for given in listener.names:
        yield GAP + gaps[given] if given in gaps else given if GAP not in given else None


def _targets_of(rule: MuteRule) -> Iterator[str | None]:
    """Yield what a rule mutes, an alarm in the code by its address; None for what is not known."""
    for targets in rule.targets:
        if isinstance(targets, Unknown):
            yield None
        for each in _items(targets):
            if isinstance(each, Unknown) and each.symbol is not None:
                yield None
            elif isinstance(each, Unknown):
                yield GAP + each.reference.address if each.reference is not None else None
            else:
                yield short(text_of(each) or "")


def _items(targets: Value) -> tuple[Value, ...]:
    return targets.value if isinstance(targets, Known) and isinstance(targets.value, tuple) else ()


def _muted_by(rule: MuteRule, alarm: AnyAlarm) -> Iterator[tuple[MuteRule, Unknown | None]]:
    for targets in rule.targets:
        answers = [_is(each, alarm) for each in _items(targets)]
        if True in answers:
            yield rule, rule.resource.instances
        elif isinstance(targets, Unknown) and speaks_of(targets, alarm):
            yield rule, targets
        elif None in answers and isinstance(alarm.name, Unknown):
            yield rule, alarm.name


def _is(value: Value, alarm: AnyAlarm) -> bool | None:
    """Whether a value names an alarm; None if that cannot be told, as the alarm's own name is not known."""
    if isinstance(value, Unknown) and value.symbol is None:
        reference = value.reference
        return reference is not None and reference.address == alarm.resource.address and reference.attribute in NAMED_BY
    return called(short(name_of(value) or ""), alarm.name)


def called(given: str, name: Value) -> bool | None:
    """Whether an alarm with this `alarm_name` is called so; None if it may be."""
    if name_of(name) == given:
        return True
    if GAP in given:
        return None  # made of a workspace that is not known
    if not isinstance(name, Unknown):
        return False
    known = (name.sketch or GAP).split(GAP)
    return None if given.startswith(known[0]) and given.endswith(known[-1]) else False


def speaks_of(value: Value, alarm: AnyAlarm) -> bool:
    """Whether a list of alarm names, or a rule that cannot be read, may name an alarm."""
    if isinstance(value, Unknown):
        mine = any(each.address == alarm.resource.address for each in value.references)
        return mine or not value.references or isinstance(alarm.name, Unknown)
    known, text = text_of(alarm.name), text_of(value)
    return bool(known and text and known in text)


def _listener(composite: CompositeConfig, find: Find) -> Listener:
    rule = composite.rule
    text = name_of(rule)
    gaps: dict[str, str] = {}
    if text is None and isinstance(rule, Unknown):
        text, gaps = _filled(rule, find)
    if text is None:
        return Listener(composite, None)
    try:
        tree = parse(text)
    except CompositeRuleError:
        return Listener(composite, None)
    return Listener(composite, tree, tuple(names_in(tree)), gaps, _any_of(tree))


def _any_of(rule: Rule) -> frozenset[str] | None:
    parts = rule.parts if isinstance(rule, JoinedRules) and not rule.every else (rule,)
    names = [part.name for part in parts if isinstance(part, Is) and part.state == "ALARM"]
    return frozenset(names) if names and len(names) == len(parts) else None


def _filled(rule: Unknown, find: Find) -> tuple[str | None, dict[str, str]]:
    """Put a word for its alarm in each hole of a sketch: each reference fills one, in the order of their first use.

    With more holes than references, one may stand for something else (a variable without a value): then it is unread.
    """
    pieces = (rule.sketch or "").split(GAP)
    references: tuple[Reference, ...] = rule.references
    if rule.sketch is None or not references or len(references) != len(pieces) - 1:
        return None, {}
    words: list[str] = []
    gaps: dict[str, str] = {}
    for number, reference in enumerate(references):
        if reference.attribute not in NAMED_BY or find(reference) is None:
            return None, {}
        words.append(f"{GAP}{number}")
        gaps[words[-1]] = reference.address
    return "".join(piece + word for piece, word in zip(pieces, [*words, ""], strict=True)), gaps
