"""The JSON contracts `imdsguard/findings/v1` and `imdsguard/inspect/v1`. Keys are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.option import Source
from imdsguard.model.severity import Confidence
from imdsguard.model.stamp import NO_STAMP
from imdsguard.report.consequences import consequences_json
from imdsguard.report.escape import escape_json
from imdsguard.report.groups import group_names
from imdsguard.report.not_made import why_not_made
from imdsguard.report.once import told_once
from imdsguard.report.reasons import kind_of, sentence
from imdsguard.report.report import states_of
from imdsguard.report.tags import tags_json
from imdsguard.report.unseen import unseen_json
from imdsguard.report.words import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.alarm import Alarm
    from imdsguard.model.estate import Estate
    from imdsguard.model.finding import Finding
    from imdsguard.model.launch import Coverage, Launch
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.option import Option
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.model.reason import Reason
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.model.stamp import Stamp
    from imdsguard.model.suppression import Suppression
    from imdsguard.model.unseen import NoLaunch, Unseen
    from imdsguard.report.givers import Givers
    from imdsguard.report.report import Report


def render(report: Report) -> str:
    """Give a scan as `imdsguard/findings/v1`."""
    summary = report.summary
    return json_text(
        {
            "schema": "imdsguard/findings/v1",
            "findings": list(map(_finding, report.findings, group_names(report.findings))),
            "summary": {
                "launches": summary.launches,
                **{state.value: count for state, count in summary.states.items()},
                "no_launch": [reason.value for reason in report.no_launch],
                "by_rule": dict(summary.by_rule),
                "by_severity": {severity.value: count for severity, count in summary.by_severity.items()},
                "suppressed": summary.suppressed,
            },
            "problems": [problem_json(problem) for problem in report.problems],
            "unseen": unseen_json(report.unseen),
        },
        report.stamp(),
    )


def inspect_json(
    estate: Estate,
    problems: tuple[Problem, ...],
    unseen: tuple[Unseen, ...] = (),
    not_made: tuple[NotMade, ...] = (),
    no_launch: tuple[NoLaunch, ...] = (),
    whole: Estate | None = None,
    stamp: Stamp = NO_STAMP,
) -> str:
    """Give the estate as `imdsguard/inspect/v1`. `whole` is the one from which it was chosen, if it was."""
    from imdsguard.report.givers import Givers

    givers = Givers(whole or estate)
    return json_text(
        {
            "schema": "imdsguard/inspect/v1",
            "launches": merged_json((launch.resource, launch_json(launch, givers)) for launch in estate.launches),
            "region_defaults": merged_json((each.resource, _region_default(each)) for each in estate.region_defaults),
            "alarms": merged_json((alarm.resource, _alarm(alarm)) for alarm in estate.alarms),
            "problems": [problem_json(problem) for problem in problems],
            "not_made": _all_not_made(not_made),
            "no_launch": [reason.value for reason in no_launch],
            "unseen": unseen_json(unseen),
            "totals": {
                "launches": _total(launch for launch in estate.launches if launch.starts_instances),
                "templates": _total(launch for launch in estate.launches if not launch.starts_instances),
            },
        },
        stamp,
    )


def _total(launches: Iterable[Launch]) -> dict[str, int]:
    states = states_of(launches)
    return {"count": sum(states.values()), **{state.value: count for state, count in states.items()}}


def merged_json(entries: Iterable[tuple[Resource, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Make entries that are the same in several environments one, and name these, in the order in which they came."""
    return [{**entry, "environments": names} for entry, names in told_once(entries, key=repr)]


def _finding(finding: Finding, group: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "address": finding.address,
        "message": finding.message,
        "reason_kind": kind_of(finding.because),
        "remedy": finding.remedy or None,
        **_place(finding.place),
        "root": finding.root,
        "environments": list(finding.environments),
        "region": finding.region,
        "trace": list(finding.trace),
        "related": [{**_place(each.place), "message": each.message} for each in finding.related],
        "fingerprint": finding.fingerprint,
        "group": group,
        "deployed": finding.deployed,
        "suppressed": _suppression(finding.suppressed),
    }


def _suppression(given: Suppression | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {"by": given.means.value, "reason": given.reason, "until": given.until, **_place(given.place)}


def launch_json(launch: Launch, givers: Givers) -> dict[str, Any]:
    """Give a launch as `inspect` shows it."""
    return {
        "address": launch.address,
        "type": launch.resource.type,
        "kind": launch.kind.value,
        "state": launch.state.value,
        "exists": True if launch.resource.certain else None,
        "exists_reason": sentence(_doubt(launch)) or None,
        "exists_reason_kind": kind_of(_doubt(launch)),
        "options": {
            name: {**_option(option, launch.resource), "given_by": givers.of_option(option, launch)}
            for name, option in launch.options.items()
        },
        "provider": launch.scope.provider,
        "region": launch.scope.region_name,
        "account": givers.account_of(launch),
        "tags": tags_json(launch),
        "root": launch.resource.root,
        "estate": givers.estate_of(launch),
        "file": launch.resource.place.file,
        "line": launch.resource.place.line or None,
        "through": list(launch.via),
        "alarm": {
            "covered": launch.coverage.covered,
            "by": list(launch.coverage.by),
            "given_by": givers.of_alarms(launch),
            "reason": sentence(launch.coverage.reason) or None,
            "reason_kind": kind_of(launch.coverage.reason),
            "once_required": _watched(launch.once_required),
            "observed": _watched(launch.observed),
        },
        "reason": sentence(launch.reason) or None,
        "reason_kind": kind_of(launch.reason),
        "code_not_seen": list(launch.user_data.not_seen),
        **consequences_json(givers.consequences_of(launch)),
    }


def _watched(coverage: Coverage) -> dict[str, Any]:
    return {"covered": coverage.covered, "by": list(coverage.by)}


def _doubt(launch: Launch) -> Reason | None:
    """Give the reason for which it cannot be told whether it exists."""
    instances = launch.resource.instances
    return instances.reason if instances is not None and not launch.resource.certain else None


def _confidence(option: Option, resource: Resource) -> str | None:
    """Say how sure the value is: an image's family, or code that may not be what is deployed, is medium."""
    if not option.known:
        return None
    sure = option.sure and not resource.doubt
    return Confidence.HIGH.value if sure else Confidence.MEDIUM.value


def _option(option: Option, resource: Resource) -> dict[str, Any]:
    value = SENSITIVE if option.sensitive and option.value is not None else option.value
    return {
        "value": None if option.source is Source.UNKNOWN else value,
        "source": option.source.value,
        "confidence": _confidence(option, resource),
        "file": option.place.file if option.place else None,
        "line": (option.place.line or None) if option.place else None,
        "trace": [str(step) for step in option.trace],
        "reason": sentence(option.reason) or None,
        "reason_kind": kind_of(option.reason),
    }


def _region_default(default: RegionDefault) -> dict[str, Any]:
    return {
        "address": default.address,
        "options": {name: _option(option, default.resource) for name, option in default.options.items()},
        "provider": default.scope.provider,
        "region": default.scope.region_name,
        "root": default.resource.root,
        "file": default.resource.place.file,
        "line": default.resource.place.line or None,
    }


def _all_not_made(blocks: Iterable[NotMade]) -> list[dict[str, Any]]:
    """Give the blocks; those of which the same is so in several environments as one that names these."""
    told = told_once(((block, _not_made(block)) for block in blocks), key=repr)
    return [{**entry, "environments": names} for entry, names in told]


def _not_made(block: NotMade) -> dict[str, Any]:
    return {
        "address": block.address,
        "type": block.type,
        "file": block.place.file,
        "line": block.place.line or None,
        "root": block.root,
        "reason": why_not_made(block),
        "by": block.by.value,
        "within": block.within or None,
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "address": alarm.address,
        "metric": alarm.metric,
        "covers": list(alarm.covers),
        "everything": alarm.everything,
        "provider": alarm.scope.provider,
        "region": alarm.scope.region_name,
        "root": alarm.resource.root,
        "file": alarm.resource.place.file,
        "line": alarm.resource.place.line or None,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Give a problem as every document shows it."""
    return {
        "message": problem.message,
        "remedy": problem.remedy or None,
        "known": problem.known or None,
        **_place(problem.place),
        "also": [{"file": place.file, "line": place.line or None} for place in problem.also],
        "environments": list(problem.environments),
    }


def _place(place: Place | None) -> dict[str, Any]:
    if place is None or not place.line:
        file = place.file if place else None
        return {"file": file, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column or None,
        "end_line": place.end_line or place.line,
        "end_column": place.end_column or None,
    }


def json_text(document: dict[str, Any], stamp: Stamp = NO_STAMP) -> str:
    """Write a document for programs, of which no line is a command to a CI runner.

    Behind its schema stands who made it: our version, when, and of which commit.
    """
    from imdsguard.version import __version__

    head = {"schema": document["schema"], "version": __version__, "generated": stamp.generated, "commit": stamp.commit}
    return escape_json(_indented({**head, **document})) + "\n"


def _indented(document: dict[str, Any]) -> str:
    """Write a document as `json.dumps` does, in ASCII; where it is all ASCII as it is, in an eighth of the time."""
    import msgspec

    try:
        text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    except UnicodeEncodeError:  # half of a character, out of a file that is not UTF-8
        text = b"\x7f"
    if text.isascii() and b"\x7f" not in text:
        return text.decode("ascii")
    from json import dumps

    return dumps(document, indent=2)
