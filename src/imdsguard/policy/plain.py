"""The plainest YAML, read without a YAML reader.

Most policies, ours among them, are comments and `key: word` lines in nested mappings. Those are read here in no time,
where importing PyYAML alone takes as long as a scan. Whatever else there is in a file makes `read_plain` give None:
then PyYAML reads all of it. Both give the same nodes (a test compares them).
"""

from __future__ import annotations

import re

from imdsguard.model.place import Place
from imdsguard.policy.nodes import Node, Scalar, Table

_LINE = re.compile(
    r"( *)([A-Za-z][A-Za-z0-9_-]*):(?: +([A-Za-z0-9][A-Za-z0-9_-]*(?: [A-Za-z0-9_*-]+)*))? *(?: #[ -~]*)?"
)
_BLANK = re.compile(r" *(?:#[ -~]*)?")


def read_plain(text: str, file: str) -> Table | None:
    """Read a policy that is written in nothing but plain mappings, or give None."""
    lines: list[tuple[int, Scalar, Scalar | None]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if _BLANK.fullmatch(line):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        key = Scalar(match[2], Place(file, number, match.start(2) + 1, number, match.end(2) + 1))
        value = match[3] and Scalar(match[3], Place(file, number, match.start(3) + 1, number, match.end(3) + 1))
        lines.append((len(match[1]), key, value or None))
    if not lines or lines[0][0]:
        return None
    table, after = _table(lines, 0)
    return table if after == len(lines) else None


def _table(lines: list[tuple[int, Scalar, Scalar | None]], start: int) -> tuple[Table | None, int]:
    """Read the mapping that starts at a line; None for its table if something in it is not plain."""
    margin = lines[start][0]
    entries: list[tuple[Scalar, Node]] = []
    seen: set[str] = set()
    at = start
    while at < len(lines) and lines[at][0] == margin:
        _, key, value = lines[at]
        at += 1
        node: Node | None = value
        if value is None and at < len(lines) and lines[at][0] > margin and margin < _DEEPEST:
            node, at = _table(lines, at)
        if node is None or key.text in seen:
            return None, at
        seen.add(key.text)
        entries.append((key, node))
    if at < len(lines) and lines[at][0] > margin:
        return None, at
    return Table(tuple(entries), entries[0][0].place), at


_DEEPEST = 64
