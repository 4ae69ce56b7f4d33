"""The WHERE of a Metrics Insights query, held against what is launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.table import BY_QUERY, perhaps, wrong
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.aws.tags.where import Filtered, on_tags
from imdsguard.model.severity import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.model.flaw import AlarmFault
    from imdsguard.model.launch import Coverage, Launch
    from imdsguard.model.value import Value

SWITCH = "resource tags on telemetry switched on in the account (CloudWatch, Settings), or a query without WHERE:\n"


def let_through(watch: AlarmTarget, launch: Launch) -> Iterator[tuple[str, Coverage]]:
    """Yield what the WHERE says of a launch in the watch's account and Region."""
    if watch.scope.same(launch.scope) is not False:
        for sight in watch.sights:
            if isinstance(sight, Filtered):
                yield seen_from(watch.resource.root, launch.resource), sight.sees(launch)


def where_flaws(asks: Value, watch: AlarmTarget, answers: Sequence[tuple[str, Coverage]]) -> Iterable[AlarmFault]:
    """Say that nothing in the code is let through, or what it takes besides to be let through."""
    if answers and all(answer.covered is False for _, answer in answers):
        address, answer = answers[0]
        reason = str(answer.reason or "").partition("WHERE: ")[2]
        if len(answers) > 1:
            many = f"none of the {len(answers)} launches of its account and Region"
            message = f"watches nothing in the code: its WHERE lets {many} through ({address}: {reason})"
        else:
            message = f"watches nothing in the code: its WHERE does not let {address} through: {reason}"
        remedy = f"the tag in what is launched, or a query without WHERE:\n{BY_QUERY}"
        return [wrong(asks, message, remedy, confidence=Confidence.MEDIUM)]
    if any(isinstance(sight, Filtered) and on_tags(sight.condition) for sight in watch.sights):
        message = (
            "sees only what its WHERE lets through, and a condition on tags needs resource tags on telemetry switched "
            "on in the account, which code does not show"
        )
        return [perhaps(asks, message, SWITCH + BY_QUERY, Severity.NOTE)]
    message = "sees only what its WHERE lets through, and the code does not show what that will be"
    return [perhaps(asks, message, f"a query without WHERE:\n{BY_QUERY}", Severity.NOTE)]
