"""Where an expression ends, without parsing it: brackets, strings, heredocs and comments, and nothing more."""

from __future__ import annotations

import re

from imdsguard.hcl.syntax.words import HEREDOC, OPENING, QUOTED_TEXT, heredoc_end

PLAIN_STRING = r'"[^"\\$%\r\n]*"'
_FLAT = re.compile(rf'[^"#/<()\[\]{{}}\n]*(?:{PLAIN_STRING}[^"#/<()\[\]{{}}\n]*)*').match
_DEEP = re.compile(rf'[^"#/<()\[\]{{}}]*(?:{PLAIN_STRING}[^"#/<()\[\]{{}}]*)*').match
_MAX_HEREDOCS = 20
"""How deep heredocs may nest, by way of interpolations: to find its end, each looks at all the lines of those in it."""

_CLOSER = {"(": ")", "[": "]", "{": "}"}


class Broken(Exception):  # noqa: N818
    """Text whose end cannot be found: what is wrong, and at which offset. `lost`: nothing behind it can be trusted."""

    def __init__(self, message: str, offset: int, *, lost: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.lost = lost


def expression_end(text: str, start: int, *, one_line: bool = False) -> tuple[int, int]:
    """Find the end of the expression that starts at `start`: at the line's end, or before a `}` in a one-line block.

    Gives the end of the expression itself and the end of what was read, comments and spaces included; the second is
    that of the text, of the line (its line feed not included) or the place of the `}`. Raises `Broken`.
    """
    return Walk(text, start, one_line).run()


class Walk:
    """One search. `stack` holds what is open, innermost last: a closing bracket, `"`, or `<<` and a heredoc's marker.

    `opened` has the offset of each. `closings` knows the ends of the heredocs that are open, by their offsets.
    `${` counts as a brace of its own, "$}", since behind it the text goes on.
    """

    __slots__ = ("at", "blank_from", "blank_to", "closings", "one_line", "opened", "stack", "start", "text")

    def __init__(self, text: str, start: int, one_line: bool) -> None:
        self.text = text
        self.start = self.at = start
        self.one_line = one_line
        self.stack: list[str] = []
        self.opened: list[int] = []
        self.closings: dict[int, tuple[int, int]] = {}
        self.blank_from = self.blank_to = -1

    def run(self) -> tuple[int, int]:
        """Walk to the end, and give where it is and where the next thing starts. Raises `Broken`."""
        text, stack = self.text, self.stack
        length = len(text)
        while True:
            top = stack[-1] if stack else ""
            if top == '"':
                self._quotes()
            elif top.startswith("<<"):
                self._heredoc(top[2:])
            else:
                match = (_DEEP if stack else _FLAT)(text, self.at)
                assert match is not None
                self.at = match.end()
                if self.at == length:
                    if stack:
                        raise self._unclosed()
                    return self._ended()
                if self._code(text[self.at]):
                    return self._ended()

    def _code(self, char: str) -> bool:
        """Take one character that may matter; whether it ends the expression."""
        text, stack, at = self.text, self.stack, self.at
        self.at = at + 1
        if char in _CLOSER:
            stack.append(_CLOSER[char])
            self.opened.append(at)
        elif char == '"':
            stack.append(char)
            self.opened.append(at)
        elif char in ")]}":
            if not stack:
                self.at = at
                if char == "}" and self.one_line:
                    return True
                raise Broken(f'"{char}" closes nothing', at)
            if stack[-1] not in (char, "$" + char):
                raise Broken(f'expected "{stack[-1][-1]}", found "{char}"', at)
            stack.pop()
            self.opened.pop()
        elif char == "\n":
            self.at = at
            return True
        elif char == "<":
            heredoc = HEREDOC.match(text, at)
            if heredoc is not None:
                if len(self.closings) >= _MAX_HEREDOCS:
                    raise Broken(f"heredocs nest deeper than {_MAX_HEREDOCS} levels", at, lost=True)
                stack.append("<<" + heredoc[2])
                self.opened.append(at)
                self.at = heredoc.end()
        elif char == "#" or text.startswith(("//", "/*"), at):
            self._comment(at)
        return False

    def _comment(self, at: int) -> None:
        text = self.text
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise Broken("this comment is never closed", at, lost=True)
            self.at = end + 2
        else:
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end
        if not self.stack:
            if self.blank_from < 0 or text[self.blank_to : at].strip(" \t\r"):
                self.blank_from = at
            self.blank_to = self.at

    def _quotes(self) -> None:
        text = self.text
        match = QUOTED_TEXT(text, self.at)
        assert match is not None
        at = match.end()
        char = text[at : at + 1]
        if char == '"':
            self.stack.pop()
            self.opened.pop()
            self.at = at + 1
        elif char in ("$", "%"):
            self.stack.append("$}")
            self.opened.append(at)
            self.at = at + 2
        else:
            raise Broken("a quoted string must be closed on its own line", self.opened[-1])

    def _heredoc(self, marker: str) -> None:
        """Go on behind the heredoc's end, or behind its next `${`. `at` may stand anywhere in it."""
        text, at, opened = self.text, self.at, self.opened[-1]
        closing = self.closings.get(opened)
        if closing is None or at > closing[0]:
            line = at if text[at - 1] == "\n" else text.find("\n", at) + 1
            closing = heredoc_end(text, line, len(text), marker) if line else None
            if closing is None:
                raise Broken(f"this heredoc is never closed: {marker} must stand alone on a line", opened, lost=True)
            self.closings[opened] = closing
        sequence = OPENING.search(text, at, closing[0])
        if sequence is not None:
            self.stack.append("$}")
            self.opened.append(sequence.start())
            self.at = sequence.end()
            return
        self.at = closing[1]
        self.stack.pop()
        del self.closings[self.opened.pop()]
        if text.find("\n", self.at) < 0:
            raise Broken("a heredoc's end needs a line end behind it", self.at)

    def _ended(self) -> tuple[int, int]:
        text, at = self.text, self.at
        end = at
        if self.blank_from >= 0 and not text[self.blank_to : at].strip(" \t\r"):
            end = self.blank_from
        while end > self.start and text[end - 1] in " \t\r":
            end -= 1
        return end, at

    def _unclosed(self) -> Broken:
        opened = self.opened[-1]
        what = "${" if self.stack[-1] == "$}" else self.text[opened]
        return Broken(f'this "{what}" is never closed', opened)
