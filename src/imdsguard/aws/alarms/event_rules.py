"""Rules of EventBridge that hand an alarm's events to somebody: CloudWatch sends one at each change of its state.

(CloudWatch User Guide, "Alarm events and EventBridge"; EventBridge User Guide, "Event patterns")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from imdsguard.aws.organizations.json_text import read_json
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Known, Unknown, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, CompositeConfig
    from imdsguard.model.resource import Blocks, Body, Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Value

Answer: TypeAlias = "bool | None"
SOURCE, DETAIL_TYPE, ALARM = "aws.cloudwatch", "CloudWatch Alarm State Change", "ALARM"
DEFAULT_BUS = "default"
RULE_ATTRIBUTES = ((), ("name",), ("id",), ("arn",))


@record(frozen=True, slots=True)
class EventRule:
    """A rule on a bus. `own_targets` are those that are written inside the rule, as Cloud Control has it."""

    resource: Resource
    scope: Scope
    name: Value
    pattern: Value
    bus: Value
    enabled: Value
    state: Value
    own_targets: Blocks


@record(frozen=True, slots=True)
class EventTarget:
    """Where a rule hands its events; `rule` is the rule's name."""

    resource: Resource
    scope: Scope
    rule: Value


def event_rule(resource: Resource, body: Body) -> EventRule:
    """Read a rule: both providers spell alike what counts."""
    return EventRule(
        resource,
        scope_of(resource),
        body.attribute("name"),
        body.attribute("event_pattern"),
        body.attribute("event_bus_name"),
        body.attribute("is_enabled"),
        body.attribute("state"),
        body.blocks("targets"),
    )


def event_target(resource: Resource, body: Body) -> EventTarget:
    """Read a target."""
    return EventTarget(resource, scope_of(resource), body.attribute("rule"))


class EventRules:
    """The rules of a root module that hand events of alarms to somebody, or may."""

    def __init__(self, rules: Sequence[EventRule], targets: Sequence[EventTarget]) -> None:
        found = ((rule, _every([_on(rule), _has_target(rule, targets)])) for rule in rules)
        self._rules = [(rule, answer) for rule, answer in found if answer is not False]

    def of(self, alarm: AlarmConfig | CompositeConfig) -> tuple[EventRule, Answer] | None:
        """Return the rule that surely tells somebody of an alarm (True), else one that may (None); None if none."""
        doubtful: EventRule | None = None
        for rule, answer in self._rules:
            if not rule.scope.same(alarm.scope):
                continue
            takes = _every([answer, _takes(rule, alarm)])
            if takes:
                return rule, True
            if takes is None:
                doubtful = doubtful or rule
        return (doubtful, None) if doubtful is not None else None


def _on(rule: EventRule) -> Answer:
    """Whether a rule is in force, on the bus that events of AWS come to."""
    answers: list[Answer] = [None if rule.resource.instances is not None else True]
    for value, passes in ((rule.enabled, _is_true), (rule.state, _is_enabled), (rule.bus, _is_default)):
        answers.append(None if isinstance(value, Unknown) else isinstance(value, Absent) or passes(value))
    return _every(answers)


def _is_true(value: Known) -> bool:
    return value.value in (True, "true")


def _is_enabled(value: Known) -> bool:
    return str(value.value).startswith("ENABLED")


def _is_default(value: Known) -> bool:
    return str(value.value).rpartition("/")[2] == DEFAULT_BUS


def _has_target(rule: EventRule, targets: Sequence[EventTarget]) -> Answer:
    if rule.own_targets.items:
        return True
    answers: list[Answer] = [None] if rule.own_targets.unknown is not None else []
    answers += (_is_of(target, rule) for target in targets if target.scope.same(rule.scope))
    return _any(answers)


def _is_of(target: EventTarget, rule: EventRule) -> Answer:
    named, name = target.rule, rule.name
    if name_of(named) is not None and name_of(named) == name_of(name):
        answer: Answer = True
    elif isinstance(named, Unknown):
        reference = named.reference
        same = reference is not None and reference.attribute in RULE_ATTRIBUTES
        answer = reference.address == rule.resource.address if same and reference is not None else None
    elif isinstance(name, Known):
        answer = text_of(named) == text_of(name)
    else:
        answer = None if isinstance(name, Unknown) else False
    return _every([answer, None if target.resource.instances is not None else True])


def _takes(rule: EventRule, alarm: AlarmConfig | CompositeConfig) -> Answer:
    """Whether a rule's pattern lets through that this alarm goes into ALARM."""
    if isinstance(rule.pattern, Absent):
        return False  # a schedule
    pattern = read_json(rule.pattern, "event_pattern")
    if not isinstance(pattern, Mapping):
        return None
    return _every(_field(key, wanted, alarm) for key, wanted in pattern.items())


def _field(key: str, wanted: Any, alarm: AlarmConfig | CompositeConfig) -> Answer:
    if key == "source":
        return _matches(wanted, SOURCE)
    if key == "detail-type":
        return _matches(wanted, DETAIL_TYPE)
    if key == "detail" and isinstance(wanted, Mapping):
        return _every(_detail(name, inner, alarm) for name, inner in wanted.items())
    return None


def _detail(key: str, wanted: Any, alarm: AlarmConfig | CompositeConfig) -> Answer:
    if key == "alarmName":
        name = text_of(alarm.name)
        return _matches(wanted, name) if name is not None else None
    if key == "state" and isinstance(wanted, Mapping):
        return _every(_matches(inner, ALARM) if name == "value" else None for name, inner in wanted.items())
    return None


def _matches(wanted: Any, value: str) -> Answer:
    """Hold a value against what a pattern lists for it."""
    return _any(_one(each, value) for each in wanted) if isinstance(wanted, list) else None


def _one(wanted: Any, value: str) -> Answer:
    if isinstance(wanted, str):
        return wanted == value
    if isinstance(wanted, Mapping) and len(wanted) == 1:
        ((how, what),) = wanted.items()
        if isinstance(what, str) and how == "prefix":
            return value.startswith(what)
        if isinstance(what, str) and how == "suffix":
            return value.endswith(what)
    return None


def _every(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return False if False in found else None if None in found else True


def _any(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return True if True in found else None if None in found else False
