"""What python-hcl2, a reader that shares nothing with ours, sees of an edit.

It is slow, so it reads the blocks of the file that an edit touches, as they were and as they would be: the rest is the
same byte by byte. Where it does not read them as they were, it cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.source import SourceText

if TYPE_CHECKING:
    from imdsguard.fix.file_text import FileText

LARGEST = 100_000
"""Characters that it is asked to read: it takes a second for each 75 to 150 KB."""
MARKS = ("__start_line__", "__end_line__", "__comments__", "__inline_comments__", "__is_block__")


def differs_only_in(file: FileText, text: str, names: frozenset[str]) -> bool | None:
    """Whether it reads what is touched in both texts and finds a difference only below keys of these names.

    None for what it does not read as it is: then it cannot be asked.
    """
    if file.is_json:
        return _in_json(file.text, text, names)
    start, end = _touched(file.text, text)
    if end - start > LARGEST:
        return None
    before = _read_once(file.text[start:end])
    if before is None:
        return None
    after = _read(text[start : len(text) - (len(file.text) - end)])
    if after is None:
        return False
    return _only(before, after, names)


def _touched(before: str, after: str) -> tuple[int, int]:
    """The range of the first text, in whole blocks or arguments of the file, outside which both are the same."""
    shorter = min(len(before), len(after))
    start = _alike(before, after, shorter)
    end = len(before) - _alike(before[::-1], after[::-1], shorter - start)
    body, _ = scan(SourceText.of_text("", before))
    items = [(first, last) for first, _, last in body.found.values()]
    items += [(inner.header, inner.end + 1) for inner in body.inner]
    touched = [(first, last) for first, last in items if first <= end and start <= last]
    first = min([start, *(each for each, _ in touched)])
    last = max([end, *(each for _, each in touched)])
    newline = before.find("\n", last)
    return before.rfind("\n", 0, first) + 1, len(before) if newline < 0 else newline


def _alike(one: str, other: str, most: int) -> int:
    """With how many characters two texts begin alike, up to `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


@lru_cache(maxsize=64)
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
                there = one.get(key, other.get(key))
                blocks = there if isinstance(there, list) and there else [None]
                yield from ((*path, name, *_named(each)) for each in blocks)
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
