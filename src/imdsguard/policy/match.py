"""Globs on what findings and launches are called, and on the files and root modules that they are in."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from imdsguard.model.glob import character_class, literal, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEY = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_LAST_KEY = re.compile(_KEY.pattern + r"\Z")


def matches_word(text: str, glob: str) -> bool:
    """Whether a text matches: `*` is any text, `?` one character, and all else is meant as written, brackets too."""
    if "*" not in glob and "?" not in glob:
        return text == glob
    return whole(_of_words(glob))(text)


def matches_path(path: str, glob: str, base: str = ".") -> bool:
    """Whether a file, or a root module by its name, matches a glob that counts from the folder `base`.

    `*` is any text within one name, `?` one character, `[a-z]` and `[!a-z]` are classes, `**` is any number of folders.
    """
    counted = path if path == "-" else os.path.relpath(path, base or ".").replace(os.sep, "/")
    return whole(_of_paths(glob))("".join(f"{name}/" for name in counted.split("/") if name))


@lru_cache(maxsize=8192)
def _of_words(glob: str) -> str:
    written = {"*": ".*", "?": "."}
    return "".join(written.get(piece) or literal(piece) for piece in re.split(r"(\*|\?)", re.sub(r"\*+", "*", glob)))


@lru_cache(maxsize=8192)
def _of_paths(glob: str) -> str:
    """Write a glob for a path whose names each end in `/`."""
    names = [name for name in glob.split("/") if name not in ("", ".")] or ["."]
    return "".join("(?:[^/]+/)*" if name == "**" else f"{_of_name(name)}/" for name in names)


def _of_name(glob: str) -> str:
    """Write a glob on one name, as `fnmatch` reads it."""
    out, at = "", 0
    while at < len(glob):
        letter = glob[at]
        at += 1
        close = _end_of_class(glob, at) if letter == "[" else -1
        if letter == "*":
            out += "[^/]*"
        elif letter == "?":
            out += "[^/]"
        elif close >= 0:
            out += _class(glob[at:close])
            at = close + 1
        else:
            out += literal(letter)
    return out


def _end_of_class(glob: str, at: int) -> int:
    """Give where the class that begins at an offset is closed; -1: it is not, and the bracket means itself."""
    at += glob.startswith("!", at)
    return glob.find("]", at + glob.startswith("]", at))


def _class(text: str) -> str:
    inverted = text.startswith("!")
    text = text[inverted:]
    ranges, at = [], 0
    while at < len(text):
        is_range = text.startswith("-", at + 1) and at + 2 < len(text)
        ranges.append((text[at], text[at + 2] if is_range else text[at]))
        at += 3 if is_range else 1
    return character_class(ranges, inverted=inverted)


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
