"""The comments of a file that suppress something, each with the block that it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.suppress.directive import Directive, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.syntax.native_body import NativeBody
    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.suppress.foreign_comments import ForeignComments

_LABELS = {"resource": 2, "data": 2, "module": 1}
_NEXT_LINE = re.compile(r"[ \t]*(?:\r?\n)?[ \t]*").match
_OPTIONS = re.compile(r"(?:\w+_)?metadata_(?:options|service_configuration|configuration)").fullmatch


def directives(label: str, data: bytes, foreign: ForeignComments) -> tuple[Directive, ...]:
    """Give what the comments of a file say. Never raises: what cannot be read says nothing."""
    from imdsguard.hcl.syntax.source import SourceText

    source = SourceText(label, data)
    if label.endswith(".json"):
        from imdsguard.suppress.json_comments import json_directives

        return tuple(json_directives(source, foreign))
    return tuple(_native(source, foreign))


def _native(source: SourceText, foreign: ForeignComments) -> Iterator[Directive]:
    from imdsguard.hcl.syntax.comments import comments
    from imdsguard.hcl.syntax.native import scan

    found = comments(source.text)
    marked = [each for each in found if _marked(source.text[slice(*each)], foreign)]
    if not marked:
        return
    body, _ = scan(source)
    where = _Where(source, body, dict(found))
    for start, end in marked:
        block, above = where.block(start, end)
        kind = block.type if block is not None else ""
        subject = block if block is not None and len(block.labels) == _LABELS.get(kind) else None
        place = subject.place if subject is not None else None
        address = _address(kind, subject.labels) if subject is not None else ""
        for offset, line in _lines(source.text, start, end):
            said = parse(line)
            if said is not None:
                yield Directive(said, source.place(offset, offset + len(line)), place, address)
        for tool, foreign_said in foreign.read(source.text[start:end]):
            if subject is not None and where.counts(tool, subject, start, end, above):
                yield Directive(foreign_said, source.place(start, end), place, address, tool)


def _marked(text: str, foreign: ForeignComments) -> bool:
    return "imdsguard:" in text or any(mark.decode() in text for mark in foreign.marks)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Give what each line of a comment says, without its marks, with its offset."""
    block = text.startswith("/*", start)
    stop = end - 2 if block else end
    at = start + (2 if block or text.startswith("//", start) else 1)
    for line in text[at:stop].split("\n"):
        bare = line.lstrip(" \t*" if block else " \t")
        yield at + len(line) - len(bare), bare.rstrip()
        at += len(line) + 1


def _address(kind: str, labels: tuple[str, ...]) -> str:
    return ".".join(labels if kind == "resource" else (kind, *labels))


class _Where:
    """Which block a comment is about: the one it stands in or on, else the one right below it."""

    def __init__(self, source: SourceText, body: NativeBody, found: dict[int, int]) -> None:
        self._source = source
        self._blocks = body.inner
        self._comments = found

    def block(self, start: int, end: int) -> tuple[NativeBody | None, bool]:
        """Give the block at the top of the file, and whether the comment stands above it."""
        line = self._line(start)
        for block in self._blocks:
            if self._covers(block, line):
                return block, False
        return self._below(self._blocks, start, end), True

    def counts(self, tool: str, block: NativeBody, start: int, end: int, above: bool) -> bool:
        """Whether the comment stands where the other scanner would look for it.

        Checkov: inside the block. Trivy and tfsec: on or above the block, or on or above what the finding is about.
        """
        if tool == "checkov":
            return not above
        line = self._line(start)
        if above or line == self._line(block.header):
            return True
        inside = [inner for inner in block.inner if _is_options(inner)]
        return any(self._covers(inner, line) for inner in inside) or self._below(inside, start, end) is not None

    def _line(self, offset: int) -> int:
        return self._source.position(offset)[0]

    def _covers(self, block: NativeBody, line: int) -> bool:
        return self._line(block.header) <= line <= self._line(block.end)

    def _below(self, blocks: list[NativeBody], start: int, end: int) -> NativeBody | None:
        """Find the block that follows, with nothing but other comments between: no empty line, no code."""
        text = self._source.text
        if text[text.rfind("\n", 0, start) + 1 : start].strip():
            return None
        headers = {block.header: block for block in blocks}
        at = end
        while at not in headers:
            match = _NEXT_LINE(text, at)
            assert match is not None
            following = match.end()
            if following in headers:
                return headers[following]
            if following not in self._comments:
                return None
            at = self._comments[following]
        return headers[at]


def _is_options(body: NativeBody) -> bool:
    name = body.labels[0] if body.type == "dynamic" and body.labels else body.type
    return _OPTIONS(name) is not None
