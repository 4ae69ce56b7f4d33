"""Hold findings against what a policy exempts.

An exemption hides nothing: what it takes out of the count is reported as such, and so is the exemption itself once it
has ended, or once nothing needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Finding, Verdict, fingerprint
from imdsguard.model.record import replace
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.policy.match import matches_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imdsguard.policy.exemption import Exemption
    from imdsguard.policy.policy import Policy

EXPIRED = "exemption-expired"
UNUSED = "exemption-unused"


def exempt(
    findings: Iterable[Finding],
    policy: Policy,
    today: str,
    rules: Sequence[Rule] = (),
    whole: Callable[[Exemption], bool] = lambda _: False,
) -> tuple[Finding, ...]:
    """Mark what the policy exempts, and add what is to be said of the exemptions themselves.

    `today` is the day in ISO 8601. `whole` says of an exemption whether the run has seen all that it may be about: only
    then can nothing be said to need it. A finding that something else has taken out of the count stays as it is; the
    exemption is used all the same.
    """
    if not policy.exemptions:
        return tuple(findings)
    fixed = frozenset(rule.id for rule in rules if rule.fixed)
    used: set[int] = set()
    marked: list[Finding] = []
    for finding in findings:
        covering = [n for n, each in enumerate(policy.exemptions) if each.covers(finding, fixed)]
        used.update(covering)
        counting = [policy.exemptions[n] for n in covering if not policy.exemptions[n].over(today)]
        if counting and finding.suppressed is None:
            finding = replace(finding, suppressed=counting[0].suppression)
        marked.append(finding)
    asked = [rule.id for rule in rules]
    for number, each in enumerate(policy.exemptions):
        if each.over(today):
            if number in used or whole(each):
                marked += _said(policy, EXPIRED, each, _ended(each, number in used))
        elif number not in used and whole(each):
            marked += _said(policy, UNUSED, each, _unneeded(each, asked))
    return tuple(marked)


def ending(policy: Policy, today: str, soon: str) -> tuple[Exemption, ...]:
    """Give the exemptions that end from `today` to `soon`, both taken in."""
    return tuple(e for e in policy.exemptions if e.expires is not None and today <= e.expires <= soon)


def rules_of_exemptions() -> tuple[Rule, ...]:
    """Give the rules by whose ids exemptions are reported: `exempt` makes their findings, no launch is asked."""
    return tuple(Rule(name, "", severity, page, _nothing, ("Estate",)) for name, (severity, page) in _PAGES.items())


def _nothing(_: object) -> tuple[()]:
    return ()


def _said(policy: Policy, rule: str, exemption: Exemption, said: tuple[str, str]) -> tuple[Finding, ...]:
    setting = policy.setting(rule)
    if setting.off:
        return ()
    message, remedy = said
    address = f"exemption of {exemption}"
    return (
        Finding(
            rule=rule,
            verdict=Verdict.FAIL,
            severity=setting.severity or _PAGES[rule][0],
            address=address,
            message=message,
            root=".",
            fingerprint=fingerprint(rule, ".", address, None),
            place=exemption.place,
            remedy=remedy,
        ),
    )


def _ended(exemption: Exemption, needed: bool) -> tuple[str, str]:
    ended = f"ended on {exemption.expires}"
    if needed:
        return f"{ended}, and what it exempted is still there", "put the findings right, or set a new day with a reason"
    return f"{ended}, and nothing needs it any more", "remove it"


def _unneeded(exemption: Exemption, asked: list[str]) -> tuple[str, str]:
    if asked and not any(matches_word(rule, glob) for rule in asked for glob in exemption.rules):
        return "exempts from what this policy does not ask", "remove it, or switch the rule on"
    return "nothing that was found needs it", "remove it"


_PAGES = {
    EXPIRED: (
        Severity.WARNING,
        """An exemption of the policy has ended.

What it took out of the count counts again. Put the findings right, or set a new day with a new reason.""",
    ),
    UNUSED: (
        Severity.NOTE,
        """An exemption of the policy is not needed.

Nothing that a run over the whole project found is exempted by it. Remove it: it would hide what comes later.""",
    ),
}
