"""The estate for people: every launch with what its instances will get, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.report.escape import escape, shorten
from imdsguard.report.not_made import not_made_text
from imdsguard.report.once import told_once
from imdsguard.report.reasons import sentence
from imdsguard.report.style import Style
from imdsguard.report.table import table
from imdsguard.report.text import plural
from imdsguard.report.why_none import why_none
from imdsguard.report.words import SENSITIVE, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.option import Option
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.model.unseen import NoLaunch

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


def estate_text(
    estate: Estate,
    style: Style | None = None,
    width: int | None = None,
    not_made: Sequence[NotMade] = (),
    no_launch: Sequence[NoLaunch] = (),
) -> str:
    """Give tables of launches, Region defaults and alarms, and under the first the reasons for what is unknown.

    `width` is that of the terminal, in columns, which they then fit; None: there is none. At the end stand the blocks
    of launches that are `not_made`; `no_launch` says why there is no launch.
    """
    style = style or Style()
    if not (estate.launches or estate.region_defaults or estate.alarms):
        why = why_none(no_launch)
        nothing = f"Nothing here launches EC2 instances{f': {why}' if why else ''}.\n"
        return nothing + not_made_text(not_made, several=len({each.root for each in not_made}) > 1)
    roots = {launch.resource.root for launch in estate.launches}
    roots |= {default.resource.root for default in estate.region_defaults}
    roots |= {alarm.resource.root for alarm in estate.alarms}
    several = len(roots) > 1
    parts = []
    if estate.launches:
        rows = [(launch.resource, _launch(launch, several)) for launch in estate.launches]
        parts.append(_table(_LAUNCH, rows, style, width))
        reasons = [(launch.resource, _reason(launch, several)) for launch in estate.launches if launch.reason]
        unsure = [launch for launch in estate.launches if not launch.resource.certain]
        reasons += [(launch.resource, _may_exist(launch, several)) for launch in unsure]
        reasons += [(launch.resource, line) for launch in estate.launches for line in _not_seen(launch, several)]
        if reasons:
            parts.append("".join(f"{_named(line, names)}\n" for line, names in told_once(reasons, key=str)))
    if estate.region_defaults:
        defaults = [(default.resource, _default(default, several)) for default in estate.region_defaults]
        parts.append(_table(_DEFAULT, defaults, style, width))
    if estate.alarms:
        parts.append(
            _table(_ALARM, [(alarm.resource, _alarm(alarm, several)) for alarm in estate.alarms], style, width)
        )
    if not_made:
        parts.append(not_made_text(not_made, several=several or len({each.root for each in not_made}) > 1))
    return "\n".join(parts)


def _named(line: str, environments: Sequence[str]) -> str:
    return f"{line}{within(environments)}"


def _table(
    head: tuple[str, ...], rows: Sequence[tuple[Resource, tuple[str, ...]]], style: Style, width: int | None
) -> str:
    """Draw a table, with a column for environments if there are any."""
    if not any(resource.environment for resource, _ in rows):
        return table(head, [row for _, row in rows], style, width)
    merged = [(*row, ", ".join(names) or "-") for row, names in told_once(rows, key=tuple)]
    return table((*head, "IN"), merged, style, width)


def _launch(launch: Launch, several: bool) -> tuple[str, ...]:
    tokens = launch.tokens
    where = tokens.place or launch.resource.place
    return (
        _address(launch.resource.root, launch.address, several),
        launch.state.value,
        _value(tokens),
        _value(launch.options.get(HOP_LIMIT)),
        _SOURCES[tokens.source],
        f"{where.file}:{where.line}" if where.line else where.file,
        _watched(launch),
        launch.scope.region_name or "?",
    )


def _default(default: RegionDefault, several: bool) -> tuple[str, ...]:
    place = default.resource.place
    return (
        _address(default.resource.root, default.address, several),
        _value(default.options.get(HTTP_TOKENS)),
        _value(default.options.get(HOP_LIMIT)),
        f"{place.file}:{place.line}" if place.line else place.file,
        default.scope.region_name or "?",
    )


def _alarm(alarm: Alarm, several: bool) -> tuple[str, ...]:
    place = alarm.resource.place
    watches = "everything" if alarm.everything else plural(len(alarm.covers), "launch", "launches")
    return (
        _address(alarm.resource.root, alarm.address, several),
        alarm.metric,
        watches,
        f"{place.file}:{place.line}" if place.line else place.file,
        alarm.scope.region_name or "?",
    )


def _address(root: str, address: str, several: bool) -> str:
    """Give the address, under the root module's name where there are several."""
    return f"{root}: {address}" if several else address


def _value(option: Option | None) -> str:
    """Give what AWS will use; `?` for what cannot be told."""
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
    address = escape(_address(launch.resource.root, launch.address, several))
    return [f"{address} runs at boot: code not seen: {escape(shorten(url, 300))}" for url in launch.user_data.not_seen]


def _may_exist(launch: Launch, several: bool) -> str:
    address = _address(launch.resource.root, launch.address, several)
    instances = launch.resource.instances
    said = f": {sentence(instances.reason)}" if instances is not None else ""
    return f"{escape(address)} may exist{shorten(escape(said), 500)}"


def _reason(launch: Launch, several: bool) -> str:
    address = _address(launch.resource.root, launch.address, several)
    said = sentence(launch.reason) if launch.reason else ""
    return f"{escape(address)} is {launch.state.value}: {shorten(escape(said), 500)}"
