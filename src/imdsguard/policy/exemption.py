"""What a policy exempts: findings that are known, and accepted for a reason and a time.

An exemption hides nothing: what it takes out of the count is reported as such, and so is the exemption itself once it
has ended, or once nothing needs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.model.finding import Finding, Verdict, fingerprint
from imdsguard.model.record import record
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.policy.match import matches_address, matches_any, matches_path, matches_word

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.policy.policy import Policy

EXPIRED = "exemption-expired"
UNUSED = "exemption-unused"
VERDICTS = (Verdict.FAIL, Verdict.UNKNOWN)


@record(frozen=True, slots=True)
class Exemption:
    """One entry of `exemptions`. Each key that is given must match by one of its globs.

    `base` is the folder from which paths and roots count. `expires` is the last day on which it counts (ISO 8601).
    """

    place: Place
    rules: tuple[str, ...]
    reason: str
    addresses: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = VERDICTS
    expires: str | None = None
    base: str = ""

    def __str__(self) -> str:
        on = ", ".join((*self.addresses, *self.paths, *self.roots, *self.regions)) or "everything"
        return f"{', '.join(self.rules)} for {on}"

    @property
    def suppression(self) -> Suppression:
        """What the findings that it takes out of the count say of it."""
        return Suppression(Means.EXEMPTION, self.reason, self.place, self.expires)

    @staticmethod
    def means_one_of(glob: str, rules: Iterable[str]) -> bool:
        """Whether a glob of `rules` means one of these."""
        return any(matches_word(rule, glob) for rule in rules)

    def over(self, today: str) -> bool:
        """Whether it has ended."""
        return self.expires is not None and self.expires < today

    def covers(self, finding: Finding, fixed: Collection[str] = ()) -> bool:
        """Whether it speaks of a finding. Rules in `fixed` must be named: no glob means them."""
        if finding.verdict not in self.verdicts:
            return False
        if finding.rule in fixed:
            if finding.rule not in self.rules:
                return False
        elif not matches_any(finding.rule, self.rules):
            return False
        if self.addresses and not any(matches_address(finding.address, glob) for glob in self.addresses):
            return False
        if self.regions and not (finding.region is not None and matches_any(finding.region, self.regions)):
            return False
        if self.roots and not any(matches_path(finding.root, glob, self.base) for glob in self.roots):
            return False
        return not self.paths or any(
            matches_path(file, glob, self.base) for glob in self.paths for file in _files(finding)
        )


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


def _files(finding: Finding) -> tuple[str, ...]:
    """Give the file that a finding points at, and the one in which its resource is."""
    places = (finding.place, finding.resource.place if finding.resource is not None else None)
    return tuple(dict.fromkeys(place.file for place in places if place is not None))


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
