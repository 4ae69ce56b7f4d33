"""Findings that were there before: which of today's they cover, and which of them are gone.

A finding is known by its rule, root module, address and Region, and by what of it is judged where that is several
things, never by a line. One that got worse is a new one: what could not be told and now fails, or what is rated higher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.record import record, replace
from imdsguard.model.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.suppression import Suppression

    Key = tuple[str, str, str, str, str, str]
    """Root, address, rule, Region, aspect and environment."""

    Slots = dict["BaselineEntry", int]
    """Entries of one key, each a single finding, with how many of them are left."""

_SEVERITIES = tuple(Severity)


@record(frozen=True, slots=True)
class BaselineEntry:
    """A finding that was there, or `count` of them that are alike. `message` tells them apart where it is known.

    `environment` is "" where its root module has none, or where the entry does not say (`in_environments`).
    """

    rule: str
    root: str
    address: str
    region: str | None
    verdict: Verdict
    severity: Severity
    count: int = 1
    message: str | None = None
    aspect: str = ""
    environment: str = ""

    @property
    def key(self) -> Key:
        """What it is known by."""
        return (self.root, self.address, self.rule, self.region or "", self.aspect, self.environment)

    @property
    def order(self) -> tuple[str, ...]:
        """Where it stands in a file."""
        return (*self.key, self.verdict.value, str(_SEVERITIES.index(self.severity)))

    def __str__(self) -> str:
        region = f" in {self.region}" if self.region else ""
        aspect = f": {self.aspect}" if self.aspect else ""
        root = f" ({self.root})" if self.root != "." else ""
        environment = f" in {self.environment}" if self.environment else ""
        return f"{self.rule} {self.address}{region}{environment}{aspect}{root}"


@record(frozen=True, slots=True)
class Compared:
    """What `compare` gives: all findings, the known ones suppressed; and in `gone` the entries that no finding matches.

    `count` of such an entry is how many of its findings are gone.
    """

    findings: tuple[Finding, ...]
    gone: tuple[BaselineEntry, ...]


@record(frozen=True, slots=True)
class Examples:
    """Findings of rules about a whole account and Region, each of which points at one launch there as an example.

    Such a rule may name another example today. A finding of it is known all the same if the launch that the baseline
    names is still there and the rule says nothing about that one now. `rules` are those rules, each with how bad it is:
    what they rate otherwise is about the launch itself. `there` are the root and address of all that was judged.
    """

    rules: Mapping[str, Severity]
    there: Collection[tuple[str, str]]

    def one(self, one: BaselineEntry | Finding) -> bool:
        """Whether it points at an example."""
        rated = self.rules.get(one.rule)
        return rated is not None and (one.verdict is Verdict.UNKNOWN or one.severity is rated)


def counts(finding: Finding, never: Collection[str]) -> bool:
    """Whether a finding can be known: one of a rule in `never` is always new, and a suppressed one is out already."""
    return finding.verdict is not Verdict.PASS and finding.suppressed is None and finding.rule not in never


def entries_of(
    findings: Iterable[Finding], root_of: Callable[[str], str], never: Collection[str], *, messages: bool = False
) -> tuple[BaselineEntry, ...]:
    """Make entries of the findings that count, in the order of a file. `root_of` gives the name a root is kept by."""
    found: dict[BaselineEntry, int] = {}
    for each in findings:
        if counts(each, never):
            root, message = root_of(each.root), each.message if messages else None
            about = (each.rule, root, each.address, each.region)
            for environment in each.environments or ("",):
                entry = BaselineEntry(*about, each.verdict, each.severity, 1, message, each.aspect, environment)
                found[entry] = found.get(entry, 0) + 1
    return tuple(sorted((replace(e, count=n) for e, n in found.items()), key=lambda e: (*e.order, e.message or "")))


def in_environments(
    entries: Iterable[BaselineEntry], environments: Mapping[str, Sequence[str]]
) -> tuple[BaselineEntry, ...]:
    """Take an entry that names no environment for one of each that its root module has, by the name of that."""
    return tuple(
        replace(entry, environment=name)
        for entry in entries
        for name in ((entry.environment,) if entry.environment else environments.get(entry.root) or ("",))
    )


def gone_everywhere(
    entries: Iterable[BaselineEntry], gone: Iterable[BaselineEntry], environments: Mapping[str, Sequence[str]]
) -> tuple[BaselineEntry, ...]:
    """Say of `entries` which are gone, after `in_environments`: one that stands for all, where it is in each."""
    left = {replace(entry, count=1): entry.count for entry in gone}
    found: dict[BaselineEntry, int] = {}
    for entry in dict.fromkeys(replace(each, count=1) for each in entries):
        spread = in_environments((entry,), environments)
        count = min(left.get(each, 0) for each in spread)
        if count:
            found[entry] = count
            left.update({each: left[each] - count for each in spread})
    return tuple(replace(entry, count=count) for entry, count in found.items())


def compare(
    findings: Sequence[Finding],
    entries: Iterable[BaselineEntry],
    root_of: Callable[[str], str],
    never: Collection[str],
    suppression: Suppression,
    examples: Examples | None = None,
) -> Compared:
    """Take the known findings out of the count.

    Where there are more findings under one name than before, nobody can tell which one is new: all of those that their
    message does not tell apart stay in the count. `findings` must hold every verdict, passes too, each of one
    environment.
    """
    slots: dict[Key, Slots] = {}
    for entry in entries:
        one, left = replace(entry, count=1), slots.setdefault(entry.key, {})
        left[one] = left.get(one, 0) + entry.count
    groups: dict[Key, list[int]] = {}
    for number, each in enumerate(findings):
        if counts(each, never):
            groups.setdefault(_key(each, root_of), []).append(number)
    marked = list(findings)
    for key, numbers in groups.items():
        for number in _covered(numbers, marked, slots.get(key, {})):
            marked[number] = replace(marked[number], suppressed=suppression)
    for number in _moved(marked, slots, root_of, never, examples) if examples is not None else ():
        marked[number] = replace(marked[number], suppressed=suppression)
    gone = tuple(replace(entry, count=count) for left in slots.values() for entry, count in left.items())
    return Compared(tuple(marked), gone)


def _key(finding: Finding, root_of: Callable[[str], str]) -> Key:
    environment = "".join(finding.environments)
    return (root_of(finding.root), finding.address, finding.rule, finding.region or "", finding.aspect, environment)


def _covered(numbers: list[int], findings: Sequence[Finding], slots: Slots) -> list[int]:
    """Give the findings that the entries in `slots` cover, and take these entries out of it."""
    said: dict[str | None, list[BaselineEntry]] = {}
    for entry in slots:
        said.setdefault(entry.message, []).append(entry)
    covered, rest = [], []
    for number in numbers:
        alike = said.get(findings[number].message, ())
        same = next((entry for entry in alike if entry in slots and _covers(entry, findings[number])), None)
        if same is not None:
            _take(slots, same)
            covered.append(number)
        else:
            rest.append(number)
    if len(rest) > sum(slots.values()):
        slots.clear()  # they are not gone either
        return covered
    kinds: dict[tuple[int, bool], list[BaselineEntry]] = {}
    for entry in slots:
        kinds.setdefault(_badness(entry), []).append(entry)
    for number in sorted(rest, key=lambda n: _badness(findings[n])):
        wider = next((k for k in sorted(kinds, reverse=True) if _covers(kinds[k][-1], findings[number])), None)
        kind = min(kinds) if wider is None else wider  # what got worse is not gone
        if wider is not None:
            covered.append(number)
        if _take(slots, kinds[kind][-1]):
            kinds[kind].pop()
            if not kinds[kind]:
                del kinds[kind]
    return covered


def _take(slots: Slots, entry: BaselineEntry) -> bool:
    """Take one out, and say whether it was the last of its sort."""
    slots[entry] -= 1
    if slots[entry]:
        return False
    del slots[entry]
    return True


def _moved(
    findings: Sequence[Finding],
    slots: dict[Key, Slots],
    root_of: Callable[[str], str],
    never: Collection[str],
    examples: Examples,
) -> list[int]:
    """Give the findings that are known under another address, and take the entries that cover them out of `slots`."""
    spoken = {(root_of(each.root), each.address, each.rule, *each.environments) for each in findings}
    silent: dict[tuple[str, ...], list[Key]] = {}
    for key, left in slots.items():
        root, address, rule, region, _, environment = key
        here = (environment,) if environment else ()
        if left and (root, address) in examples.there and (root, address, rule, *here) not in spoken:
            silent.setdefault((root, rule, region, *here), []).append(key)
    moved = []
    for number, finding in enumerate(findings) if silent else ():
        if not counts(finding, never) or not examples.one(finding):
            continue
        for key in silent.get(_example(finding, root_of), ()):
            covering = next((e for e in slots[key] if examples.one(e) and _covers(e, finding)), None)
            if covering is not None:
                _take(slots[key], covering)
                moved.append(number)
                break
    return moved


def _example(finding: Finding, root_of: Callable[[str], str]) -> tuple[str, ...]:
    return (root_of(finding.root), finding.rule, finding.region or "", *finding.environments)


def _badness(one: BaselineEntry | Finding) -> tuple[int, bool]:
    """Order, the worst first."""
    return (_SEVERITIES.index(one.severity), one.verdict is not Verdict.FAIL)


def _covers(entry: BaselineEntry, finding: Finding) -> bool:
    """Whether the finding is no worse than what was there."""
    if entry.verdict is Verdict.UNKNOWN and finding.verdict is Verdict.FAIL:
        return False
    return entry.severity.at_least(finding.severity)
