"""Patterns of `fileset`, as expressions of the one engine that all globs share (`model/glob`)."""

from __future__ import annotations

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.glob import GlobTooLargeError, character_class, literal, whole

MAX_PATTERN = 1_000
"""Characters of a pattern."""
MAX_BRACES = 200
"""How deep braces may stand in each other: RE2 reads no more than 1,000 brackets."""

_BROKEN = "syntax error in pattern"
_IN_A_NAME = "[^/]*"


class Glob:
    """A compiled pattern: `*`, `?`, `[a-z]`, `[^a]`, `{a,b}`, and `**` for any number of folders.

    Raises `EvaluationError` for a broken pattern, `LimitReached` for one that would cost too much. See "fileset" in the
    Terraform language documentation.
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN:
            raise LimitReached(f"a pattern of fileset is longer than {MAX_PATTERN} characters")
        self._pattern = pattern
        self._at = 0
        expression = self._sequence(fresh=True, braces=0)
        try:
            self.matches = whole(expression)
        except GlobTooLargeError:
            raise LimitReached("a pattern of fileset takes too much memory to match") from None

    def _sequence(self, *, fresh: bool, braces: int) -> str:
        """Write up to the end (in braces: up to `,` or `}`) as an expression.

        `fresh` says that it stands at the beginning of a folder's or file's name.
        """
        out = ""
        text = self._pattern
        while self._at < len(text):
            letter = text[self._at]
            if braces and letter in ",}":
                break
            self._at += 1
            if letter == "*":
                folders = self._folders(fresh)
                out += folders or _IN_A_NAME
                fresh = folders == _FOLDERS
                continue
            if letter == "?":
                out += "[^/]"
            elif letter == "[":
                out += self._class()
            elif letter == "{":
                out += self._alternatives(fresh, braces + 1)
            else:
                if letter == "\\":
                    letter = self._escaped()
                out += literal(letter)
            fresh = letter == "/"
        return out

    def _folders(self, fresh: bool) -> str:
        """Take what follows a star; give what `**` stands for where it means folders, else nothing."""
        text = self._pattern
        if not text.startswith("*", self._at):
            return ""
        self._at += 1
        if fresh and self._at == len(text):
            return ".*"
        if fresh and text[self._at] == "/":
            self._at += 1
            return _FOLDERS
        return ""

    def _escaped(self) -> str:
        if self._at >= len(self._pattern):
            raise EvaluationError(_BROKEN)
        self._at += 1
        return self._pattern[self._at - 1]

    def _class(self) -> str:
        text = self._pattern
        inverted = text[self._at : self._at + 1] in ("^", "!")
        self._at += inverted
        ranges: list[tuple[str, str]] = []
        while True:
            letter = self._escaped()
            if letter == "]":
                break
            low = self._escaped() if letter == "\\" else letter
            high = low
            if text.startswith("-", self._at) and not text.startswith("]", self._at + 1):
                self._at += 1
                high = self._escaped()
                if high == "\\":
                    high = self._escaped()
            ranges.append((low, high))
        if not ranges:
            raise EvaluationError(_BROKEN)
        return character_class(ranges, inverted=inverted)

    def _alternatives(self, fresh: bool, braces: int) -> str:
        if braces > MAX_BRACES:
            raise LimitReached(f"a pattern of fileset nests braces more than {MAX_BRACES} deep")
        either = [self._sequence(fresh=fresh, braces=braces)]
        while self._pattern.startswith(",", self._at):
            self._at += 1
            either.append(self._sequence(fresh=fresh, braces=braces))
        self._escaped()  # the closing brace, or the end
        return f"(?:{'|'.join(either)})"


_FOLDERS = "(?:[^/]+/)*"
