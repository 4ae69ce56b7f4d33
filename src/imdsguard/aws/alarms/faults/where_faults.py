"""The WHERE of a Metrics Insights query, held against what is launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.saying import BY_QUERY, perhaps, wrong
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.aws.tags.where import Filtered, by_instance, on_tags
from imdsguard.model.record import replace
from imdsguard.model.severity import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.launch import Launch
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Value

SWITCH = "resource tags on telemetry switched on in the account (CloudWatch, Settings), or a query without WHERE:\n"


def where_faults(asks: Value, target: AlarmTarget, launches: Sequence[Launch]) -> Iterable[AlarmFault]:
    """Say that nothing in the code is let through, or what it takes besides to be let through."""
    answers: list[tuple[str, Reason | None]] = []
    for launch in launches:
        if launch.starts_instances and launch.follows_account:
            answers += _unmet(target, launch)
        if answers and answers[-1][1] is None:
            break
    else:
        if answers:
            return [_lets_nothing(asks, answers)]
    if all(isinstance(each, Filtered) and by_instance(each.condition) for each in target.selectors):
        return []
    if any(isinstance(each, Filtered) and on_tags(each.condition) for each in target.selectors):
        message = (
            "sees only what its WHERE lets through, and a condition on tags needs resource tags on telemetry switched "
            "on in the account, which code does not show"
        )
        return [perhaps(asks, message, SWITCH + BY_QUERY, Severity.NOTE)]
    message = "sees only what its WHERE lets through, and the code does not show what that will be"
    return [perhaps(asks, message, f"a query without WHERE:\n{BY_QUERY}", Severity.NOTE)]


def _unmet(target: AlarmTarget, launch: Launch) -> Iterator[tuple[str, Reason | None]]:
    """Yield what a launch in the alarm's account and Region surely does not meet of the WHERE, if anything."""
    if target.scope.same(launch.scope) is not False:
        for selector in target.selectors:
            if isinstance(selector, Filtered):
                yield seen_from(target.resource.stack, launch.resource), selector.unmet(launch)


def _lets_nothing(asks: Value, answers: Sequence[tuple[str, Reason | None]]) -> AlarmFault:
    address, reason = answers[0]
    if len(answers) > 1:
        many = f"none of the {len(answers)} launches of its account and Region"
        message = f"watches nothing in the code: its WHERE lets {many} through ({address}"
    else:
        message = f"watches nothing in the code: its WHERE does not let {address} through"
    remedy = f"the tag in what is launched, or a query without WHERE:\n{BY_QUERY}"
    fault = wrong(asks, message, remedy, confidence=Confidence.MEDIUM)
    return replace(fault, because=reason, rest=")" if len(answers) > 1 else "")
