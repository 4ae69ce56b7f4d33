"""Fixes as a patch that `git apply` takes.

(Git documentation, "git-apply" and "diff-generate-patch": paths from the top of the repository, quoted as C does)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.line_differences import differing
from imdsguard.report.repository_places import file_from_top

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.fix import Fixes

CONTEXT = 3
_NO_END = b"\\ No newline at end of file\n"


def patch(fixes: Fixes) -> bytes:
    """Give the patch that turns each file from what it is into what it would be."""
    after = dict(fixes.after)
    return b"".join(file_patch(file_from_top(file, fixes.prefix), before, after[file]) for file, before in fixes.before)


def file_patch(path: str, before: bytes, after: bytes) -> bytes:
    """Give the part of one file, with its header."""
    hunks = b"".join(hunks_of(before, after))
    if not hunks:
        return b""
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    return f"diff --git {old} {new}\n--- {old}\n+++ {new}\n".encode() + hunks


def hunks_of(before: bytes, after: bytes) -> Iterator[bytes]:
    """Yield the hunks between two contents."""
    old, new = _lines(before), _lines(after)
    groups: list[list[tuple[int, int, int, int]]] = []
    for each in differing(old, new):
        if groups and each[0] - groups[-1][-1][1] <= 2 * CONTEXT:
            groups[-1].append(each)
        else:
            groups.append([each])
    for group in groups:
        first, last = group[0], group[-1]
        above, below = min(CONTEXT, first[0]), min(CONTEXT, len(old) - last[1])
        start, end = first[0] - above, last[1] + below
        yield f"@@ -{_range(start, end)} +{_range(first[2] - above, last[3] + below)} @@\n".encode()
        at = start
        for old_start, old_end, new_start, new_end in group:
            yield from (_line(b" ", line) for line in old[at:old_start])
            yield from (_line(b"-", line) for line in old[old_start:old_end])
            yield from (_line(b"+", line) for line in new[new_start:new_end])
            at = old_end
        yield from (_line(b" ", line) for line in old[at:end])


def _lines(data: bytes) -> list[bytes]:
    """The lines with their ends: only a line feed ends one."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _line(mark: bytes, line: bytes) -> bytes:
    return mark + line + (b"" if line.endswith(b"\n") else b"\n" + _NO_END)


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start if not length else start + 1},{length}"


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes if something in it is out of the ordinary."""
    if all(" " <= character <= "~" and character not in '"\\' for character in path):
        return path
    out = ""
    for byte in path.encode("utf-8", "surrogateescape"):
        character = chr(byte)
        out += _ESCAPES.get(character) or (character if " " <= character <= "~" else f"\\{byte:03o}")
    return f'"{out}"'
