"""The estate as comma-separated values: a line for each launch, Region default, alarm, block not made and problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.report.escape_csv import csv_text
from imdsguard.report.estate_rows import value_of
from imdsguard.report.not_made import why_not_made
from imdsguard.report.once import told_once
from imdsguard.report.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.launch import Launch
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.report.once import InEnvironment

COLUMNS = (
    "what", "address", "type", "state", "http_tokens", "http_endpoint", "http_put_response_hop_limit", "source",
    "decided_file", "decided_line", "alarm_covered", "alarm_by", "metric", "region", "root", "environments", "file",
    "line", "reason",
)  # fmt: skip
"""`what` is `launch`, `template`, `region_default`, `alarm`, `not_made` or `problem`: a row has the cells of its kind.

`decided_*` is where `http_tokens` was decided, `file` and `line` where the block stands.
"""


def estate_csv(estate: Estate, problems: Sequence[Problem] = (), not_made: Sequence[NotMade] = ()) -> str:
    """Give the head and the rows. What is the same in several environments is one row that names them."""
    rows = [
        *_merged((launch.resource, _launch(launch)) for launch in estate.launches),
        *_merged((default.resource, _default(default)) for default in estate.region_defaults),
        *_merged((alarm.resource, _alarm(alarm)) for alarm in estate.alarms),
        *_merged((block, _not_made(block)) for block in not_made),
        *map(_problem, problems),
    ]
    return csv_text([COLUMNS, *(tuple(row.get(column, "") for column in COLUMNS) for row in rows)])


def _merged(rows: Iterable[tuple[InEnvironment, dict[str, str]]]) -> list[dict[str, str]]:
    return [{**row, "environments": ", ".join(names)} for row, names in told_once(rows, key=repr)]


def _launch(launch: Launch) -> dict[str, str]:
    tokens, coverage = launch.tokens, launch.coverage
    decided = tokens.place
    return {
        "what": "launch" if launch.starts_instances else "template",
        **_resource(launch.resource),
        "state": launch.state.value,
        "http_tokens": value_of(tokens),
        "http_endpoint": _cell(value_of(launch.options.get(HTTP_ENDPOINT))),
        "http_put_response_hop_limit": _cell(value_of(launch.options.get(HOP_LIMIT))),
        "source": tokens.source.value,
        "decided_file": decided.file if decided else "",
        "decided_line": str(decided.line or "") if decided else "",
        "alarm_covered": "" if coverage.covered is None else "yes" if coverage.covered else "no",
        "alarm_by": ", ".join(coverage.by),
        "region": launch.scope.region_name or "",
        "reason": sentence(launch.reason) if launch.reason else "",
    }


def _default(default: RegionDefault) -> dict[str, str]:
    options = default.options
    return {
        "what": "region_default",
        **_resource(default.resource),
        "http_tokens": _cell(value_of(options.get(HTTP_TOKENS))),
        "http_endpoint": _cell(value_of(options.get(HTTP_ENDPOINT))),
        "http_put_response_hop_limit": _cell(value_of(options.get(HOP_LIMIT))),
        "region": default.scope.region_name or "",
    }


def _alarm(alarm: Alarm) -> dict[str, str]:
    return {
        "what": "alarm",
        **_resource(alarm.resource),
        "metric": alarm.metric,
        "region": alarm.scope.region_name or "",
    }


def _not_made(block: NotMade) -> dict[str, str]:
    return {
        "what": "not_made",
        "address": block.address,
        "type": block.type,
        "root": block.root,
        **_place(block.place),
        "reason": why_not_made(block),
    }


def _problem(problem: Problem) -> dict[str, str]:
    environments = ", ".join(problem.environments)
    return {"what": "problem", **_place(problem.place), "reason": problem.message, "environments": environments}


def _resource(resource: Resource) -> dict[str, str]:
    return {"address": resource.address, "type": resource.kind, "root": resource.root, **_place(resource.place)}


def _place(place: Place | None) -> dict[str, str]:
    return {"file": place.file, "line": str(place.line or "")} if place else {}


def _cell(value: str) -> str:
    """Leave a cell empty where text shows `-`: a spreadsheet counts what is there."""
    return "" if value == "-" else value
