"""Patterns of `fileset`, matched in time that grows with the text, whatever the pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_PATTERN = 1_000
"""Characters of a pattern."""
MAX_WORK = 2_000_000
"""States looked at by one pattern, over all names."""
_MAX_KNOWN = 20_000

_BROKEN = "syntax error in pattern"


class Glob:
    """A compiled pattern: `*`, `?`, `[a-z]`, `[^a]`, `{a,b}`, and `**` for any number of folders.

    Raises `EvaluationError` for a broken pattern, `LimitReached` for one that would cost too much. See "fileset" in the
    Terraform language documentation.

    It is a machine of states: each either goes on to others at once, or takes one character. All states that can be
    reached are followed together, and which set of states follows which is remembered.
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN:
            raise LimitReached(f"a pattern of fileset is longer than {MAX_PATTERN} characters")
        self._next: list[tuple[int, ...]] = []
        self._takes: list[Callable[[str], bool] | None] = []
        self._pattern = pattern
        self._at = 0
        self._work = 0
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._end = self._state()
        first = self._sequence(self._end, fresh=True, nested=False)
        self._start = self._closure((first,))

    def matches(self, name: str) -> bool:
        """Whether a path, relative and with `/`, matches as a whole. Raises `LimitReached`."""
        states = self._start
        for letter in name:
            if not states:
                return False
            key = (states, letter)
            found = self._known.get(key)
            if found is None:
                found = self._closure(self._after(states, letter))
                if len(self._known) >= _MAX_KNOWN:
                    self._known.clear()
                self._known[key] = found
            states = found
        return self._end in states

    def _after(self, states: frozenset[int], letter: str) -> Iterable[int]:
        for state in states:
            takes = self._takes[state]
            if takes is not None and takes(letter):
                yield from self._next[state]

    def _closure(self, states: Iterable[int]) -> frozenset[int]:
        found: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in found:
                continue
            found.add(state)
            if self._takes[state] is None:
                waiting.extend(self._next[state])
        self._work += 1 + len(found)
        if self._work > MAX_WORK:
            raise LimitReached("a pattern of fileset takes too long to match")
        return frozenset(found)

    def _state(self, takes: Callable[[str], bool] | None = None, *following: int) -> int:
        self._takes.append(takes)
        self._next.append(following)
        return len(self._next) - 1

    def _loop(self, following: int, takes: Callable[[str], bool]) -> int:
        """Any number of characters, then on."""
        entry = self._state()
        self._next[entry] = (self._state(takes, entry), following)
        return entry

    def _folders(self, following: int) -> int:
        """Any number of names that each end in `/`, then on."""
        entry = self._state()
        slash = self._state(_is_slash, entry)
        again = self._state()
        letter = self._state(_no_slash, again)
        self._next[again] = (letter, slash)
        self._next[entry] = (letter, following)
        return entry

    def _sequence(self, following: int, *, fresh: bool, nested: bool) -> int:
        """Compile up to the end (in braces: up to `,` or `}`); give the state that it begins with.

        `fresh` says that it stands at the beginning of a folder's or file's name.
        """
        parts: list[Callable[[int], int]] = []
        text = self._pattern
        while self._at < len(text):
            letter = text[self._at]
            if nested and letter in ",}":
                break
            self._at += 1
            if letter == "*":
                parts.append(self._stars(fresh))
                fresh = parts[-1] == self._folders
                continue
            if letter == "?":
                parts.append(self._taking(_no_slash))
            elif letter == "[":
                parts.append(self._taking(self._class()))
            elif letter == "{":
                parts.append(self._alternatives(fresh))
            else:
                if letter == "\\":
                    letter = self._escaped()
                parts.append(self._taking(letter.__eq__))
            fresh = letter == "/"
        for part in reversed(parts):
            following = part(following)
        return following

    def _taking(self, takes: Callable[[str], bool]) -> Callable[[int], int]:
        return lambda following: self._state(takes, following)

    def _stars(self, fresh: bool) -> Callable[[int], int]:
        text = self._pattern
        if not text.startswith("*", self._at):
            return lambda following: self._loop(following, _no_slash)
        self._at += 1
        if fresh and self._at == len(text):
            return lambda following: self._loop(following, _anything)
        if fresh and text[self._at] == "/":
            self._at += 1
            return self._folders
        return lambda following: self._loop(following, _no_slash)

    def _escaped(self) -> str:
        if self._at >= len(self._pattern):
            raise EvaluationError(_BROKEN)
        self._at += 1
        return self._pattern[self._at - 1]

    def _class(self) -> Callable[[str], bool]:
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
        return lambda letter: any(low <= letter <= high for low, high in ranges) != inverted

    def _alternatives(self, fresh: bool) -> Callable[[int], int]:
        joint = self._state()
        entries = [self._sequence(joint, fresh=fresh, nested=True)]
        while self._pattern.startswith(",", self._at):
            self._at += 1
            entries.append(self._sequence(joint, fresh=fresh, nested=True))
        self._escaped()  # the closing brace, or the end

        def put(following: int) -> int:
            self._next[joint] = (following,)
            return self._state(None, *entries)

        return put


def _no_slash(letter: str) -> bool:
    return letter != "/"


def _is_slash(letter: str) -> bool:
    return letter == "/"


def _anything(_: str) -> bool:
    return True
