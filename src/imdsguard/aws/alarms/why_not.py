"""Why an alarm that is there does not watch a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.selector import SINGLE, GivenId, InDoubt, OneInstance, doubt, reason_of, sees_elsewhere
from imdsguard.aws.alarms.token_metric import REJECTED, TOKENLESS
from imdsguard.aws.precedence.sharing import seen_from
from imdsguard.model.launch import Coverage, Kind, State
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import AlarmTarget, MetricSelector
    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.scope import Scope

COUNTS = {REJECTED: "calls without a token that are refused", TOKENLESS: "calls without a token that are answered"}

K = ReasonKind


def why_not(alarm: Alarm, launch: Launch, estate: Estate) -> Reason | None:
    """Say why this alarm does not watch the launch; None if it does, and can fire and notify somebody.

    Asked of alarms and launches of one `estate`. "It cannot be told whether" starts what is not certain.
    """
    name = seen_from(launch.resource.stack, alarm.resource)
    if not launch.starts_instances:
        return Reason(K.STARTS_NOTHING, launch.address)
    if not estate.together(alarm.resource.stack, launch.resource.stack):
        return Reason(K.OTHER_ROOT, name)
    if alarm.scope.same(launch.scope) is False:
        return Reason(K.READS_ITS_OWN, name, cause=_apart(alarm.scope, launch.scope))
    untold = Reason(K.WATCH_UNTOLD, name, launch.address)
    if alarm.asked is None:
        return untold
    answer = alarm.asked(launch)
    if answer.covered is False:
        return Reason(K.ALARM_SAYS, name, cause=answer.reason)
    broken = next((fault for fault in alarm.faults if fault.never), None)
    if broken is not None:
        return Reason(K.ALARM_SAYS, name, cause=reason_of(broken))
    other = _other_state(alarm, launch)
    if other is not None:
        return Reason(K.ALARM_SAYS, name, cause=other)
    if not launch.follows_account:
        return replace(untold, cause=Reason(K.METRICS_ELSEWHERE))
    if answer.covered is None:
        return replace(untold, cause=answer.reason)
    certain = next((fault for fault in alarm.faults if fault.certain and fault.severity is None), None)
    return Reason(K.TAKEN_IN_BUT, name, cause=reason_of(certain)) if certain is not None else None


def answer_of(target: AlarmTarget, launch: Launch) -> Coverage:
    """Return whether an alarm selects a launch, with a reason wherever that is not yes; faults are not looked at."""
    same = target.scope.same(launch.scope)
    if same is False:
        return Coverage(covered=False, reason=_apart(target.scope, launch.scope))
    elsewhere = launch.resource.stack != target.resource.stack
    said: Coverage | None = None
    for selector in target.selectors:
        answer = selector.sees(launch)
        if elsewhere and not sees_elsewhere(selector):
            answer = Coverage(covered=False, reason=Reason(K.OWN_ROOT_ONLY))
        if answer.covered:
            return _surely(target, same=same)
        reason = answer.reason or _blind(selector, launch)
        if said is None or (said.covered is False and answer.covered is None):
            said = Coverage(covered=answer.covered, reason=reason)
    broken = next((reason_of(each) for each in target.faults if each.never), Reason(K.NO_INSTANCE))
    return said or Coverage(covered=False, reason=broken)


def _surely(target: AlarmTarget, *, same: bool | None) -> Coverage:
    """Return the answer of an alarm that looks at the launch."""
    if same is None:
        return doubt(Reason(K.NOT_COMPUTED, "whether both are in the same Region"))
    if target.unsure is not None:
        return doubt(target.unsure)
    if target.resource.instances is not None:
        return doubt(Reason(K.NOT_COMPUTED, "whether the alarm exists", cause=target.resource.instances.reason))
    return Coverage(covered=True)


def _blind(selector: MetricSelector, launch: Launch) -> Reason:
    """Why what an alarm looks at surely does not take a launch in."""
    if isinstance(selector, InDoubt):
        return Reason(K.OTHER_INSTANCES)
    if launch.kind not in SINGLE:
        what = "a group" if launch.kind is Kind.GROUP else f"a {launch.kind.value}"
        return Reason(K.INSTANCES_UNNAMED, what)
    if isinstance(selector, OneInstance):
        return Reason(K.OTHER_INSTANCE, selector.address)
    if isinstance(selector, GivenId):
        return Reason(K.OTHER_ID, selector.identifier)
    return Reason(K.OTHER_INSTANCES)


def _apart(one: Scope, other: Scope) -> Reason:
    """In what two scopes differ, as the first stands to the second."""
    if one.account != other.account:
        return Reason(K.ACCOUNTS_DIFFER, one.provider, other.provider)
    if one.region_name != other.region_name:
        return Reason(K.REGIONS_DIFFER, one.region_name or "", str(other.region_name))
    return Reason(K.PROVIDERS_APART, one.provider)


def _other_state(alarm: Alarm, launch: Launch) -> Reason | None:
    """Why the metric has nothing to count for the launch: each of the two counts in one state only."""
    counts = COUNTS.get(alarm.metric)
    if counts is None:
        return None
    if launch.state is State.DISABLED:
        return Reason(K.COUNTS_NOTHING, launch.address, counts)
    if alarm.metric == TOKENLESS and launch.state is State.REQUIRED:
        return Reason(K.COUNTS_ANSWERED, launch.address)
    if alarm.metric == REJECTED and launch.state is State.OPTIONAL:
        return Reason(K.COUNTS_REFUSED, launch.address)
    return None
