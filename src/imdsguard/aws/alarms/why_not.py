"""Why an alarm that is there does not watch a launch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.selector import SINGLE, GivenId, InDoubt, OneInstance, doubt, sees_elsewhere
from imdsguard.aws.alarms.token_metric import REJECTED, TOKENLESS
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.model.launch import Coverage, Kind, State
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import AlarmTarget, MetricSelector
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.scope import Scope

COUNTS = {REJECTED: "calls without a token that are refused", TOKENLESS: "calls without a token that are answered"}

NO_INSTANCE = "looks at no instance: no metric has its dimensions"


def why_not(alarm: Alarm, launch: Launch, estate: Estate) -> Reason | None:
    """Say why this alarm does not watch the launch; None if it does, and can fire and notify somebody.

    Asked of alarms and launches of one `estate`. "It cannot be told whether" starts what is not certain.
    """
    name = seen_from(launch.resource.stack, alarm.resource)
    if not launch.starts_instances:
        return _alarm(f"{launch.address} starts no instances itself: what launches through it is watched, or not")
    if not estate.together(alarm.resource.stack, launch.resource.stack):
        return _alarm(f"{name} stands in another root module, and no estate of the policy joins the two")
    if alarm.scope.same(launch.scope) is False:
        return _alarm(f"{name} is {_apart(alarm.scope, launch.scope)}: an alarm reads the metrics of its own")
    untold = _alarm(f"It cannot be told whether {name} watches {launch.address}")
    if alarm.asked is None:
        return untold
    answer = alarm.asked(launch)
    if answer.covered is False:
        return Reason(ReasonKind.ALARM_SAYS, name, cause=answer.reason)
    broken = next((fault for fault in alarm.faults if fault.never), None)
    if broken is not None:
        return _alarm(f"{name} {broken.message}", broken.because)
    other = _other_state(alarm, launch)
    if other:
        return _alarm(f"{name} {other}")
    if not launch.follows_account:
        return replace(untold, cause=Reason(ReasonKind.METRICS_ELSEWHERE))
    if answer.covered is None:
        return replace(untold, cause=answer.reason)
    certain = next((fault for fault in alarm.faults if fault.certain and fault.severity is None), None)
    return _alarm(f"{name} takes it in, but {certain.message}", certain.because) if certain is not None else None


def _alarm(said: str, cause: Reason | None = None) -> Reason:
    return Reason(ReasonKind.ALARM, detail=said, cause=cause)


def answer_of(target: AlarmTarget, launch: Launch) -> Coverage:
    """Return whether an alarm selects a launch, with a reason wherever that is not yes; faults are not looked at."""
    same = target.scope.same(launch.scope)
    if same is False:
        return Coverage(covered=False, reason=_alarm(f"is {_apart(target.scope, launch.scope)}"))
    elsewhere = launch.resource.stack != target.resource.stack
    said: Coverage | None = None
    for selector in target.selectors:
        answer = selector.sees(launch)
        if elsewhere and not sees_elsewhere(selector):
            answer = Coverage(covered=False, reason=_alarm("names instances of its own root module"))
        if answer.covered:
            return _surely(target, same=same)
        reason = answer.reason or _alarm(_blind(selector, launch))
        if said is None or (said.covered is False and answer.covered is None):
            said = Coverage(covered=answer.covered, reason=reason)
    broken = next((_alarm(each.message, each.because) for each in target.faults if each.never), _alarm(NO_INSTANCE))
    return said or Coverage(covered=False, reason=broken)


def _surely(target: AlarmTarget, *, same: bool | None) -> Coverage:
    """Return the answer of an alarm that looks at the launch."""
    if same is None:
        return doubt(Reason(ReasonKind.NOT_COMPUTED, "whether both are in the same Region"))
    if target.unsure is not None:
        return doubt(target.unsure)
    if target.resource.instances is not None:
        return doubt(
            Reason(ReasonKind.NOT_COMPUTED, "whether the alarm exists", cause=target.resource.instances.reason)
        )
    return Coverage(covered=True)


def _blind(selector: MetricSelector, launch: Launch) -> str:
    """Why what an alarm looks at surely does not take a launch in."""
    if isinstance(selector, InDoubt):
        return "looks at other instances"
    if launch.kind not in SINGLE:
        what = "a group" if launch.kind is Kind.GROUP else f"a {launch.kind.value}"
        return f"names an instance by its id, and code cannot name those of {what}: it takes a Metrics Insights query"
    if isinstance(selector, OneInstance):
        return f"watches another instance: InstanceId is that of {selector.address}"
    if isinstance(selector, GivenId):
        return f"watches another instance: InstanceId is {selector.identifier}"
    return "looks at other instances"


def _apart(one: Scope, other: Scope) -> str:
    """In what two scopes differ, as the first stands to the second."""
    if one.account != other.account:
        return f"in another account (provider {one.provider}, and the launch has {other.provider})"
    if one.region_name != other.region_name:
        return f"in another Region ({one.region_name or 'not known'}, and the launch is in {other.region_name})"
    return f"in another account, as far as the code shows (provider {one.provider} of another root module)"


def _other_state(alarm: Alarm, launch: Launch) -> str:
    """Why the metric has nothing to count for the launch: each of the two counts in one state only."""
    counts = COUNTS.get(alarm.metric)
    if counts is None:
        return ""
    if launch.state is State.DISABLED:
        return f"counts {counts}, and the metadata endpoint of {launch.address} is off"
    if alarm.metric == TOKENLESS and launch.state is State.REQUIRED:
        return f"is on another metric: {TOKENLESS} counts {counts}, and {launch.address} refuses them ({REJECTED})"
    if alarm.metric == REJECTED and launch.state is State.OPTIONAL:
        return f"is on another metric: {REJECTED} counts {counts}, and {launch.address} answers them ({TOKENLESS})"
    return ""
