"""Globs on what findings and launches are called. They are short, and so is the work: no glob can make it long."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEY = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_LAST_KEY = re.compile(_KEY.pattern + r"\Z")


def matches_word(text: str, glob: str) -> bool:
    """Whether a text matches: `*` is any text, `?` one character, and all else is meant as written, brackets too.

    No regular expression is made of the glob: a policy may have thousands, and each is asked of every finding.
    """
    if "?" in glob:
        return _matches_by_character(text, glob)
    if "*" not in glob:
        return text == glob
    first, *between, last = glob.split("*")
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in between:  # each as early as it can be
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _matches_by_character(text: str, glob: str) -> bool:
    at = point = 0
    star, retry = -1, 0
    while at < len(text):
        if point < len(glob) and glob[point] == "*":
            star, retry = point, at
            point += 1
        elif point < len(glob) and glob[point] in ("?", text[at]):
            point += 1
            at += 1
        elif star >= 0:  # let the last * take one character more
            point = star + 1
            retry += 1
            at = retry
        else:
            return False
    return all(character == "*" for character in glob[point:])


def matches_any(text: str, globs: Iterable[str]) -> bool:
    """Whether a text matches one of the globs."""
    return any(matches_word(text, glob) for glob in globs)


def matches_address(address: str, glob: str) -> bool:
    """Whether an address matches. One without instance keys stands for all instances, as with `terraform -target`."""
    return any(matches_word(name, glob) for name in _names(address))


def matches_module(module: str, glob: str) -> bool:
    """Whether a module instance, or one that it stands in, matches; the root module is the empty text."""
    return any(matches_word(name, glob) for above in _upward(module) for name in _names(above))


@lru_cache(maxsize=4096)
def _names(address: str) -> tuple[str, ...]:
    """Give an address as it is, without its last key, and without any."""
    if "[" not in address:
        return (address,)
    return (address, _LAST_KEY.sub("", address), _KEY.sub("", address))


def _upward(module: str) -> Iterator[str]:
    """Give a module's address and those of the modules it stands in, innermost first."""
    yield module
    parts = [match.end() for match in re.finditer(r"module\.[^.\[]+" + f"(?:{_KEY.pattern})?", module)]
    for end in reversed(parts[:-1]):
        yield module[:end]
