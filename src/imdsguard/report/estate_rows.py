"""The estate as rows of tables, as lines about single launches, and as totals: what text and Markdown both show.

No text here is escaped yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.record import record
from imdsguard.report.not_made import why_not_made
from imdsguard.report.once import told_once
from imdsguard.report.reasons import sentence
from imdsguard.report.report import WORST_FIRST, states_of
from imdsguard.report.text import plural
from imdsguard.report.words import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch, State
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.option import Option
    from imdsguard.model.place import Place
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource

_LAUNCH = ("LAUNCH", "STATE", "TOKENS", "HOPS", "SET BY", "WHERE", "ALARM", "REGION")
_DEFAULT = ("REGION DEFAULT", "TOKENS", "HOPS", "WHERE", "REGION")
_ALARM = ("ALARM", "METRIC", "WATCHES", "WHERE", "REGION")
_SOURCES = {
    Source.LAUNCH: "launch",
    Source.LAUNCH_TEMPLATE: "launch template",
    Source.REGION_DEFAULT: "Region default",
    Source.AMI: "AMI",
    Source.SERVICE_DEFAULT: "service default",
    Source.UNKNOWN: "unknown",
}


@record(frozen=True, slots=True)
class EstateTable:
    """A table: its head, and rows with a cell for each word of it. `-` is a cell with nothing in it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(estate: Estate, *, several: bool) -> list[EstateTable]:
    """Give the tables of launches, Region defaults and alarms, of which there are any. `several`: name root modules."""
    found = (
        (_LAUNCH, [(launch.resource, _launch(launch, several)) for launch in estate.launches]),
        (_DEFAULT, [(default.resource, _default(default, several)) for default in estate.region_defaults]),
        (_ALARM, [(alarm.resource, _alarm(alarm, several)) for alarm in estate.alarms]),
    )
    return [_table(head, rows) for head, rows in found if rows]


def lines_of(estate: Estate, *, several: bool) -> list[tuple[str, list[str]]]:
    """Say why launches are unknown, which may not exist, and what they run that nobody read.

    Each line comes with the environments in which it is so.
    """
    launches = estate.launches
    said = [(launch.resource, _reason(launch, several)) for launch in launches if launch.reason]
    said += [(launch.resource, _may_exist(launch, several)) for launch in launches if not launch.resource.certain]
    said += [(launch.resource, line) for launch in launches for line in _not_seen(launch, several)]
    return told_once(said, key=str)


def not_made_lines(blocks: Sequence[NotMade], *, several: bool) -> list[tuple[str, list[str]]]:
    """Say of blocks why they make nothing, and in which environments. `several`: name the root module."""
    told: dict[str, list[str]] = {}
    for block in blocks:
        line = f"{_address(block.root, block.address, several)} is not made: {why_not_made(block)}"
        told.setdefault(line, []).extend([block.environment] if block.environment else [])
    return list(told.items())


def has_several_roots(estate: Estate, not_made: Sequence[NotMade] = ()) -> bool:
    """Whether root modules have to be named."""
    roots = {launch.resource.root for launch in estate.launches} | {block.root for block in not_made}
    roots |= {default.resource.root for default in estate.region_defaults}
    roots |= {alarm.resource.root for alarm in estate.alarms}
    return len(roots) > 1


def totals_of(estate: Estate, whole: Estate) -> list[str]:
    """Count what is there, a line for launches and one for templates, which only say how others launch.

    `whole` is the estate from which something was chosen: what else it has is said, too.
    """
    lines = []
    for one, many, starts in (("launch", "launches", True), ("template", "templates", False)):
        states = states_of(launch for launch in estate.launches if launch.starts_instances is starts)
        every = sum(states_of(launch for launch in whole.launches if launch.starts_instances is starts).values())
        count = sum(states.values())
        if every:
            told = plural(count, one, many) if count == every else f"{count} of {plural(every, one, many)}"
            lines.append(f"{told}{_states(states)}")
    others = (
        (_distinct(each.resource for each in estate.region_defaults), "Region default"),
        (_distinct(each.resource for each in estate.alarms), "alarm"),
    )
    counted = [plural(count, one) for count, one in others if count]
    return lines + ([", ".join(counted)] if counted else [])


def _states(states: Mapping[State, int]) -> str:
    said = [f"{states[state]} {state.value}" for state in WORST_FIRST if states[state]]
    return f": {', '.join(said)}" if said else ""


def _distinct(resources: Iterable[Resource]) -> int:
    return len({(resource.root, resource.address) for resource in resources})


def _table(head: tuple[str, ...], rows: Sequence[tuple[Resource, tuple[str, ...]]]) -> EstateTable:
    """Give a table, with a column for environments if there are any."""
    if not any(resource.environment for resource, _ in rows):
        return EstateTable(head, tuple(row for _, row in rows))
    merged = tuple((*row, ", ".join(names) or "-") for row, names in told_once(rows, key=tuple))
    return EstateTable((*head, "IN"), merged)


def _launch(launch: Launch, several: bool) -> tuple[str, ...]:
    tokens = launch.tokens
    return (
        _address(launch.resource.root, launch.address, several),
        launch.state.value,
        value_of(tokens),
        value_of(launch.options.get(HOP_LIMIT)),
        _SOURCES[tokens.source],
        _where(tokens.place or launch.resource.place),
        _watched(launch),
        launch.scope.region_name or "?",
    )


def _default(default: RegionDefault, several: bool) -> tuple[str, ...]:
    return (
        _address(default.resource.root, default.address, several),
        value_of(default.options.get(HTTP_TOKENS)),
        value_of(default.options.get(HOP_LIMIT)),
        _where(default.resource.place),
        default.scope.region_name or "?",
    )


def _alarm(alarm: Alarm, several: bool) -> tuple[str, ...]:
    watches = "everything" if alarm.everything else plural(len(alarm.covers), "launch", "launches")
    return (
        _address(alarm.resource.root, alarm.address, several),
        alarm.metric,
        watches,
        _where(alarm.resource.place),
        alarm.scope.region_name or "?",
    )


def _where(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def _address(root: str, address: str, several: bool) -> str:
    """Give the address, under the root module's name where there are several."""
    return f"{root}: {address}" if several else address


def value_of(option: Option | None) -> str:
    """Give what AWS will use; `?` for what cannot be told, `-` where there is nothing."""
    if option is None:
        return "-"
    if not option.known:
        return "?"
    if option.sensitive:
        return SENSITIVE
    return "-" if option.effective is None else str(option.effective)


def _watched(launch: Launch) -> str:
    coverage = launch.coverage
    if coverage.covered is None:
        return "?" if coverage.reason else "-"
    return (coverage.by[0] if coverage.by else "yes") if coverage.covered else "no"


def _not_seen(launch: Launch, several: bool) -> list[str]:
    """The addresses of code that it downloads and runs at boot, which nobody has read."""
    address = _address(launch.resource.root, launch.address, several)
    return [f"{address} runs at boot: code not seen: {url}" for url in launch.user_data.not_seen]


def _may_exist(launch: Launch, several: bool) -> str:
    instances = launch.resource.instances
    said = f": {sentence(instances.reason)}" if instances is not None else ""
    return f"{_address(launch.resource.root, launch.address, several)} may exist{said}"


def _reason(launch: Launch, several: bool) -> str:
    said = sentence(launch.reason) if launch.reason else ""
    return f"{_address(launch.resource.root, launch.address, several)} is {launch.state.value}: {said}"
