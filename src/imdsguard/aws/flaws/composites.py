"""Composite alarms that notify in an alarm's place: by themselves, or through other composite alarms.

A suppressor and a mute rule hold back the actions of a composite, not its state, so that what listens to it still
hears. (CloudWatch User Guide, "Composite alarms")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.flaws.composite_rule import RuleError, comes_true, names_in, parse, short
from imdsguard.aws.scope import scope_of
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.flaws.composite_rule import Rule
    from imdsguard.aws.surroundings import Surroundings
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

GAP = "\ufffc"
"""Stands in a sketch for what is not known."""
NAMED_BY = ((), ("arn",), ("id",), ("alarm_name",))
"""Attributes of an alarm that a rule may name it by; a plan leaves the attribute out."""
ALSO = "its rule also wants the state of other alarms"
HIDES = "another alarm in its rule can hide this one"
CYCLE = "it listens to itself through other composite alarms, and CloudWatch does not evaluate such a circle"
DEEPEST = 20


@record(frozen=True, slots=True)
class Relay:
    """A composite alarm that names an alarm. `reason` says why nobody may hear of it; empty if somebody surely does.

    `unknown` is set instead where that cannot be told.
    """

    composite: Resource
    reason: str = ""
    unknown: Unknown | None = None


def relays(alarm: Resource, root: Surroundings, above: tuple[Resource, ...] = ()) -> Iterator[Relay]:
    """Yield what each composite alarm in the same account and Region does with an alarm that it names."""
    for composite in root.able("composite"):
        if not scope_of(composite).same(scope_of(alarm)):
            continue
        found = _relay(composite, alarm, root, above)
        if found is not None:
            yield found


def _relay(composite: Resource, alarm: Resource, root: Surroundings, above: tuple[Resource, ...]) -> Relay | None:
    rule = composite.body.attribute("alarm_rule")
    read = _read(rule, root)
    if read is None:
        return Relay(composite, unknown=_why_unread(rule)) if _speaks_of(rule, alarm) else None
    tree, gaps = read
    name = alarm.body.attribute("alarm_name")

    def fires(given: str) -> bool:
        return gaps.get(given) == alarm.address or _called(given, name) is True

    names = tuple(names_in(tree))
    if not any(map(fires, names)):
        if isinstance(name, Unknown) and any(given not in gaps and _called(given, name) is None for given in names):
            return Relay(composite, unknown=name)
        return None
    if composite in above or len(above) > DEEPEST:
        return Relay(composite, CYCLE)
    if composite.instances is not None:
        return Relay(composite, unknown=composite.instances)
    if comes_true(tree, fires, calm=False) is not True:
        return Relay(composite, HIDES if comes_true(tree, fires, calm=True) else ALSO)
    why = why_silent(composite, root)
    if not why:
        return Relay(composite)
    further = list(relays(composite, root, (*above, composite)))
    best = next((each for each in further if not each.reason and each.unknown is None), None)
    if best is not None:
        return Relay(composite)
    best = next((each for each in further if each.unknown is not None), None)
    if isinstance(why, Unknown) or best is not None:
        return Relay(composite, unknown=why if isinstance(why, Unknown) else best.unknown if best else None)
    more = "".join(f"; nor may {each.composite.address}: {each.reason}" for each in further)
    return Relay(composite, why + more)


def why_silent(composite: Resource, root: Surroundings) -> str | Unknown:
    """Why nobody surely hears of a composite alarm that comes true by itself; empty if somebody does."""
    body = composite.body
    enabled, actions = body.attribute("actions_enabled"), body.attribute("alarm_actions")
    if isinstance(enabled, Known) and enabled.value in (False, "false"):
        return "its actions_enabled is false"
    if isinstance(actions, Absent) or (isinstance(actions, Known) and actions.value == ()):
        return "it has no alarm_actions"
    for value in (enabled, actions):
        if isinstance(value, Unknown) and not value.references:  # with some, there is what they refer to
            return value
    suppressor, named = body.blocks("actions_suppressor"), body.attribute("actions_suppressor")
    if suppressor.items or suppressor.unknown is not None or text_of(named) or isinstance(named, Unknown):
        return "its actions_suppressor holds its actions back while another alarm is on"
    for rule, _ in mutes(composite, root):
        return f"{rule.address} mutes it at set times"
    return ""


def mutes(alarm: Resource, root: Surroundings) -> Iterator[tuple[Resource, Unknown | None]]:
    """Yield the mute rules that name an alarm, or that may: then with what is not known."""
    called = alarm.body.attribute("alarm_name")
    for rule in root.able("mute"):
        if not scope_of(rule).same(scope_of(alarm)):
            continue
        for targets in rule.body.blocks("mute_targets").items:
            value = targets.attribute("alarm_names")
            named = value.value if isinstance(value, Known) and isinstance(value.value, tuple) else ()
            answers = [_is(each, alarm) for each in named]
            if True in answers:
                yield rule, rule.instances
            elif isinstance(value, Unknown) and _speaks_of(value, alarm):
                yield rule, value
            elif None in answers and isinstance(called, Unknown):
                yield rule, called


def _is(value: Value, alarm: Resource) -> bool | None:
    """Whether a value names an alarm; None if that cannot be told, as the alarm's own name is not known."""
    if isinstance(value, Unknown):
        reference = value.reference
        return reference is not None and reference.address == alarm.address and reference.attribute in NAMED_BY
    return _called(short(text_of(value) or ""), alarm.body.attribute("alarm_name"))


def _called(given: str, name: Value) -> bool | None:
    """Whether an alarm is called so; None if it may be."""
    if not isinstance(name, Unknown):
        return text_of(name) == given
    known = (name.sketch or GAP).split(GAP)
    return None if given.startswith(known[0]) and given.endswith(known[-1]) else False


def _read(rule: Value, root: Surroundings) -> tuple[Rule, dict[str, str]] | None:
    """Read a rule, also one with holes for alarms in the code: what stands for those, and their addresses."""
    text, gaps = text_of(rule), dict[str, str]()
    if isinstance(rule, Unknown):
        text, gaps = _filled(rule, root)
    if text is None:
        return None
    try:
        return parse(text), gaps
    except RuleError:
        return None


def _filled(rule: Unknown, root: Surroundings) -> tuple[str | None, dict[str, str]]:
    """Put a word for its alarm in each hole of a sketch: references come in the order of their first use."""
    pieces = (rule.sketch or "").split(GAP)
    references = rule.references
    if rule.sketch is None or not references or len(references) not in (1, len(pieces) - 1):
        return None, {}
    words: list[str] = []
    gaps: dict[str, str] = {}
    for number in range(len(pieces) - 1):
        reference = references[0] if len(references) == 1 else references[number]
        if reference.attribute not in NAMED_BY or root.find(reference) is None:
            return None, {}
        words.append(f"{GAP}{number}")
        gaps[words[-1]] = reference.address
    return "".join(piece + word for piece, word in zip(pieces, [*words, ""], strict=True)), gaps


def _why_unread(rule: Value) -> Unknown:
    return rule if isinstance(rule, Unknown) else Unknown("it cannot be read", place=rule.place)


def _speaks_of(value: Value, alarm: Resource) -> bool:
    """Whether a value that cannot be read may name an alarm."""
    called = alarm.body.attribute("alarm_name")
    if isinstance(value, Unknown):
        mine = any(each.address == alarm.address for each in value.references)
        return mine or not value.references or isinstance(called, Unknown)
    name, text = text_of(called), text_of(value)
    return bool(name and text and name in text)
