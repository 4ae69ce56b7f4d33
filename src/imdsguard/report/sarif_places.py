"""Places, and the messages about them, as SARIF has them: relative URIs below the repository's top, lines from 1.

GitHub takes a result only with a file and a line. What has none, a plan or what came by pipe, gets the first line. A
file outside of the repository has no URI below it: there the module call that the reader owns comes first, and
if there is none, `..` is written `(up)`, which leads nowhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.report.words import clean

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place

BASE = "%SRCROOT%"
BASES = {BASE: {"description": {"text": "The top of the repository; outside of one, the working directory."}}}
_STDIN = "stdin"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/()")

# What a viewer of messages would turn into a link, or into an argument (SARIF 2.1.0, 3.11.6 and 3.11.5).
_LINK = re.compile(r"\](?=\()")
_ARGUMENT = re.compile(r"\{(\d+)\}")


def locations(finding: Finding) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give where a finding is shown, and where else to look."""
    places = [(finding.place, "what it is about")] if finding.place else []
    places += [(each.place, each.message) for each in finding.related]
    inside = next((number for number, (place, _) in enumerate(places) if _is_below(place.file)), 0)
    first = places.pop(inside)[0] if places else None
    others = [
        {"id": number, "message": {"text": disarm(clean(message))}, **location(place)}
        for number, (place, message) in enumerate(places, 1)
    ]
    shown = location(first) if first else _physical(_STDIN, {"startLine": 1})
    name = {"fullyQualifiedName": clean(finding.address), "kind": "resource"}
    return {**shown, "logicalLocations": [name]}, others


def location(place: Place) -> dict[str, Any]:
    """Give a place as a physical location."""
    return _physical(uri(place.file), _region(place))


def uri(file: str) -> str:
    """Give a path as a relative reference (RFC 3986): POSIX, no dot segments, everything else percent-encoded."""
    if file == "-":
        return _STDIN
    parts = [part for part in file.replace("\\", "/").split("/") if part not in ("", ".")]
    if file.startswith("/"):
        parts.insert(0, "(root)")
    named = ["(up)" if part == ".." else part for part in parts]
    path = "/".join(named)
    try:
        octets = path.encode("utf-8", "surrogateescape")  # the very bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        octets = path.encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if chr(octet) in _UNRESERVED else f"%{octet:02X}" for octet in octets) or "."


def disarm(text: str) -> str:
    """Write text, which has been escaped, so that a message has neither links nor arguments."""
    return _ARGUMENT.sub(r"{{\1}}", _LINK.sub(r"\\]", text))


def _is_below(file: str) -> bool:
    return file != "-" and not file.startswith("/") and ".." not in file.split("/")


def _physical(reference: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": reference, "uriBaseId": BASE}, "region": region}}


def _region(place: Place) -> dict[str, int]:
    """Give a range. Its end column is the one after the last character, as in a `Place`."""
    region = {"startLine": max(place.line, 1)}
    if not place.line:
        return region
    end = max(place.end_line, place.line)
    if place.column:
        region["startColumn"] = place.column
        if place.end_column and (end > place.line or place.end_column > place.column):
            region |= {"endLine": end, "endColumn": place.end_column}
    elif end > place.line:
        region["endLine"] = end
    return region
