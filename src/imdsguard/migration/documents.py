"""The documents that a page is made of, as docs/json.md has them: JSON of `inspect`, `scan` and `readiness`.

They come from anywhere: what does not fit the contract is an error that says where in the document it stands, and keys
that are not known are left alone, since later versions only add some.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

INSPECT = "imdsguard/inspect/v1"
FINDINGS = "imdsguard/findings/v1"
READINESS = "imdsguard/readiness/v1"
_OURS = "imdsguard/"
_AT = re.compile(r" - at `\$\.?(.*)`$")
_BYTE = re.compile(r" \(byte (\d+)\)$")

Line = Annotated[int, Meta(ge=0, le=2**31)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
StateWord = Literal["required", "optional", "disabled", "unknown"]
VerdictWord = Literal["pass", "fail", "unknown"]
SeverityWord = Literal["error", "warning", "note"]
ReadinessWord = Literal["ready", "not_ready", "enforced", "unknown"]


class OptionEntry(Struct):
    """The effective value of a metadata option, and the way of it."""

    source: str
    file: str | None = None
    line: Line | None = None
    trace: list[str] = field(default_factory=list)
    reason: str | None = None


class WatchEntry(Struct):
    """Whether an alarm watches, and which ones do; `covered` is None where it cannot be told."""

    covered: bool | None = None
    by: list[str] = field(default_factory=list)


class AlarmEntry(WatchEntry):
    """Who watches calls that are refused, now and once tokens are required; `observed`: who sees the others."""

    reason: str | None = None
    once_required: WatchEntry = field(default_factory=WatchEntry)
    observed: WatchEntry = field(default_factory=WatchEntry)


class CallEntry(Struct):
    """A call without a token that is made at boot."""

    call: str
    file: str | None = None
    line: Line | None = None


class ContainersEntry(Struct):
    """What is known of containers on a launch's instances. `cut_off`: they get no token; None: that cannot be told."""

    cut_off: bool | None = None
    hop_limit: int | None = None


class LaunchEntry(Struct):
    """A launch of `inspect`. `boot_calls` are not set in documents of versions that did not have them."""

    address: str
    type: str
    kind: str
    state: StateWord
    root: str
    options: dict[str, OptionEntry]
    file: str | None = None
    line: Line | None = None
    reason: str | None = None
    exists_reason: str | None = None
    region: str | None = None
    account: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    through: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    code_not_seen: list[str] = field(default_factory=list)
    alarm: AlarmEntry = field(default_factory=AlarmEntry)
    boot_calls: list[CallEntry] | UnsetType = UNSET
    refresh: str | None = None
    refresh_reason: str | None = None
    containers: ContainersEntry | None = None


class FindingEntry(Struct):
    """A finding of `scan`."""

    rule: str
    verdict: VerdictWord
    severity: SeverityWord
    address: str
    message: str
    root: str
    file: str | None = None
    line: Line | None = None
    region: str | None = None
    environments: list[str] = field(default_factory=list)
    suppressed: dict[str, object] | None = None


class ProblemEntry(Struct):
    """What could not be read or checked; of one that is `known` nobody has to be told anew."""

    message: str
    remedy: str | None = None
    known: str | None = None
    file: str | None = None
    line: Line | None = None


class UnseenEntry(Struct):
    """What a run did not look at."""

    message: str
    remedy: str | None = None


class SchemaOnly(Struct):
    """As much of a document as says what it is."""

    schema: str | None = None


class RunDocument(Struct, kw_only=True):
    """What documents of `inspect` and `scan` have in common. `generated` is a time in ISO 8601."""

    schema: str
    problems: list[ProblemEntry] = field(default_factory=list)
    unseen: list[UnseenEntry] = field(default_factory=list)
    generated: str | None = None
    commit: str | None = None
    version: str | None = None


class InspectDocument(RunDocument, kw_only=True):
    """What `imdsguard inspect --format json` prints."""

    launches: list[LaunchEntry]


class FindingsDocument(RunDocument, kw_only=True):
    """What `imdsguard scan --format json` prints."""

    findings: list[FindingEntry]


class InstanceEntry(Struct):
    """An instance, and how many calls of each metric were recorded; None where nothing was."""

    id: str
    verdict: ReadinessWord
    calls: dict[str, Count | None] = field(default_factory=dict)
    last: str | None = None
    reason: str | None = None


class ReadinessEntry(Struct):
    """What CloudWatch said of a launch's instances."""

    address: str
    verdict: ReadinessWord
    root: str | None = None
    account: str | None = None
    region: str | None = None
    reason: str | None = None
    environment: str | None = None
    instances: list[InstanceEntry] = field(default_factory=list)


class ReadinessDocument(Struct, kw_only=True):
    """What `imdsguard readiness --format json` prints."""

    schema: str
    launches: list[ReadinessEntry]
    problems: list[ProblemEntry] = field(default_factory=list)
    generated: str | None = None


class DocumentError(Exception):
    """A document that is not what its schema says. `line` and `column` count from 1; 0 where it has none."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def schema_of(data: bytes) -> str | None:
    """Name the schema that a document of ours says it has; None for what is no document of ours."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or _OURS.encode() not in data:
        return None
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=SchemaOnly).schema
    except (msgspec.DecodeError, ValueError, RecursionError):
        found = next(iter(re.findall(rb'"schema"\s*:\s*"(imdsguard/[a-z0-9/]{1,40})"', data[:1000])), b"").decode()
    return found if found is not None and found.startswith(_OURS) else None


_Document = TypeVar("_Document", InspectDocument, FindingsDocument, ReadinessDocument)


def decoded(data: bytes, kind: type[_Document]) -> _Document:
    """Read a document. Raises `DocumentError` if it is not whole, or not what its schema says."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        message = str(error)
        at = _AT.search(message)
        raise DocumentError(_AT.sub("", message) + (f" at {at[1]}" if at and at[1] else "")) from None
    except RecursionError:
        raise DocumentError("it is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        message = str(error)
        byte = _BYTE.search(message)
        before = data[: int(byte[1])] if byte else b""
        line = before.count(b"\n") + 1 if byte else 0
        column = len(before) - before.rfind(b"\n") if byte else 0
        raise DocumentError(_BYTE.sub("", message), line, column) from None
