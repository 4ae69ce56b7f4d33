"""The launches of all documents, each with what a person wants to know of it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from imdsguard.migration.documents import FindingsDocument, InspectDocument
from imdsguard.migration.waves import ORDER, Facts, Wave, wave_of
from imdsguard.model.launch import Kind, State
from imdsguard.model.option import HTTP_ENDPOINT, HTTP_TOKENS, Source
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from imdsguard.migration.documents import (
        AlarmEntry,
        FindingEntry,
        LaunchEntry,
        OptionEntry,
        ReadinessEntry,
        RunDocument,
    )

TEMPLATES = (Kind.TEMPLATE.value, Kind.CONFIGURATION.value)
"""What only says how others start instances."""
SCRIPTS = "user-data-tokenless-call"
STALE = ("launch-template-version-stale", "setting-never-sent")
"""Rules whose findings say that what the code says does not reach instances."""
KEPT = "instances that run keep what they were started with until something replaces them"
REFUSED = "MetadataNoTokenRejected"
TOKENLESS = "MetadataNoToken"
_PLACE = re.compile(r"^(?P<label>.*) \((?P<file>.+):(?P<line>\d{1,9})\)$", re.DOTALL)
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_MOST = 3
WORST_FIRST = (State.OPTIONAL, State.UNKNOWN, State.REQUIRED, State.DISABLED)
_LAYERS = {
    Source.LAUNCH.value: "the launch itself",
    Source.LAUNCH_TEMPLATE.value: "the launch template",
    Source.REGION_DEFAULT.value: "the Region default",
    Source.AMI.value: "the image",
}


@record(frozen=True, slots=True)
class Named:
    """A document, and the name of the repository that it is of: "" for what this run has read."""

    source: str
    document: RunDocument


@record(frozen=True, slots=True)
class Spot:
    """A place where an edit would go: what stands there, file and line; line 0 where there is none."""

    file: str
    line: int
    label: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@record(frozen=True, slots=True)
class Row:
    """A launch, as it is in some environments of its root module (none: it is judged without).

    `number` tells launches of one address apart. `template`: it only says how others start, and none that is listed
    here launches through it. `where` is where it stands, `decided` where one edit changes the answer. `calls` are
    made without a token at boot, `seen` says what CloudWatch saw, `stale` what keeps old settings in running instances,
    `unread` what else may break: containers, code that nobody has read. `watch` says who watches, `answer` what
    `readiness` says, `told` how. `unset`: nothing sets tokens. `observed`: an alarm on `MetadataNoToken` takes it in.
    """

    source: str
    root: str
    address: str
    number: int
    kind: str
    state: State
    wave: Wave
    environments: tuple[str, ...]
    account: str | None
    region: str | None
    tags: Mapping[str, str | None]
    where: Spot
    decided: Spot
    why: str
    calls: tuple[str, ...]
    seen: tuple[str, ...]
    stale: tuple[str, ...]
    unread: tuple[str, ...]
    watch: str
    answer: str | None = None
    told: str = ""
    template: bool = False
    unset: bool = False
    observed: bool = False

    @property
    def breaks(self) -> tuple[str, ...]:
        """What would stop working, or may: what is known first."""
        return self.calls + self.seen + self.stale + self.unread

    @property
    def launch(self) -> tuple[str, str, str, int]:
        """What is one launch, however many environments it is in."""
        return (self.source, self.root, self.address, self.number)


def rows_of(documents: Sequence[Named], answers: Sequence[ReadinessEntry] = ()) -> tuple[Row, ...]:
    """Give the launches of all documents of `inspect`, what is to be done first at the top.

    Findings belong to the launches of the same repository. Templates that a listed launch goes through are no rows.
    """
    findings: dict[tuple[str, str, str], list[FindingEntry]] = defaultdict(list)
    for named in documents:
        if isinstance(named.document, FindingsDocument):
            for finding in named.document.findings:
                if finding.verdict != "pass" and finding.suppressed is None:
                    findings[(named.source, finding.root, finding.address)].append(finding)
    found: dict[tuple[object, ...], Row] = {}
    launches = [
        (named.source, launch)
        for named in documents
        if isinstance(named.document, InspectDocument)
        for launch in named.document.launches
    ]
    asked = Answers(answers, launches)
    for named in documents:
        if isinstance(named.document, InspectDocument):
            for row in _rows(named.source, named.document.launches, findings, asked):
                found.setdefault((*row.launch, row.environments), row)
    return tuple(sorted(found.values(), key=_order))


def _order(row: Row) -> tuple[object, ...]:
    return (row.template, ORDER.index(row.wave), row.source, row.root, row.address, row.number, row.environments)


class Answers:
    """What `readiness` said, by launch.

    It may have been given a state, whose file it then calls the root module: only a root that a launch is in says which
    one is meant.
    """

    def __init__(self, entries: Iterable[ReadinessEntry], launches: Iterable[tuple[str, LaunchEntry]]) -> None:
        self._answers: dict[str, list[ReadinessEntry]] = defaultdict(list)
        self._launches: dict[str, list[tuple[str, LaunchEntry]]] = defaultdict(list)
        for entry in entries:
            self._answers[entry.address].append(entry)
        for source, launch in launches:
            self._launches[launch.address].append((source, launch))
        self._roots = {launch.root for those in self._launches.values() for _, launch in those}

    def of(self, launch: LaunchEntry) -> ReadinessEntry | None:
        """Give the answer that is surely of this launch, and of no other; of several environments the worst."""
        fitting = [each for each in self._answers.get(launch.address, ()) if self._fits(each, launch)]
        if len({(each.root, each.region, each.account) for each in fitting}) > 1 and not launch.environments:
            return None  # it may be any of them
        sure = [each for each in fitting if self._of_one(each)]
        return min(sure, key=lambda each: _WORST.index(each.verdict), default=None)

    def _of_one(self, answer: ReadinessEntry) -> bool:
        fitting = {(source, each.root) for source, each in self._launches[answer.address] if self._fits(answer, each)}
        return len(fitting) == 1

    def _fits(self, answer: ReadinessEntry, launch: LaunchEntry) -> bool:
        if answer.root in self._roots and answer.root != launch.root:
            return False
        if answer.region is not None and launch.region is not None and answer.region != launch.region:
            return False
        numbers = {name for name in (answer.account, launch.account) if name is not None and name.isdigit()}
        if len(numbers) == 2:
            return False
        return not answer.environment or not launch.environments or answer.environment in launch.environments


_WORST = ("not_ready", "unknown", "ready", "enforced")


def _rows(
    source: str,
    launches: Sequence[LaunchEntry],
    findings: Mapping[tuple[str, str, str], Sequence[FindingEntry]],
    answers: Answers,
) -> Iterator[Row]:
    templates: dict[tuple[str, str], list[LaunchEntry]] = defaultdict(list)
    used: set[tuple[str, str]] = set()
    for each in launches:
        if each.kind in TEMPLATES:
            templates[(each.root, each.address)].append(each)
        else:
            used.update((each.root, address) for address in each.through)
    for number, each in numbered(launches):
        template = each.kind in TEMPLATES
        if template and (each.root, each.address) in used:
            continue
        through = [one for address in each.through for one in _same(templates.get((each.root, address), ()), each)]
        told = [
            finding
            for one in (each, *through)
            for finding in findings.get((source, one.root, one.address), ())
            if _together(finding.environments, each.environments)
        ]
        yield _row(source, number, each, through, told, answers.of(each))


def numbered(launches: Iterable[LaunchEntry]) -> Iterator[tuple[int, LaunchEntry]]:
    """Count, from 0, how often the address of each launch was there before in the same environment of its root module.

    Results of one launch that differ by environment have one number.
    """
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in launches:
        at = [(each.root, each.address, name) for name in each.environments or ("",)]
        number = max(seen[one] for one in at)
        seen.update(dict.fromkeys(at, number + 1))
        yield number, each


def counting(documents: Sequence[Named]) -> list[Named]:
    """Leave out documents of `inspect` where there is one of `scan` of the same repository, which says more.

    What it tells of problems has been held against baselines.
    """
    scanned = {each.source for each in documents if isinstance(each.document, FindingsDocument)}
    return [each for each in documents if isinstance(each.document, FindingsDocument) or each.source not in scanned]


def _same(templates: Iterable[LaunchEntry], launch: LaunchEntry) -> Iterator[LaunchEntry]:
    return (each for each in templates if _together(each.environments, launch.environments))


def _together(some: Sequence[str], others: Sequence[str]) -> bool:
    return not some or not others or not set(some).isdisjoint(others)


def _row(
    source: str,
    number: int,
    launch: LaunchEntry,
    through: Sequence[LaunchEntry],
    findings: Sequence[FindingEntry],
    answer: ReadinessEntry | None,
) -> Row:
    state = State(launch.state)
    calls = _calls(launch, findings)
    stale = [finding.message for finding in findings if finding.rule in STALE]
    if not stale and launch.refresh == "none":
        stale = [launch.refresh_reason or KEPT]
    counted = _counted(answer, TOKENLESS) if answer is not None else 0
    refused = _counted(answer, REFUSED) if answer is not None else 0
    facts = Facts(
        state,
        answer.verdict if answer is not None else None,
        calls=bool(calls),
        refused=refused > 0,
        stays_old=bool(stale),
        watched=launch.alarm.covered,
    )
    seen = []
    if counted and answer is not None:
        seen.append(f"{_number(counted, 'call')} without a token{_last(answer)}")
    if refused and answer is not None:
        seen.append(f"{_number(refused, 'call')} refused for want of a token{_last(answer)}")
    tokens = launch.options.get(HTTP_TOKENS)
    return Row(
        source=source,
        root=launch.root,
        address=launch.address,
        number=number,
        kind=launch.kind,
        state=state,
        wave=wave_of(facts),
        environments=tuple(launch.environments),
        account=launch.account,
        region=launch.region,
        tags=launch.tags,
        where=_at(launch),
        decided=decided_at(launch, through),
        why=_why(launch, state),
        calls=tuple(dict.fromkeys(calls)),
        seen=tuple(seen),
        stale=tuple(dict.fromkeys(stale)),
        unread=tuple(_doubts(launch)),
        watch=_watch(launch.alarm, state),
        answer=answer.verdict if answer is not None else None,
        told=_told(answer),
        template=launch.kind in TEMPLATES,
        unset=tokens is not None and tokens.source == Source.SERVICE_DEFAULT.value,
        observed=bool(launch.alarm.observed.covered),
    )


def _calls(launch: LaunchEntry, findings: Sequence[FindingEntry]) -> list[str]:
    """Give the calls that boot scripts make without a token: by the launch, else, of an old document, by findings."""
    if isinstance(launch.boot_calls, list):
        return [f"{Spot(call.file or '', call.line or 0)}: {call.call}" for call in launch.boot_calls]
    scripts = (finding for finding in findings if finding.rule == SCRIPTS)
    return [f"{Spot(each.file or '', each.line or 0)}: {each.message}" for each in scripts]


def _doubts(launch: LaunchEntry) -> Iterator[str]:
    if launch.containers is not None and launch.containers.cut_off:
        hops = launch.containers.hop_limit
        yield f"containers with a network of their own get no token: the hop limit is {1 if hops is None else hops}"
    for url in launch.code_not_seen:
        yield f"runs code at boot that nobody has read: {url}"


def _counted(answer: ReadinessEntry, metric: str) -> int:
    return sum(each.calls.get(metric) or 0 for each in answer.instances)


def _last(answer: ReadinessEntry) -> str:
    last = max((each.last for each in answer.instances if each.last), default="")
    return f", the last at {last}" if last else ""


def _told(answer: ReadinessEntry | None) -> str:
    if answer is None:
        return ""
    instances = f" ({_number(len(answer.instances), 'instance')})" if answer.instances else ""
    reason = f": {answer.reason}" if answer.reason else ""
    return f"{answer.verdict.replace('_', ' ')}{instances}{reason}"


def _at(launch: LaunchEntry) -> Spot:
    return Spot(launch.file or launch.root, launch.line or 0)


def decided_at(launch: LaunchEntry, through: Sequence[LaunchEntry] = ()) -> Spot:
    """Say where one edit changes what holds for tokens: where the value is written; else the block that says nothing.

    Of a value that came a long way it is the end of the way: a default of a variable, the line of a file of values.
    """
    tokens = launch.options.get(HTTP_TOKENS)
    if tokens is not None and tokens.source != Source.SERVICE_DEFAULT.value:
        written = _PLACE.match(tokens.trace[-1]) if tokens.trace else None
        if written is not None:
            return Spot(written["file"], int(written["line"]), written["label"])
        if tokens.file:
            return Spot(tokens.file, tokens.line or 0, HTTP_TOKENS)
    block = through[0] if through else launch
    return Spot(block.file or block.root, block.line or 0, _KEY.sub("", block.address))


def _why(launch: LaunchEntry, state: State) -> str:
    option = launch.options.get(HTTP_ENDPOINT if state is State.DISABLED else HTTP_TOKENS)
    if state is State.UNKNOWN:
        said = launch.reason or "it cannot be told"
    elif option is None or option.source == Source.SERVICE_DEFAULT.value:
        said = f"nothing sets {HTTP_TOKENS}"
    else:
        said = _way(option)
    if state is State.DISABLED:
        said = f"the metadata endpoint is off: {said}"
    return f"{said}; it may not exist: {launch.exists_reason}" if launch.exists_reason else said


def _way(option: OptionEntry) -> str:
    """Say by which layer an option is what it is, where it is said, and where that comes from."""
    layer = _LAYERS.get(option.source, option.source)
    steps = list(dict.fromkeys(option.trace))
    shown = [steps[0], "...", steps[-1]] if len(steps) > 2 else steps
    return f"by {layer}: {' <- '.join(shown)}" if shown else f"by {layer}"


def _watch(alarm: AlarmEntry, state: State) -> str:
    """Say who watches calls that are refused: now, or, where none can be refused yet, once tokens are required."""
    if state is State.DISABLED:
        return "nothing to watch"
    if state is State.REQUIRED:
        if alarm.covered is None:
            return f"cannot be told: {alarm.reason}" if alarm.reason else "cannot be told"
        return _some(alarm.by) or "an alarm" if alarm.covered else "nobody"
    later = f"{_some(alarm.once_required.by) or 'an alarm'}, once required" if alarm.once_required.covered else "nobody"
    return f"{later}; calls without a token: {_some(alarm.observed.by)}" if alarm.observed.by else later


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
