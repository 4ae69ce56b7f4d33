"""A file as text that can be edited: characters for the edit, bytes for what is written, nothing else touched."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from imdsguard.model.fix import Edit
from imdsguard.model.line_differences import differing

if TYPE_CHECKING:
    from imdsguard.model.place import Place


class NotEditableError(Exception):
    """A file, or a place in it, that is not edited. Its words say why."""


class FileText:
    """The content of one file. `text` is without its byte order mark, line ends as they are.

    Raises `NotEditableError` for what is no UTF-8.
    """

    __slots__ = ("_bom", "_starts", "data", "label", "path", "text")

    def __init__(self, label: str, path: str, data: bytes) -> None:
        self.label = label
        self.path = path
        self.data = data
        self._bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            self.text = data[len(self._bom) :].decode("utf-8")
        except UnicodeDecodeError:
            raise NotEditableError(f"{label} is not UTF-8") from None
        self._starts = [0]
        at = -1
        while (at := self.text.find("\n", at + 1)) >= 0:
            self._starts.append(at + 1)

    @property
    def is_json(self) -> bool:
        """Whether it is in JSON syntax."""
        return self.label.endswith(".json")

    @property
    def newline(self) -> str:
        """How its lines end: as the first one does."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def span(self, place: Place) -> tuple[int, int]:
        """Give the range of a place, in characters; its end is exclusive."""
        start = self._starts[place.line - 1] + place.column - 1
        if not place.end_line:
            return start, start
        return start, self._starts[place.end_line - 1] + place.end_column - 1

    def line_start(self, offset: int) -> int:
        """Give where the line of an offset starts."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Give where the line of an offset ends: its line end stands there."""
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def encoded(self, text: str) -> bytes:
        """Give the bytes of the file with `text` as its content."""
        return self._bom + text.encode("utf-8")

    def decoded(self, data: bytes) -> str:
        """Give the text of what the file would hold."""
        return data[len(self._bom) :].decode("utf-8")

    def edits(self, text: str) -> tuple[Edit, ...]:
        """Say how to get from this file to `text`: no edit begins or ends with what stays."""
        before, after = lines_of(self.text), lines_of(text)
        found: list[Edit] = []
        for first, last, new_first, new_last in differing(before, after):
            old, new = before[first:last], after[new_first:new_last]
            start = sum(map(len, before[:first]))
            lines = list(zip(old, new, strict=True)) if len(old) == len(new) else [("".join(old), "".join(new))]
            for was, becomes in lines:
                if was != becomes:
                    found.append(self._trimmed(start, was, becomes))
                start += len(was)
        return tuple(found)

    def _trimmed(self, start: int, was: str, becomes: str) -> Edit:
        head = _common(was, becomes)
        tail = _common(was[head:][::-1], becomes[head:][::-1])
        end = start + len(was) - tail
        start += head
        before = len(self._bom) + len(self.text[:start].encode("utf-8"))
        removed = len(self.text[start:end].encode("utf-8"))
        return Edit(self.label, before, before + removed, becomes[head : len(becomes) - tail])


def lines_of(text: str) -> list[str]:
    """Give the lines with their ends. Only a line feed ends a line in HCL and JSON."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their start. Half a line end is never kept."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length - 1 if length and one[length - 1] == "\r" else length


def applied(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    """Apply the edits of one file."""
    ordered = sorted(enumerate(edits), key=lambda numbered: (numbered[1].start, numbered[0]), reverse=True)
    for _, edit in ordered:
        data = data[: edit.start] + edit.text.encode("utf-8") + data[edit.end :]
    return data
