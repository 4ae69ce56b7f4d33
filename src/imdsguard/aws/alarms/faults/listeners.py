"""The composite alarms of a root module, each rule read once: which of them name an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.composite_rule import CompositeRuleError, Is, JoinedRules, comes_true, names_in, parse
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.types import capability
from imdsguard.model.record import record
from imdsguard.model.value import Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imdsguard.aws.alarms.faults.composite_rule import Answer, Rule
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Reference, Value

GAP = "\ufffc"
"""Stands in a sketch for what is not known."""
NAMED_BY = ((), ("arn",), ("id",), ("alarm_name",))
"""Attributes of an alarm that a rule may name it by; a plan leaves the attribute out."""


@record(frozen=True, slots=True)
class Listener:
    """A composite alarm. `rule` is None where it cannot be read; `gaps` are the addresses of alarms it names by ARN.

    `any_of` is set for a rule that comes true as soon as any of these is in alarm.
    """

    composite: Resource
    scope: Scope
    rule: Rule | None
    names: tuple[str, ...] = ()
    gaps: Mapping[str, str] | None = None
    any_of: frozenset[str] | None = None

    def comes_true(self, alarm: Resource, *, calm: bool) -> Answer:
        """Whether its rule holds once the alarm fires: all others OK (`calm`), or None if they decide."""
        mine = {given for given in self.names if self.called(given, alarm)}
        if self.any_of is not None and not mine.isdisjoint(self.any_of):
            return True
        return comes_true(self.rule, mine.__contains__, calm=calm) if self.rule is not None else None

    def called(self, given: str, alarm: Resource) -> bool | None:
        """Whether what stands in the rule is this alarm; None if it may be."""
        if self.gaps is not None and given in self.gaps:
            return self.gaps[given] == alarm.address
        return called(given, alarm.body.attribute("alarm_name"))

    @property
    def unread(self) -> Unknown:
        """Why its rule cannot be read."""
        rule = self.composite.body.attribute("alarm_rule")
        return rule if isinstance(rule, Unknown) else Unknown("it cannot be read", place=rule.place)


class Listeners:
    """All composite alarms of a root module, found by what they name."""

    def __init__(self, root: RootIndex) -> None:
        self._all: list[Listener] = [_listener(composite, root) for composite, _ in root.capable(capability.composite)]
        self._named: dict[str, list[int]] = {}
        self._unread: list[int] = []
        for number, listener in enumerate(self._all):
            if listener.rule is None:
                self._unread.append(number)
            for given in dict.fromkeys(listener.names):
                key = f"{GAP}{listener.gaps[given]}" if listener.gaps and given in listener.gaps else given
                self._named.setdefault(key, []).append(number)

    def of(self, alarm: Resource) -> Iterator[Listener]:
        """Yield those in the alarm's account and Region that name it, or may."""
        name = alarm.body.attribute("alarm_name")
        if isinstance(name, Unknown):
            numbers: Sequence[int] = range(len(self._all))
        else:
            keys = (text_of(name) or "", GAP + alarm.address)
            numbers = sorted({*self._unread, *(n for key in keys for n in self._named.get(key, ()))})
        scope = scope_of(alarm)
        for number in numbers:
            listener = self._all[number]
            if listener.scope.same(scope) and self._names(listener, alarm):
                yield listener

    @staticmethod
    def _names(listener: Listener, alarm: Resource) -> bool:
        if listener.rule is None:
            return speaks_of(listener.composite.body.attribute("alarm_rule"), alarm)
        return any(listener.called(given, alarm) is not False for given in listener.names)


def called(given: str, name: Value) -> bool | None:
    """Whether an alarm with this `alarm_name` is called so; None if it may be."""
    if not isinstance(name, Unknown):
        return text_of(name) == given
    known = (name.sketch or GAP).split(GAP)
    return None if given.startswith(known[0]) and given.endswith(known[-1]) else False


def speaks_of(value: Value, alarm: Resource) -> bool:
    """Whether a value that cannot be read may name an alarm."""
    name = alarm.body.attribute("alarm_name")
    if isinstance(value, Unknown):
        mine = any(each.address == alarm.address for each in value.references)
        return mine or not value.references or isinstance(name, Unknown)
    known, text = text_of(name), text_of(value)
    return bool(known and text and known in text)


def _listener(composite: Resource, root: RootIndex) -> Listener:
    rule = composite.body.attribute("alarm_rule")
    text, gaps = _filled(rule, root) if isinstance(rule, Unknown) else (text_of(rule), {})
    scope = scope_of(composite)
    if text is None:
        return Listener(composite, scope, None)
    try:
        tree = parse(text)
    except CompositeRuleError:
        return Listener(composite, scope, None)
    return Listener(composite, scope, tree, tuple(names_in(tree)), gaps, _any_of(tree))


def _any_of(rule: Rule) -> frozenset[str] | None:
    parts = rule.parts if isinstance(rule, JoinedRules) and not rule.every else (rule,)
    names = [part.name for part in parts if isinstance(part, Is) and part.state == "ALARM"]
    return frozenset(names) if names and len(names) == len(parts) else None


def _filled(rule: Unknown, root: RootIndex) -> tuple[str | None, dict[str, str]]:
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
        if reference.attribute not in NAMED_BY or root.find(reference) is None:
            return None, {}
        words.append(f"{GAP}{number}")
        gaps[words[-1]] = reference.address
    return "".join(piece + word for piece, word in zip(pieces, [*words, ""], strict=True)), gaps
