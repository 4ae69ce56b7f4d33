"""All that the page says, counted and put in order: what HTML and Markdown are written from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from imdsguard.migration.documents import InspectDocument
from imdsguard.migration.rows import WORST_FIRST, counting
from imdsguard.migration.waves import ORDER, Wave
from imdsguard.model.launch import State
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imdsguard.migration.documents import ProblemEntry
    from imdsguard.migration.rows import Named, Row, Spot
    from imdsguard.migration.trend import Point

GROUPS = ("root", "account", "region", "environment")
TAG = "tag."
MOST_ROWS = 20_000
"""Rows of one page: a browser still sorts and filters so many."""
NO_ACCOUNT = "account not known"
NO_REGION = "Region not known"
_Key = TypeVar("_Key")


@record(frozen=True, slots=True)
class Bar:
    """The launches of one group by state. A launch of several environments is in the group once, in its worst state."""

    name: str
    states: Mapping[State, int]

    @property
    def launches(self) -> int:
        """How many there are."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """How many answer calls without a token, or may."""
        return self.states[State.OPTIONAL] + self.states[State.UNKNOWN]


@record(frozen=True, slots=True)
class Switch:
    """A place where one edit switches launches: how many, and how many of these are in which wave."""

    source: str
    spot: Spot
    launches: int
    waves: Mapping[Wave, int]

    @property
    def ready(self) -> int:
        """How many are known to make no call without a token."""
        return self.waves[Wave.SWITCH]


@record(frozen=True, slots=True)
class Calls:
    """A call in a boot script, and the launches that make it: `first` is one of them."""

    source: str
    call: str
    first: str
    launches: int


@record(frozen=True, slots=True)
class Area:
    """An account and a Region, and how many launches it is about."""

    account: str
    region: str
    launches: int


@record(frozen=True, slots=True)
class Provenance:
    """A repository whose documents are on the page; `source` is "" for what this run has read."""

    source: str
    launches: int
    generated: str = ""
    commit: str = ""
    version: str = ""


@record(frozen=True, slots=True)
class Page:
    """What the page says.

    `states` and `waves` count launches that start instances, each once: in the worst of its states, in the first of its
    waves. `templates` are those that nothing here launches through. `reasons` say why states cannot be told, `calls`
    what scripts call, `unasked` are the launches whose instances nobody asked about. `unwatched` are areas with
    launches that require tokens and that nobody watches, `unobserved` those of which nobody sees the calls without a
    token, `defaults` those in which a Region default would switch what says nothing itself. `left_out` rows have no
    room.
    """

    origins: tuple[Provenance, ...]
    rows: tuple[Row, ...]
    states: Mapping[State, int]
    waves: Mapping[Wave, int]
    templates: int
    group_by: str
    bars: tuple[Bar, ...]
    switches: tuple[Switch, ...]
    defaults: tuple[Area, ...]
    reasons: tuple[tuple[str, int], ...]
    calls: tuple[Calls, ...]
    unasked: int
    unobserved: tuple[Area, ...]
    unwatched: tuple[Area, ...]
    trend: tuple[Point, ...] = ()
    problems: tuple[tuple[str, ProblemEntry], ...] = ()
    unseen: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def launches(self) -> int:
        """How many launches start instances."""
        return sum(self.states.values())

    @property
    def secure(self) -> int:
        """How many of them answer no call without a token."""
        return self.states[State.REQUIRED] + self.states[State.DISABLED]

    def in_wave(self, wave: Wave) -> list[Row]:
        """Give the rows of a wave, templates that stand alone among them."""
        return [row for row in self.rows if row.wave is wave]


def page_of(
    documents: Sequence[Named],
    rows: Sequence[Row],
    group_by: str,
    trend: Sequence[Point] = (),
    problems: Sequence[tuple[str, ProblemEntry]] = (),
) -> Page:
    """Count and order. `problems` are those of the documents themselves, each with the name of its file."""
    counted = [row for row in rows if not row.template]
    left = [row for row in counted if row.state in (State.OPTIONAL, State.UNKNOWN)]
    looked = [row for row in left if row.wave is Wave.OBSERVE]
    reasons = _by((row.why, row) for row in looked if row.state is State.UNKNOWN)
    told = [(named.source, each) for named in counting(documents) for each in named.document.problems]
    unseen = [each.message for named in counting(documents) for each in named.document.unseen]
    return Page(
        origins=_origins(documents, counted),
        rows=tuple(rows[:MOST_ROWS]),
        states=_states(counted),
        waves=_waves(counted),
        templates=len({row.launch for row in rows if row.template}),
        group_by=group_by,
        bars=_bars(counted, group_by),
        switches=_switches([row for row in rows if row.state is State.OPTIONAL]),
        defaults=_areas(row for row in left if row.state is State.OPTIONAL and row.unset),
        reasons=tuple(sorted(((why, _launches(those)) for why, those in reasons.items()), key=_most_first)),
        calls=_calls(rows),
        unasked=_launches(row for row in looked if row.state is State.OPTIONAL and row.answer is None),
        unobserved=_areas(row for row in left if not row.observed),
        unwatched=_areas(row for row in counted if row.wave is Wave.DETECT),
        trend=tuple(trend),
        problems=(*problems, *((source, each) for source, each in told if each.known is None)),
        unseen=tuple(dict.fromkeys(unseen)),
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def names_of_group(row: Row, by: str) -> tuple[str, ...]:
    """Name the groups that a row is in: one, but for environments."""
    if by == "root":
        return (f"{row.source}: {row.root}" if row.source else row.root,)
    if by == "account":
        return (row.account or NO_ACCOUNT,)
    if by == "region":
        return (row.region or NO_REGION,)
    if by == "environment":
        return row.environments or ("no environment",)
    key = by.removeprefix(TAG)
    if key not in row.tags:
        return (f"no tag {key}",)
    return (row.tags[key] or f"tag {key} cannot be told",)


def _bars(rows: Iterable[Row], by: str) -> tuple[Bar, ...]:
    groups = _by((name, row) for row in rows for name in names_of_group(row, by))
    bars = [Bar(name, _states(members)) for name, members in groups.items()]
    return tuple(sorted(bars, key=lambda bar: (-bar.left, -bar.launches, bar.name)))


def _states(rows: Iterable[Row]) -> dict[State, int]:
    worst: dict[object, State] = {}
    for row in rows:
        worst[row.launch] = min(worst.get(row.launch, row.state), row.state, key=WORST_FIRST.index)
    return {state: sum(each is state for each in worst.values()) for state in WORST_FIRST}


def _waves(rows: Iterable[Row]) -> dict[Wave, int]:
    first: dict[object, Wave] = {}
    for row in rows:
        first[row.launch] = min(first.get(row.launch, row.wave), row.wave, key=ORDER.index)
    return {wave: sum(each is wave for each in first.values()) for wave in ORDER}


def _switches(rows: Iterable[Row]) -> tuple[Switch, ...]:
    places = _by(((row.source, row.decided.file, row.decided.line, row.decided.label), row) for row in rows)
    found = [Switch(those[0].source, those[0].decided, _launches(those), _waves(those)) for those in places.values()]
    return tuple(sorted(found, key=lambda each: (-each.ready, -each.launches, each.source, str(each.spot))))


def _calls(rows: Iterable[Row]) -> tuple[Calls, ...]:
    """Give the calls of those that are to be mended, the one that most launches make first."""
    found = _by(((row.source, call), row) for row in rows if row.wave is Wave.MEND for call in row.calls)
    calls = [Calls(source, call, those[0].address, _launches(those)) for (source, call), those in found.items()]
    return tuple(sorted(calls, key=lambda each: (-each.launches, each.source, each.call)))


def _areas(rows: Iterable[Row]) -> tuple[Area, ...]:
    found = _by(((row.account or NO_ACCOUNT, row.region or NO_REGION), row) for row in rows)
    areas = [Area(account, region, _launches(those)) for (account, region), those in found.items()]
    return tuple(sorted(areas, key=lambda area: (-area.launches, area.account, area.region)))


def _launches(rows: Iterable[Row]) -> int:
    return len({row.launch for row in rows})


def _by(pairs: Iterable[tuple[_Key, Row]]) -> dict[_Key, list[Row]]:
    found: dict[_Key, list[Row]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return found


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return (-counted[1], counted[0])


def _origins(documents: Sequence[Named], rows: Sequence[Row]) -> tuple[Provenance, ...]:
    """Name the repositories; of several documents of one the newest says when, and of which commit."""
    found: dict[str, list[Named]] = defaultdict(list)
    for named in documents:
        found[named.source].append(named)
    origins = []
    for source, those in found.items():
        newest = max((each.document for each in those), key=lambda document: document.generated or "")
        count = _launches(row for row in rows if row.source == source)
        listed = any(isinstance(each.document, InspectDocument) for each in those)
        generated, commit = newest.generated or "", newest.commit or ""
        origins.append(Provenance(source, count if listed else -1, generated, commit, newest.version or ""))
    return tuple(origins)
