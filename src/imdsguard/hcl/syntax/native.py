"""HCL's native syntax: bodies, blocks and attributes with their exact ranges, expressions left unparsed.

One regular expression reads a whole ordinary item (`name = value`, or a block's header); what is out of the ordinary
falls back to a walk from one interesting character to the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.extent import Broken, expression_end
from imdsguard.hcl.syntax.headers import end_of_item, read_labels, skip_inline
from imdsguard.hcl.syntax.native_body import NativeBody
from imdsguard.hcl.syntax.words import ANY_NAME, NAME, name_length
from imdsguard.model.problem import Problem

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.hcl.syntax.source import SourceText

MAX_BLOCKS = 200
"""How deep blocks may nest."""

MAX_RESTARTS = 20
"""How often reading goes on behind a broken block: each time costs a walk over the rest of the file."""

MAX_PROBLEMS = 100
"""How many problems of one file are listed."""

_TRIVIA = r"(?:[ \t\n]+|\r\n|(?:#|//)[^\n]*|/\*[\s\S]*?\*/)*"
_COMMENT = r"[ \t]*(?:(?:#|//)[^\n]*)?"
_LINE_END = r"(?=\r?\n|\Z)"
_WORDS = r'[^"#/<()\[\]{}\n\r]*'
_STRING = r'"[^"\\$%\n\r]*(?:(?:\\[^\n\r]|\$\{[^"{}#/<\n\r]*\})[^"\\$%\n\r]*)*"'
_VALUE = rf"(?:{_STRING}|[^\s\"#/<()\[\]{{}}]){_WORDS}(?:(?:{_STRING}|/(?![/*])|<(?!<)){_WORDS})*"
_ITEM = re.compile(
    rf"{_TRIVIA}(?:"
    rf"({NAME})[ \t]*=(?![=>])[ \t]*(?:({_VALUE}){_COMMENT}{_LINE_END}|())"  # 1 name, 2 plain value, 3 any other
    rf'|({NAME})((?:[ \t]*"[^"\\$%\n\r]*"|[ \t]+{NAME})*)[ \t]*\{{'  # 4 type, 5 labels
    r"|(\}))?"  # 6
).match
_AFTER_BRACE = re.compile(rf"{_COMMENT}(?:\r?\n|\Z)|[ \t]*(\}})").match
_NAME = re.compile(ANY_NAME).match
_TOP_LEVEL = re.compile(rf'^{NAME}(?:[ \t]*"[^"\n]*"|[ \t]+{NAME})*[ \t]*\{{', re.MULTILINE)


def parse_body(source: SourceText) -> tuple[SyntaxBody, tuple[Problem, ...]]:
    """Find the blocks and attributes of a file. Never raises: what is broken is left out and is a problem.

    Behind a broken block reading goes on at the next line that looks like the start of a top-level block; behind an
    unclosed comment or heredoc it does not. A second reader is asked as far as the source's `budget` goes.
    """
    body, problems = scan(source)
    if problems and source.budget is not None:
        from imdsguard.hcl.syntax.second_opinion import with_second_opinion

        problems = with_second_opinion(source, problems)
    return body, (*source.problems, *problems)


def scan(source: SourceText) -> tuple[NativeBody, tuple[Problem, ...]]:
    """Do the work of `parse_body`, without a second opinion and without the problems of decoding."""
    reading = _Scan(source)
    reading.run()
    return reading.root, tuple(reading.problems)


class _Scan:
    """The reading of one file. `stack` holds the bodies that are open around `body`."""

    __slots__ = ("at", "body", "problems", "root", "source", "stack", "text")

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.root = self.body = NativeBody(source, 0, 0)
        self.root.end = len(self.text)
        self.stack: list[NativeBody] = []
        self.problems: list[Problem] = []
        self.at = 0

    def run(self) -> None:
        """Read the whole file, starting again behind what is broken."""
        for _ in range(MAX_RESTARTS):
            try:
                self._items()
            except Broken as broken:
                self._report(broken.message, broken.offset)
                if broken.lost or not self._restart(broken.offset):
                    return
            else:
                return
        self._report("too much of this file is broken: the rest of it was not read", self.at)

    def _restart(self, broken: int) -> bool:
        """Drop the top-level item that is broken and go to the next line that looks like the start of a block."""
        self.stack, self.body = [], self.root
        following = _TOP_LEVEL.search(self.text, broken + 1)
        if following is None:
            return False
        self.at = following.start()
        return True

    def _report(self, message: str, offset: int) -> None:
        if len(self.problems) > MAX_PROBLEMS:
            return
        if len(self.problems) == MAX_PROBLEMS:
            message = "and more: only the first problems of a file are listed"
        remedy = "correct it as `terraform fmt` or `terraform validate` asks for"
        self.problems.append(Problem(f"not valid HCL: {message}", self.source.place(offset, offset + 1), remedy))

    def _items(self) -> None:
        """Read items until the text ends."""
        text, at = self.text, self.at
        found = self.body.found
        while True:
            match = _ITEM(text, at)
            assert match is not None
            kind = match.lastindex
            if kind == 2:
                name = match[1]
                at = match.end()
                if name in found:
                    self._duplicate(name, match.start(1))
                else:
                    found[name] = (match.start(1), match.start(2), match.end(2))
                continue
            if kind == 3:
                at = self._attribute(match[1], match.start(1), match.end())
            elif kind == 5:
                at = self._block(match[4], match[5], match.start(4), match.end())
            elif kind == 6:
                at = self._close(match.start(6))
            elif match.end() == len(text):
                break
            else:
                at = self._odd(match.end())
            found = self.body.found
        if self.stack:
            raise Broken("this block is never closed", self.body.header)

    def _duplicate(self, name: str, offset: int) -> None:
        first = self.source.position(self.body.found[name][0])[0]
        self._report(f'the argument "{name}" is set twice: it was already set on line {first}', offset)

    def _attribute(self, name: str, start: int, at: int) -> int:
        """Take an attribute whose value is out of the ordinary."""
        end, at_next = expression_end(self.text, at)
        self._add(name, start, at, end)
        return at_next

    def _add(self, name: str, start: int, at: int, end: int) -> None:
        if end <= at:
            self._report(f'the argument "{name}" has no value', start)
        elif name in self.body.found:
            self._duplicate(name, start)
        else:
            self.body.found[name] = (start, at, end)

    def _block(self, type_name: str, labels: str | tuple[str, ...], start: int, at: int) -> int:
        """Open a block, or take it whole if it stands on one line. `at` is right behind its brace."""
        text = self.text
        body = NativeBody(self.source, start, at, type_name, labels)
        match = _AFTER_BRACE(text, at)
        if match is None:
            at = skip_inline(text, at)
            if text.startswith("}", at):
                behind = at + 1
            elif text.startswith(("\n", "\r\n", "#", "//"), at) or at == len(text):
                return self._open(body, at)
            else:
                return self._one_line(body, at)
        elif match.lastindex is None:
            return self._open(body, match.end())
        else:
            behind = match.end()
        body.end = behind - 1
        self.body.inner.append(body)
        return end_of_item(text, behind)

    def _open(self, body: NativeBody, at: int) -> int:
        if len(self.stack) >= MAX_BLOCKS:
            raise Broken(f"blocks nest deeper than {MAX_BLOCKS} levels", body.header)
        self.stack.append(self.body)
        self.body = body
        return at

    def _one_line(self, body: NativeBody, at: int) -> int:
        """Take the one argument of a block that stands on one line."""
        text = self.text
        name, behind = self._name(at)
        equals = skip_inline(text, behind)
        if not _is_equals(text, equals):
            raise Broken("a block on one line can hold nothing but one argument", at)
        start = skip_inline(text, equals + 1)
        end, closing = expression_end(text, start, one_line=True)
        if not text.startswith("}", closing):
            raise Broken('a block that starts with an argument on its own line must end there, with "}"', closing)
        outer, self.body = self.body, body
        self._add(name, at, start, end)
        self.body = outer
        body.end = closing
        outer.inner.append(body)
        return end_of_item(text, closing + 1)

    def _close(self, at: int) -> int:
        """Close the body that is open."""
        if not self.stack:
            raise Broken('"}" closes nothing', at)
        body = self.body
        body.end = at
        self.body = self.stack.pop()
        self.body.inner.append(body)
        return end_of_item(self.text, at + 1)

    def _name(self, at: int) -> tuple[str, int]:
        match = _NAME(self.text, at)
        length = name_length(match[0]) if match else 0
        if not length:
            raise Broken(f"expected an argument or a block here, found {self.text[at : at + 1]!r}", at)
        return self.text[at : at + length], at + length

    def _odd(self, at: int) -> int:
        """Take an item whose header is out of the ordinary: letters beyond ASCII, comments, escapes in labels."""
        text = self.text
        name, behind = self._name(at)
        behind = skip_inline(text, behind)
        if _is_equals(text, behind):
            return self._attribute(name, at, skip_inline(text, behind + 1))
        labels, brace = read_labels(text, behind)
        return self._block(name, labels, at, brace + 1)


def _is_equals(text: str, at: int) -> bool:
    return text.startswith("=", at) and not text.startswith(("==", "=>"), at)
