"""What python-hcl2, a reader that shares nothing with ours, sees of an edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.fix.file_text import FileText

LARGEST = 100_000
"""Characters of a file that it is asked to read: it takes a second for each 75 to 150 KB."""
MARKS = ("__start_line__", "__end_line__", "__comments__", "__inline_comments__", "__is_block__")


def differs_only_in(file: FileText, text: str, names: frozenset[str]) -> bool | None:
    """Whether it reads both texts and finds a difference only below keys of these names.

    None for a file that it does not read as it is: then it cannot be asked.
    """
    if file.is_json:
        return _in_json(file.text, text, names)
    if len(file.text) > LARGEST:
        return None
    before = _read_once(file.text)
    if before is None:
        return None
    after = _read(text)
    if after is None:
        return False
    return _only(before, after, names)


@lru_cache(maxsize=8)
def _read_once(text: str) -> object:
    """Read a text that many edits are compared with."""
    return _read(text)


def _read(text: str) -> object:
    try:
        import hcl2

        return hcl2.loads(text.replace("\r\n", "\n") + "\n")
    except Exception:  # whatever another parser raises: it did not read it
        return None


def _in_json(before: str, after: str, names: frozenset[str]) -> bool | None:
    from json import loads

    try:
        return _only(loads(before), loads(after), names)
    except (ValueError, RecursionError):
        return False


def _only(before: object, after: object, names: frozenset[str]) -> bool:
    found = list(_paths(before, after, ()))
    return bool(found) and all(any(step in names for step in path) for path in found)


def _not_in_both(one: list[object], other: list[object]) -> list[object]:
    """What stands between the items with which both lists begin and those with which both end."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return [*one[start : len(one) - end], *other[start : len(other) - end]]


def _named(item: object) -> Iterator[str]:
    """The names of a block that the reader has as objects in objects: its labels."""
    while isinstance(item, Mapping) and item:
        name = next((key for key in item if key not in MARKS), None)
        if name is None:
            return
        yield str(name).strip('"')
        item = item[name]


def _paths(one: object, other: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            if key in MARKS:
                continue
            name = str(key).strip('"')
            if key not in one or key not in other:
                yield (*path, name)
            else:
                yield from _paths(one[key], other[key], (*path, name))
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) == len(other):
            for a, b in zip(one, other, strict=True):
                yield from _paths(a, b, path)
        else:
            yield from ((*path, *_named(item)) for item in _not_in_both(one, other))
    elif one != other:
        yield path
