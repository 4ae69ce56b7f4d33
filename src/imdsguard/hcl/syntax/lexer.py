"""Tokens of an expression, one at a time: the parser says whether newlines count, and reads strings itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.words import ANY_NAME, HEREDOC, name_length
from imdsguard.model.place import Place

Locate: TypeAlias = Callable[[int, int], Place]
"""Gives the place of a range of the text that is parsed."""

_TOKEN = "|".join(
    (
        r"(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?![A-Za-z0-9_-]|[^\x00-\x7f]))",
        r"(?P<number>[0-9]+(?:(?:\.*[eE][+-]?|\.+)[0-9]+)*)",
        rf"(?P<wide>{ANY_NAME})",
        rf"(?P<heredoc>{HEREDOC.pattern})",
        r"(?P<newline>\r?\n|(?:#|//)[^\n]*\n)",
        r"(?P<end>\Z|(?:#|//)[^\n]*\Z)",
        r"(?P<op>&&|\|\||[=!<>]=|=>|::|\.\.\.|~\}|[-+*/%!<>=?:.,()\[\]{}\"])",
        r"(?P<bad>[\s\S])",
    )
)
_COMMENT = r"/\*[\s\S]*?\*/"
_WITH_NEWLINES = re.compile(rf"(?:[ \t]+|{_COMMENT})*(?:{_TOKEN})").match
_WITHOUT_NEWLINES = re.compile(rf"(?:[ \t\n]+|\r\n|{_COMMENT}|(?:#|//)[^\n]*)*(?:{_TOKEN})").match

NAME = "name"
NUMBER = "number"
HEREDOC_START = "heredoc"
NEWLINE = "newline"
END = "end"
BAD = "bad"


class Lexer:
    """A position in a text, with one token read ahead: its `kind`, its `start` and its `end`.

    `last` is where the token before it ended. An operator or bracket is its own kind, the kinds of the rest are the
    constants above. `newlines` says whether a line's end counts: the parser sets it before it asks for the next token.
    Of a string only the opening quote is a token: what follows is read by `strings`, which moves on with `resume`.
    """

    __slots__ = ("_locate", "end", "kind", "last", "limit", "newlines", "start", "text")

    def __init__(self, text: str, start: int, limit: int, locate: Locate) -> None:
        self.text = text
        self.limit = limit
        self.newlines = True
        self.kind = END
        self.start = self.end = self.last = start
        self._locate = locate

    def advance(self) -> None:
        """Read the next token."""
        self.last = self.end
        match = (_WITH_NEWLINES if self.newlines else _WITHOUT_NEWLINES)(self.text, self.end, self.limit)
        assert match is not None
        kind = match.lastgroup
        if kind == "op":
            self.start, self.end = match.span("op")
            self.kind = self.text[self.start : self.end]
            return
        assert kind is not None
        self.start, self.end = match.span(kind)
        if kind == "wide":
            length = name_length(self.text[self.start : self.end])
            self.end = self.start + max(length, 1)
            kind = NAME if length else BAD
        self.kind = kind

    def resume(self, offset: int) -> None:
        """Go on behind a string that ended before `offset`."""
        self.end = offset
        self.advance()

    @property
    def word(self) -> str:
        """The text of the token."""
        return self.text[self.start : self.end]

    def at_word(self, word: str) -> bool:
        """Whether the token is this identifier."""
        return self.kind == NAME and self.text[self.start : self.end] == word

    def place(self, start: int, end: int | None = None) -> Place:
        """Give the place of a range."""
        return self._locate(start, start if end is None else end)

    def problem(self, message: str, start: int | None = None, end: int | None = None) -> SyntaxProblem:
        """Make the error to raise; it points at the token unless a range is given."""
        if start is None:
            start, end = self.start, self.end
        return SyntaxProblem(message, self.place(start, end))

    def describe(self) -> str:
        """Name the token in an error."""
        if self.kind == END:
            return "the end of the expression"
        if self.kind in (NEWLINE, HEREDOC_START):
            return "the end of the line" if self.kind == NEWLINE else "a heredoc"
        return f'"{self.word[:40]}"' if self.kind != '"' else "a string"
