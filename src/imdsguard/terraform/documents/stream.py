"""Several documents in one file: what `terragrunt run --all show -json` prints, one document for each of its units.

Terragrunt forwards Terraform's output as it is, or puts its log prefix before each line: the time, `STDOUT`, the unit's
folder in brackets and the command, each of which its options can leave out; or it writes each line of its log as one
object of JSON, in which the line is a text (Terragrunt, "Log Formatting", the format `json`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLOUR = r"(?:\x1b\[[0-9;]*m)*"
_PREFIX = re.compile(
    rf"^{_COLOUR}(?:\d\d:\d\d:\d\d(?:\.\d+)?{_COLOUR} +)?{_COLOUR}(?:STDOUT{_COLOUR} +)?"
    rf"(?:{_COLOUR}\[(?P<unit>[^\]\n]*)\]{_COLOUR} +)?{_COLOUR}(?:[\w./\\-]+: ?{_COLOUR} *)?(?=\{{)".encode(),
    re.MULTILINE | re.ASCII,
)
"""What stands before a document at the beginning of a line: nothing, or all or some of Terragrunt's prefix."""

_JOINED = re.compile(rb'(?<=\})(?=\{"format_version")')
"""Where one document follows another without a new line. No string of JSON holds this: its quotes have `\\`."""


VERSION = b'"format_version"'
WITHIN_TEXT = rb"\"format_version\""
"""The same, in a document that is a text in JSON."""


class LogLine(msgspec.Struct):
    """A line of Terragrunt's log as JSON. `prefix` is the unit's folder, `working_dir` the folder that it runs in."""

    msg: str = ""
    prefix: str = ""
    working_dir: str = msgspec.field(default="", name="working-dir")


_LOG_LINE = msgspec.json.Decoder(LogLine)


@record(frozen=True, slots=True)
class StreamPart:
    """One document of a stream. `name` is the unit that it is of, or its number (from 1) where nothing says which."""

    name: str
    text: bytes


def parts_of(text: bytes) -> tuple[StreamPart, ...]:
    """Divide a stream into its documents, broken ones too; none if it is one document, or nothing of the kind."""
    logged = list(_logged(text)) if WITHIN_TEXT in text else []
    if logged:
        return _named(logged)
    bare = text.startswith(b"{")
    if text.count(VERSION) < (2 if bare else 1) or (bare and b"\n{" not in text and not _JOINED.search(text)):
        return ()
    found = [(unit, part) for unit, part in _parts(text) if VERSION in part]
    if bare and (len(found) < 2 or _is_one(text)):
        return ()
    return _named(found)


def _named(found: list[tuple[str, bytes]]) -> tuple[StreamPart, ...]:
    seen: dict[str, int] = {}
    named: list[StreamPart] = []
    for number, (unit, part) in enumerate(found, 1):
        name = unit or str(number)
        seen[name] = again = seen.get(name, 0) + 1
        named.append(StreamPart(name if again == 1 else f"{name}#{again}", part))
    return tuple(named)


def _logged(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the documents that stand in lines of a log as JSON, with their units."""
    for line in text.splitlines():
        if WITHIN_TEXT not in line or not line.startswith(b"{"):
            continue
        try:
            read = _LOG_LINE.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        document = read.msg.strip().encode("utf-8", "replace")
        if document.startswith(b"{") and VERSION in document:
            yield read.prefix or read.working_dir, document


def _parts(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield all that may be a document, with its unit where that is said."""
    starts = [(match.start(), match.end(), match["unit"] or b"") for match in _PREFIX.finditer(text)]
    starts += [(match.start(), match.end(), b"") for match in _JOINED.finditer(text)]
    starts.sort(key=lambda start: start[0])
    for number, (begin, at, unit) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(text)
        line = text.find(b"\n", at, end)
        if at > begin and line >= 0:
            end = line  # each line has a prefix of its own
        yield unit.decode(errors="replace"), text[at:end]


def _is_one(text: bytes) -> bool:
    """Whether it is one document after all, which somebody has written without indentation."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
