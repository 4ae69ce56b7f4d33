"""The WHERE of a Metrics Insights query: whether it lets a launch's instances through.

A condition on a tag counts only while resource tags on telemetry are switched on in the account, which code does not
show. (CloudWatch User Guide, "Create a CloudWatch alarm based on a Metrics Insights query")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.insights import ACCOUNT, Comparison, JoinedConditions, OwnAccount
from imdsguard.aws.alarms.selector import NO, SINGLE, YES, OneInstance, doubt
from imdsguard.model.launch import Coverage
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.resource import Action
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.alarms.insights import Condition
    from imdsguard.model.launch import Launch
    from imdsguard.model.tags import Tags
    from imdsguard.model.value import Value

TAG = "tag."
LONGEST = 60


@record(frozen=True, slots=True)
class Filtered:
    """The instances that a WHERE lets through. `also` is set where it cannot be told of those either, and why."""

    condition: Condition
    also: Reason | None = None

    def sees(self, launch: Launch) -> Coverage:
        """Ask the condition of the tags on each path by which the launch starts instances: met on all, or not seen."""
        answers = self._answers(launch)
        unmet = self.unmet(launch)
        if unmet is not None:
            whom = "all its instances" if any(each.covered is not False for each in answers) else "it"
            return Coverage(covered=False, reason=Reason(ReasonKind.WHERE_KEEPS_OUT, whom, cause=unmet))
        untold = next((answer for answer in answers if answer.covered is None), None)
        if untold is not None or not answers:
            return untold or doubt(Reason(ReasonKind.WHERE_UNREAD))
        if self.also is not None:
            return doubt(self.also)
        return Coverage(covered=True, reason=Reason(ReasonKind.TELEMETRY_UNKNOWN) if on_tags(self.condition) else None)

    def unmet(self, launch: Launch) -> Reason | None:
        """Return what the launch surely does not meet; None where it meets all, or that cannot be told."""
        return next((answer.reason for answer in self._answers(launch) if answer.covered is False), None)

    def _answers(self, launch: Launch) -> list[Coverage]:
        return [_asked(self.condition, tags, launch) for tags in launch.tags]


def on_tags(condition: Condition) -> bool:
    """Whether a condition names a tag anywhere."""
    if isinstance(condition, JoinedConditions):
        return any(on_tags(part) for part in condition.parts)
    return isinstance(condition, Comparison) and condition.key.startswith(TAG)


def _asked(condition: Condition, tags: Tags, launch: Launch) -> Coverage:
    if isinstance(condition, JoinedConditions):
        answers = [_asked(part, tags, launch) for part in condition.parts]
        return _joined(answers, every=condition.every)
    if isinstance(condition, OwnAccount):
        return YES if condition.equal else _no(ReasonKind.WHERE_OTHER_ACCOUNTS)
    if not isinstance(condition, Comparison):
        return doubt(Reason(ReasonKind.WHERE_UNREAD))
    if condition.key == ACCOUNT:
        return doubt(Reason(ReasonKind.WHERE_ACCOUNT))
    if condition.key.startswith(TAG):
        return _tag(condition, tags)
    if condition.key == "InstanceId":
        return _identifier(condition, launch)
    return doubt(Reason(ReasonKind.WHERE_DIMENSION, condition.key))


def _joined(answers: Sequence[Coverage], *, every: bool) -> Coverage:
    """All of several answers, or one of them."""
    decides = not every
    for wanted in (decides, None):
        for answer in answers:
            if answer.covered is wanted:
                return answer
    return answers[0] if answers else NO


def _tag(comparison: Comparison, tags: Tags) -> Coverage:
    found = tags.of(comparison.key.removeprefix(TAG))
    key = _short(comparison.key.removeprefix(TAG))
    wanted = f"{comparison.key} {'=' if comparison.equal else '!='} {_quoted(comparison.value)}"
    if isinstance(found, Unknown):
        return doubt(Reason(ReasonKind.TAG_UNTOLD, key, expected=wanted, cause=found.reason))
    if isinstance(found, Absent):
        if not comparison.equal:
            return doubt(Reason(ReasonKind.WHERE_UNEQUAL, key, expected=wanted))
        return _no(ReasonKind.TAG_ABSENT, wanted, key)
    text = _spelled(found)
    if text is None:
        return doubt(Reason(ReasonKind.TAG_NO_TEXT, key, expected=wanted))
    same = text == comparison.value
    if not same and "%" in comparison.value:
        return doubt(Reason(ReasonKind.WHERE_PERCENT, expected=wanted))
    if same is comparison.equal:
        return Coverage(covered=True)
    given = "a sensitive value" if found.sensitive else _quoted(text)
    return _no(ReasonKind.TAG_DIFFERS, wanted, key, given)


def _no(kind: ReasonKind, wanted: str = "", key: str = "", given: str = "") -> Coverage:
    """The answer where a launch does not meet the condition `wanted`: for its tag `key`, which is `given`."""
    return Coverage(covered=False, reason=Reason(kind, key, given, wanted))


def _identifier(comparison: Comparison, launch: Launch) -> Coverage:
    """Compare with the instance's id, which a plan or a state may tell."""
    wanted = f"InstanceId {'=' if comparison.equal else '!='} {_quoted(comparison.value)}"
    if comparison.instance is not None:
        return _same_instance(comparison, wanted, launch)
    if launch.kind in SINGLE:
        known: Value = launch.resource.body.attribute("id")
        if launch.resource.action in (Action.CREATE, Action.REPLACE):
            known = Known("")
        if isinstance(known, Known):
            if (known.value == comparison.value) is comparison.equal:
                return Coverage(covered=True)
            return _no(ReasonKind.INSTANCE_DIFFERS, wanted)
    elif comparison.equal:
        return _no(ReasonKind.ONE_INSTANCE, wanted)
    return doubt(Reason(ReasonKind.WHERE_ID, expected=wanted))


def _same_instance(comparison: Comparison, wanted: str, launch: Launch) -> Coverage:
    """Compare with an instance of the code."""
    stack, address = comparison.instance or (None, "")
    answer = OneInstance(address).sees(launch) if launch.resource.stack == stack else NO
    if answer.covered is None:
        return answer
    if answer.covered is comparison.equal:
        return YES
    return _no(ReasonKind.INSTANCE_DIFFERS if comparison.equal else ReasonKind.INSTANCE_SAME, wanted)


def by_instance(condition: Condition) -> bool:
    """Whether a condition names nothing but instances of the code."""
    if isinstance(condition, JoinedConditions):
        return all(by_instance(part) for part in condition.parts)
    return isinstance(condition, Comparison) and condition.instance is not None


def _spelled(value: Known) -> str | None:
    """Spell a tag's value as Terraform sends it."""
    raw = value.value
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, (str, int)):
        return str(raw)
    return f"{raw:g}" if isinstance(raw, float) else None


def _quoted(text: str) -> str:
    return f"'{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
