"""What readiness says in words: why nothing can be told, and what to do about it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from imdsguard.model.readiness import REJECTED, TOKENLESS, Doubt, LeftOut, Readiness

if TYPE_CHECKING:
    from imdsguard.model.readiness import InstanceAnswer, LaunchAnswer

_POLICY = "give the credentials the policy in docs/readiness.md"
_LOGIN = "log in (aws sso login, or new keys in the environment), or name another --profile"

SENTENCES: dict[Doubt, str] = {
    Doubt.NO_DATA: "nothing is recorded of it in that time, and missing is not zero",
    Doubt.GAPS: "there are no data of {} hours",
    Doubt.TOO_YOUNG: "it has not lived through that time: launched {time}",
    Doubt.STOPPED: "it has not run all that time: started again {time}",
    Doubt.NO_MEMBER: "it has no instance now",
    Doubt.GONE: "{} is not there",
    Doubt.NOT_IDENTIFIED: "nothing in the state of {} names its instances",
    Doubt.NO_REGION: "nothing names its Region",
    Doubt.NO_ROLE: "provider {} takes other credentials in the code, which are not used",
    Doubt.OTHER_ACCOUNT: "it is in account {first}, and these credentials are of {second}",
    Doubt.NO_CREDENTIALS: "there are no credentials ({})",
    Doubt.EXPIRED: "the credentials have expired ({})",
    Doubt.BAD_CREDENTIALS: "AWS does not know the credentials ({})",
    Doubt.DENIED: "the credentials may not ask ({})",
    Doubt.THROTTLED: "AWS answers no more questions for now ({})",
    Doubt.NO_NETWORK: "AWS cannot be reached ({})",
    Doubt.CLOCK: "the clock of this machine differs from AWS's ({})",
    Doubt.REGION_OFF: "the Region is not enabled in the account ({})",
    Doubt.PARTIAL: "CloudWatch did not give all data ({})",
    Doubt.REFUSED: "AWS refuses the question ({})",
}
REMEDIES: dict[Doubt, str] = {
    Doubt.NO_REGION: "set AWS_REGION, or the Region of the provider",
    Doubt.NO_ROLE: "say which role to take: --role {}=ARN",
    Doubt.OTHER_ACCOUNT: "say which role to take there: --role {third}=ARN, or --role {first}=ARN",
    Doubt.NO_CREDENTIALS: _LOGIN,
    Doubt.EXPIRED: _LOGIN,
    Doubt.BAD_CREDENTIALS: f"{_LOGIN}; a wrong clock does this, too",
    Doubt.DENIED: _POLICY,
    Doubt.THROTTLED: "ask again later, or about fewer launches at a time",
    Doubt.NO_NETWORK: "look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL; is it a Region of AWS?",
    Doubt.CLOCK: "set the clock",
    Doubt.REGION_OFF: "enable the Region, or take a role that may use it",
    Doubt.PARTIAL: "ask again",
    Doubt.REFUSED: "look at what AWS says",
}
NOT_ASKED: dict[LeftOut, str] = {
    LeftOut.NOT_DEPLOYED: "nothing is deployed by that address",
    LeftOut.NOT_IN_CODE: "it is deployed, and not in the code",
    LeftOut.TEMPLATE: "what launches through it is asked about",
    LeftOut.SERVICE: "a service runs its instances in an account of its own, or they start later",
    LeftOut.DELETED: "the plan deletes it",
}
WORDS = {
    Readiness.READY: "ready",
    Readiness.NOT_READY: "not ready",
    Readiness.ENFORCED: "enforced",
    Readiness.UNKNOWN: "unknown",
}
_METRICS = {TOKENLESS: "without a token", REJECTED: "refused"}


def why(doubt: Doubt | None, detail: str) -> str:
    """Say why nothing can be told; nothing where something is."""
    if doubt is None:
        return ""
    if doubt is Doubt.STOPPED and not detail:
        return "it is stopped"
    if not detail:
        return SENTENCES[doubt].replace(" ({})", "").replace(": launched {time}", "").replace("{}", "some")
    return _filled(SENTENCES[doubt], detail)


def remedy_of(doubt: Doubt | None, detail: str) -> str:
    """Say what to do about it; nothing where waiting is all there is."""
    return _filled(REMEDIES[doubt], detail) if doubt is not None and doubt in REMEDIES else ""


def _filled(sentence: str, detail: str) -> str:
    first, second, third, *_ = [*detail.split(" ", 2), "", "", ""]
    moment = moment_of(int(detail)) if detail.isdigit() and len(detail) < 12 else detail
    return (
        sentence.replace("{time}", moment)
        .replace("{first}", first)
        .replace("{second}", second)
        .replace("{third}", third)
        .replace("{}", detail)
    )


def moment_of(second: int | None) -> str:
    """Write a time in UTC, to the second (RFC 3339); nothing for none."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second)) if second is not None else ""


def calls_in_words(answer: InstanceAnswer) -> str:
    """Say how many calls there were of an instance, and when the last one was."""
    said = []
    for metric, calls in answer.calls.items():
        if calls is None:
            said.append(f"nothing recorded of calls {_METRICS.get(metric, metric)}")
        elif calls:
            last = f", last {moment_of(answer.last)}" if answer.last is not None else ""
            said.append(f"{calls:,} call{'' if calls == 1 else 's'} {_METRICS.get(metric, metric)}{last}")
        else:
            said.append(f"no call {_METRICS.get(metric, metric)}")
    return "; ".join(said)


def instance_in_words(one: InstanceAnswer) -> str:
    """Say what is known of an instance, behind its id."""
    said = [part for part in (calls_in_words(one), why(one.doubt, one.detail)) if part]
    return f"{one.id}: {'; '.join(said)}" if said else one.id


def answer_in_words(answer: LaunchAnswer) -> str:
    """Say what is known of a launch in a sentence."""
    count = f"{len(answer.instances)} instance{'' if len(answer.instances) == 1 else 's'}"
    if answer.verdict is Readiness.NOT_READY:
        calls, last = answer.calls(TOKENLESS), moment_of(answer.last)
        callers = sum(each.verdict is Readiness.NOT_READY for each in answer.instances)
        return f"{calls:,} call{'' if calls == 1 else 's'} without a token by {callers} of {count}, last {last}"
    if answer.verdict is Readiness.ENFORCED:
        calls = answer.calls(REJECTED)
        if calls:
            return (
                f"tokens are required; {calls:,} call{'' if calls == 1 else 's'} refused, last {moment_of(answer.last)}"
            )
        return "tokens are required; no refused call is recorded"
    if answer.verdict is Readiness.READY:
        return f"no call without a token by {count}"
    said = why(answer.doubt, answer.detail)
    unsure = sum(each.verdict is Readiness.UNKNOWN for each in answer.instances)
    return f"{said} ({unsure} of {count})" if len(answer.instances) > 1 else said
