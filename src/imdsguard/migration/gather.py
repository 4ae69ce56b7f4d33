"""From paths to the documents that a page is made of: those that lie there, and those of what this run has read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.migration.documents import (
    FINDINGS,
    INSPECT,
    READINESS,
    DocumentError,
    FindingsDocument,
    InspectDocument,
    ProblemEntry,
    ReadinessDocument,
    decoded,
    schema_of,
)
from imdsguard.migration.rows import Named, counting
from imdsguard.migration.trend import day_of
from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.system.files import read_bytes, read_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.report.report import Report
    from imdsguard.run.reading import Reading

LARGEST = 256 * 1024 * 1024
"""Bytes of one document: about eighty thousand launches."""
_HEAD = 64 * 1024
_TERRAFORM = (b'"format_version"', b'"terraform_version"')
_ENDING = re.compile(r"(?:(?<=[^/])[._-](?:inspect|scan|findings))?\.json$")
_PLAIN = re.compile(r"(?:^|/)(?:inspect|scan|findings)$")


@record(frozen=True, slots=True)
class Gathered:
    """Documents, and what could not be read of them, each with the name of its file."""

    documents: tuple[Named, ...] = ()
    problems: tuple[tuple[str, ProblemEntry], ...] = ()


def documents_among(paths: Iterable[str]) -> list[str]:
    """Give the paths that are documents of ours, by what is in them."""
    return [path for path in paths if path != "-" and os.path.isfile(path) and _is_document(path)]


def _is_document(path: str) -> bool:
    try:
        head = read_head(path, _HEAD)
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or any(word in head for word in _TERRAFORM):
            return False
        return schema_of(read_bytes(path, LARGEST)) is not None
    except (OSError, ValueError):
        return False


def gathered(paths: Sequence[str]) -> Gathered:
    """Read documents of `inspect` and `scan`. What is none of these is a problem."""
    names = sources_of(paths)
    documents: list[Named] = []
    problems: list[tuple[str, ProblemEntry]] = []
    for path in dict.fromkeys(paths):
        try:
            data = read_bytes(path, LARGEST)
            schema = schema_of(data) or ""
            if schema not in (INSPECT, FINDINGS):
                raise DocumentError(_not_these(schema))
            document = decoded(data, InspectDocument) if schema == INSPECT else decoded(data, FindingsDocument)
            documents.append(Named(names[path], document))
        except (OSError, ValueError, DocumentError) as error:
            problems.append(_problem(path, error))
    return Gathered(tuple(documents), tuple(problems))


def _not_these(schema: str) -> str:
    if schema == READINESS:
        return f"it is {READINESS}: give it with --readiness-file"
    return f"it is {schema or 'no document of imdsguard'}, and a page is made of {INSPECT} and {FINDINGS}"


def sources_of(paths: Sequence[str]) -> dict[str, str]:
    """Name the repositories of documents by their files: without the folders that all are in, and what they are.

    `out/shop.inspect.json` and `out/shop.scan.json` are of `shop`; of `out/shop/inspect.json` it is the folder.
    """
    stems = {}
    for path in paths:
        whole = os.path.abspath(path).replace(os.sep, "/")
        stem = _ENDING.sub("", whole)
        stems[path] = _PLAIN.sub("", stem) or "/"
    folders = {os.path.dirname(stem) for stem in stems.values()}
    above = os.path.commonpath(folders).rstrip("/") if folders else ""
    return {path: stem[len(above) + 1 :] or stem for path, stem in stems.items()}


def live(reading: Reading, report: Report) -> tuple[Named, Named]:
    """Give what this run has read and found as documents: the page knows no other way to it."""
    from imdsguard.report.json import inspect_json, render

    estate = inspect_json(reading.estate, (), stamp=report.stamp()).encode()
    return (
        Named("", decoded(estate, InspectDocument)),
        Named("", decoded(render(report).encode(), FindingsDocument)),
    )


def answers(path: str) -> tuple[ReadinessDocument | None, tuple[tuple[str, ProblemEntry], ...]]:
    """Read a document of `readiness`; what is wrong with it is a problem."""
    try:
        data = read_bytes(path, LARGEST)
        schema = schema_of(data)
        if schema != READINESS:
            raise DocumentError(f"it is {schema or 'no document of imdsguard'}, and --readiness-file takes {READINESS}")
        found = decoded(data, ReadinessDocument)
    except (OSError, ValueError, DocumentError) as error:
        return None, (_problem(path, error),)
    return found, tuple((path, each) for each in found.problems if each.known is None)


@record(frozen=True, slots=True)
class Earlier:
    """Earlier documents of `inspect`."""

    documents: tuple[tuple[str, InspectDocument], ...] = ()
    problems: tuple[tuple[str, ProblemEntry], ...] = ()


def earlier(paths: Sequence[str]) -> Earlier:
    """Read the documents of a trend. One that does not say when it was made is a problem."""
    names = sources_of(paths)
    found: list[tuple[str, InspectDocument]] = []
    problems: list[tuple[str, ProblemEntry]] = []
    for path in dict.fromkeys(paths):
        try:
            data = read_bytes(path, LARGEST)
            schema = schema_of(data)
            if schema == FINDINGS:
                continue  # beside inspect's, with which it was written: it lists only what was found
            if schema != INSPECT:
                raise DocumentError(f"it is {schema or 'no document of imdsguard'}, and a trend is made of {INSPECT}")
            document = decoded(data, InspectDocument)
            if day_of(document.generated) is None:
                raise DocumentError('it does not say when it was made, or not in ISO 8601, at "generated"')
            found.append((names[path], document))
        except (OSError, ValueError, DocumentError) as error:
            problems.append(_problem(path, error))
    return Earlier(tuple(found), tuple(problems))


def _problem(path: str, error: OSError | ValueError | DocumentError) -> tuple[str, ProblemEntry]:
    if isinstance(error, DocumentError):
        return path, ProblemEntry(str(error), file=path, line=error.line or None)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return path, ProblemEntry(f"it cannot be read: {reason}", file=path)


def exit_code(documents: Sequence[Named], fail_on: Severity | None, *, strict_unseen: bool) -> int:
    """Give the exit code that `scan` would have had: 2 for problems, 1 for findings at or above a severity, else 0."""
    counted = [each.document for each in counting(documents)]
    if any(problem.known is None for each in counted for problem in each.problems):
        return 2
    if strict_unseen and any(each.unseen for each in counted):
        return 2
    found = (
        finding
        for each in counted
        if isinstance(each, FindingsDocument)
        for finding in each.findings
        if finding.verdict != "pass" and finding.suppressed is None
    )
    return 1 if fail_on is not None and any(Severity(each.severity).at_least(fail_on) for each in found) else 0
