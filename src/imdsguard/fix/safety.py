"""Why a proved edit may still want a thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.fix.tree import key_of_finding
from imdsguard.model.delivery import Pin, Renewal
from imdsguard.model.finding import Verdict
from imdsguard.model.launch import Kind
from imdsguard.model.option import HTTP_TOKENS
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.fix.proof import Proved
    from imdsguard.model.launch import Launch

BREAKS = {Flaw.NO_TOKEN, Flaw.BROKEN_TOKEN, Flaw.UNDECIDED, Flaw.NOT_UNDERSTOOD, Flaw.OLD_SDK}
NAMED = 3
FOLLOWING = (Pin.LATEST_VERSION, Pin.DEFAULT_VERSION)


def why_unsafe(proved: Proved, rules: frozenset[str]) -> tuple[str, ...]:
    """Give the reasons for which a proved edit is unsafe. `rules` are those whose findings it may be made for."""
    found = list(proved.proposal.why_unsafe)
    found += _further(proved, rules)
    found += _replaced(proved)
    found += _scripts(proved)
    return tuple(dict.fromkeys(found))


def _further(proved: Proved, rules: frozenset[str]) -> Iterable[str]:
    failing = {
        key_of_finding(each) for each in proved.base.findings if each.verdict is Verdict.FAIL and each.rule in rules
    }
    others = [
        _in_words(before)
        for before, _ in proved.reached
        if not any((before.resource.stack, address) in failing for address in (before.address, *before.via))
    ]
    if others:
        yield f"it also reaches {_listed(others)}, which {'has' if len(others) == 1 else 'have'} no such finding"


def _replaced(proved: Proved) -> Iterable[str]:
    changed = {(before.resource.stack, before.address) for before, _ in proved.reached}
    configurations = [before.address for before, _ in proved.reached if before.kind is Kind.CONFIGURATION]
    if configurations:
        yield f"Terraform replaces {_listed(configurations)}, and what launches from it gets the new one"
    refreshed = [
        each.address
        for each in proved.after.estate.launches
        if each.delivery.renewal is Renewal.REPLACED
        and any((each.resource.stack, use.template) in changed and _follows(use.pin) for use in each.delivery.versions)
    ]
    if refreshed:
        yield f"running instances of {_listed(refreshed)} are replaced at the next apply"


def _in_words(launch: Launch) -> str:
    """The address, and the environment where there are several."""
    name = launch.resource.environment
    return f"{launch.address} in {name}" if name else launch.address


def _follows(pin: Pin) -> bool:
    return pin in FOLLOWING


def _scripts(proved: Proved) -> Iterable[str]:
    calling: list[str] = []
    for before, after in proved.reached:
        if before.options[HTTP_TOKENS].effective == after.options[HTTP_TOKENS].effective:
            continue
        if any(call.flaw in BREAKS for call in before.user_data.calls):
            calling.append(before.address)
    if calling:
        yield f"the boot script of {_listed(calling)} calls the metadata service without a token"


def _listed(addresses: list[str]) -> str:
    names = list(dict.fromkeys(addresses))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
