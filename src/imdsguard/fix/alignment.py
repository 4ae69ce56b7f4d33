"""How `terraform fmt` aligns: the equals signs of arguments on lines that follow each other, and their comments.

(hclwrite, formatCells: a line whose value opens a bracket that it does not close ends such a run of lines)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.fix.file_text import lines_of
from imdsguard.model.line_differences import differing
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = re.compile(
    r'(?P<lead>[ \t]*(?:[^\s"=#/(){}\[\]]+|"(?:[^"\\]|\\.)*"|\([^()]*\)))[ \t]*=(?![=>])[ \t]*(?P<rest>\S.*)'
).fullmatch
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"#|//")


@record(frozen=True, slots=True)
class _Cells:
    """A line with an argument: what stands before the equals sign, the value, and the comment behind it."""

    lead: str
    value: str
    comment: str


def _cells(line: str) -> _Cells | None:
    match = _LINE(line.rstrip())
    if match is None:
        return None
    rest = match["rest"]
    # Strings are blanked, not removed: what is found in the rest stands at the same offset in it.
    bare = _STRING.sub(lambda found: '"' + "_" * (len(found[0]) - 2) + '"', rest)
    comment = _COMMENT.search(bare)
    cut = comment.start() if comment is not None else len(bare)
    value = bare[:cut]
    if sum(map(value.count, "([{")) > sum(map(value.count, ")]}")) or "<<" in value or "/*" in value:
        return None
    return _Cells(match["lead"], rest[:cut].rstrip(), rest[cut:].rstrip())


def _run(lines: Sequence[str], at: int) -> tuple[int, int]:
    """The lines around one that are aligned with it: the first, and that behind the last; empty if it is none."""
    if not 0 <= at < len(lines) or _cells(lines[at]) is None:
        return at, at
    first, last = at, at + 1
    while first > 0 and _cells(lines[first - 1]) is not None:
        first -= 1
    while last < len(lines) and _cells(lines[last]) is not None:
        last += 1
    return first, last


def _aligned(lines: Sequence[str]) -> list[str]:
    cells = [found for line in lines if (found := _cells(line)) is not None]
    width = max((len(each.lead) for each in cells), default=0)
    texts = [f"{each.lead:<{width}} = {each.value}" for each in cells]
    out: list[str] = []
    start = 0
    while start < len(cells):
        end = start + 1
        while end < len(cells) and bool(cells[end].comment) == bool(cells[start].comment):
            end += 1
        column = max(map(len, texts[start:end]))
        for text, each in zip(texts[start:end], cells[start:end], strict=True):
            out.append(f"{text:<{column}} {each.comment}" if each.comment else text)
        start = end
    return out


def realigned(before: str, after: str) -> str:
    """Give `after` with the lines aligned that its changes have put out of line.

    Lines whose author does not align them stay as they are.
    """
    old = [line.rstrip("\r\n") for line in lines_of(before)]
    new = [line.rstrip("\r\n") for line in lines_of(after)]
    ends = [line[len(line.rstrip("\r\n")) :] for line in lines_of(after)]
    for first, last, new_first, new_last in differing(old, new):
        around = [_run(old, at) for at in range(max(first - 1, 0), last + 1)]
        if any(old[one:other] != _aligned(old[one:other]) for one, other in around):
            continue
        for at in range(new_first, new_last):
            one, other = _run(new, at)
            new[one:other] = _aligned(new[one:other])
    return "".join(line + end for line, end in zip(new, ends, strict=True))
