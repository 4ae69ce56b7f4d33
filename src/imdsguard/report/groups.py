"""Findings that a person mends at once, as one: of one rule, at one place, with one cause.

What a rule says of an account and Region as a whole is one group for each of these, wherever the launches stand. Only
findings that count alike are together: a suppressed one is never in a group with one that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.account import AccountKind
from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imdsguard.model.finding import Finding

GroupKey: TypeAlias = "tuple[object, ...]"
NAMED = 3
"""So many addresses and root modules a group names; the others are counted."""

_TOLD = (AccountKind.ID, AccountKind.ROLE, AccountKind.PROFILE, AccountKind.CREDENTIALS)


@record(frozen=True, slots=True)
class Group:
    """Findings with one cause, in the order of the report; one at least.

    `name` is 16 hexadecimal digits: it is made of rule, file and cause, so that it stays when lines move or members
    come and go. Groups of one report that would have one name are told apart by their order.
    """

    name: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that is shown, with the environments in which any of them is found."""
        shown, names = self.findings[0], {name: None for finding in self.findings for name in finding.environments}
        return shown if len(self.findings) == 1 else replace(shown, environments=tuple(names))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom it is about, each once."""
        return tuple(dict.fromkeys(finding.address for finding in self.findings))

    @property
    def roots(self) -> tuple[str, ...]:
        """The root modules in which it shows, each once."""
        return tuple(dict.fromkeys(finding.root for finding in self.findings))


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Put together what one edit mends; each group stands where its first finding stood."""
    together: dict[GroupKey, list[Finding]] = {}
    for finding in findings:
        together.setdefault(_key(finding), []).append(finding)
    names = _names({key: members[0] for key, members in together.items()})
    return [Group(names[key], tuple(members)) for key, members in together.items()]


def group_names(findings: Iterable[Finding]) -> list[str]:
    """Give for each finding, in their order, the name of the group that it is in."""
    keyed = [(_key(finding), finding) for finding in findings]
    first: dict[GroupKey, Finding] = {}
    for key, finding in keyed:
        first.setdefault(key, finding)
    names = _names(first)
    return [names[key] for key, _ in keyed]


def _names(firsts: Mapping[GroupKey, Finding]) -> dict[GroupKey, str]:
    """Name groups, of which the first findings are given; those that would have one name are counted."""
    seen: dict[tuple[object, ...], int] = {}
    names = {}
    for key, first in firsts.items():
        lasting = _lasting(first)
        seen[lasting] = seen.get(lasting, 0) + 1
        names[key] = _digest((*lasting, seen[lasting]))
    return names


def others(group: Group) -> str:
    """Name the findings of a group beside the first; nothing if there are none. The text is not escaped yet."""
    more, first = len(group.findings) - 1, group.first
    if not more:
        return ""
    names = [finding.address for finding in group.findings[1:]]
    names = [] if first.address in names else list(dict.fromkeys(names))
    said = f"{more} more{': ' if names else ''}{_some(names)}"
    return f"{said} in {len(group.roots)} root modules: {_some(group.roots)}" if len(group.roots) > 1 else said


def account_of(group: Group) -> str:
    """Say for how many stacks an account stands that nothing tells; nothing where that does not matter."""
    stacks = {(finding.root, name) for finding in group.findings for name in finding.environments or ("",)}
    if group.first.account is None or _told(group.first) is not None or len(stacks) < 2:
        return ""
    return f"account not known: {len(stacks)} stacks, each of them may have its own"


def _some(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMED], "..."] if len(names) > NAMED else names)


def _key(finding: Finding) -> GroupKey:
    """What findings of one group have in common."""
    suppressed = finding.suppressed
    why = suppressed and (suppressed.means, suppressed.reason)
    counts = (finding.verdict, finding.severity, finding.deployed, why)
    if finding.account is not None:
        where = finding.region or (finding.root, finding.cause)
        return (*counts, finding.rule, _told(finding), where)
    place = finding.place or finding.address
    return (*counts, finding.environments, finding.rule, place, _cause(finding), finding.decided)


def _lasting(finding: Finding) -> tuple[object, ...]:
    """What a group is known by from run to run: no line, and nothing of its members."""
    counts = (finding.rule, finding.verdict.value)
    if finding.account is not None:
        return (*counts, _told(finding), finding.region or (finding.root, finding.cause))
    decided = finding.decided.file if finding.decided else ""
    return (*counts, finding.place.file if finding.place else "", _cause(finding), decided)


def _cause(finding: Finding) -> str:
    return finding.cause or finding.message


def _told(finding: Finding) -> object:
    """Give what tells the account of a finding from others, wherever it is named; None where nothing does."""
    account = finding.account
    if account is None or not account.known:
        return None
    if finding.shared is not None:  # one account by the policy, but for what its provider configurations tell apart
        return (finding.shared, account.kind.value, account.parts)
    return (account.kind.value, account.parts) if account.kind in _TOLD else None


def _digest(parts: tuple[object, ...]) -> str:
    from hashlib import sha256

    return sha256("|".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
