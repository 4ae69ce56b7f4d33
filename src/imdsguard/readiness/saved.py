"""A saved answer: `imdsguard/readiness/v1`, which anybody may have written. It is read within bounds, and checked."""

from __future__ import annotations

import re
from calendar import timegm
from time import strptime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from imdsguard.model.readiness import (
    TOKENLESS,
    Doubt,
    InstanceAnswer,
    LaunchAnswer,
    MemberNames,
    Readiness,
    ReadinessAnswers,
    Window,
    worst,
)
from imdsguard.model.record import record
from imdsguard.run.errors import RunError, UsageError
from imdsguard.system.files import read_bytes

LARGEST = 64 * 1024 * 1024
"""Bytes of a file: 100,000 instances take 40 MB."""
DAY = 86_400
_AHEAD = 3_600
"""Seconds that an answer may be ahead of our clock."""
_UNITS = {"h": 3_600, "d": DAY, "w": 7 * DAY}
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"

Text = Annotated[str, Meta(max_length=4_096)]
Name = Annotated[str, Meta(max_length=255)]
Moment = Annotated[str, Meta(pattern=_MOMENT)]
Count = Annotated[int, Meta(ge=0, le=2**53)]


class SavedWindow(Struct):
    """`window`."""

    start: Moment
    end: Moment


class SavedInstance(Struct):
    """A member of `instances`."""

    id: Annotated[str, Meta(pattern=r"^i-[0-9a-f]{8,17}$")]
    verdict: Readiness
    calls: dict[Name, Count | None] = {}
    last: Moment | None = None
    launched: Moment | None = None
    reason_kind: Name | None = None
    reason_detail: Text | None = None


class SavedTag(Struct):
    """A member of `found_by.tags`."""

    key: Name
    value: Name


class SavedNames(Struct):
    """`found_by`."""

    ids: list[Name] = []
    groups: list[Name] = []
    tags: list[SavedTag] = []


class SavedLaunch(Struct):
    """A member of `launches`."""

    address: Text
    verdict: Readiness
    root: Text = "."
    environment: Text | None = None
    kind: Name = ""
    provider: Text = ""
    account: Annotated[str, Meta(pattern=r"^[0-9]{12}$")] | None = None
    region: Name | None = None
    found_by: SavedNames = msgspec.field(default_factory=SavedNames)
    instances: list[SavedInstance] = []
    reason_kind: Name | None = None
    reason_detail: Text | None = None


class SavedReadiness(Struct):
    """The document."""

    schema: Literal["imdsguard/readiness/v1"]
    window: SavedWindow
    launches: list[SavedLaunch]
    generated: Moment | None = None


@record(frozen=True, slots=True)
class SavedAnswers:
    """What a file says, and when it was made, in seconds since 1970."""

    file: str
    answers: ReadinessAnswers
    made: int


def read_saved(file: str) -> SavedAnswers:
    """Read a file. Raises `RunError` for one that is none, or cannot be read."""
    try:
        found = msgspec.json.decode(read_bytes(file, LARGEST), type=SavedReadiness)
        window = Window(_second(found.window.start), _second(found.window.end))
        launches = tuple(map(_launch, found.launches))
        made = _second(found.generated) if found.generated is not None else window.end
    except OSError as error:
        raise RunError(f"--readiness-file {file} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, too
        raise RunError(
            f"--readiness-file {file} is no answer of `imdsguard readiness --format json`: {error}"
        ) from None
    return SavedAnswers(file, ReadinessAnswers(window, launches), max(made, window.end))


def max_age(text: str) -> int:
    """Read `7d`, `12h` or `2w` as seconds. Raises `UsageError`."""
    found = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if found is None:
        raise UsageError(f"--readiness-max-age is a number of hours, days or weeks, as in 12h, 7d or 2w, not {text}")
    return int(found[1]) * _UNITS[found[2]]


def too_old(saved: SavedAnswers, most: int, now: float) -> str | None:
    """Say why an answer is of no use now; None: it is."""
    age = int(now) - saved.made
    if age < -_AHEAD:
        return f"{saved.file} is from the future: nobody is taken to have looked; is the clock right?"
    if age <= most:
        return None
    told = f"{age // DAY} days" if age >= 2 * DAY else f"{age // 3600} hours"
    return f"{saved.file} is {told} old, more than --readiness-max-age: nobody is taken to have looked"


def _second(text: str) -> int:
    return timegm(strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def _launch(found: SavedLaunch) -> LaunchAnswer:
    """Read a launch. What it says of itself counts as far as its instances bear it out."""
    instances = tuple(map(_instance, found.instances))
    borne_out = found.verdict in (Readiness.UNKNOWN, Readiness.NOT_READY)
    return LaunchAnswer(
        address=found.address,
        verdict=worst(instances) if instances else found.verdict if borne_out else Readiness.UNKNOWN,
        root=found.root,
        environment=found.environment or "",
        kind=found.kind,
        provider=found.provider,
        account=found.account,
        region=found.region,
        names=MemberNames(
            tuple(found.found_by.ids),
            tuple(found.found_by.groups),
            tuple((tag.key, tag.value) for tag in found.found_by.tags),
        ),
        instances=instances,
        doubt=_doubt(found.reason_kind),
        detail=found.reason_detail or "",
    )


def _instance(found: SavedInstance) -> InstanceAnswer:
    called = found.verdict is Readiness.READY and found.calls.get(TOKENLESS) != 0
    return InstanceAnswer(
        found.id,
        (Readiness.NOT_READY if found.calls.get(TOKENLESS) else Readiness.UNKNOWN) if called else found.verdict,
        found.calls,
        _second(found.last) if found.last is not None else None,
        _second(found.launched) if found.launched is not None else None,
        _doubt(found.reason_kind),
        found.reason_detail or "",
    )


def _doubt(kind: str | None) -> Doubt | None:
    """Read a kind; one of a newer version is told in that version's own words, which are not kept."""
    try:
        return Doubt(kind) if kind else None
    except ValueError:
        return Doubt.REFUSED
