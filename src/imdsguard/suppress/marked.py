"""Which files of a run hold comments that may suppress something: nearly always none, so this is all that is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.system.paths import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource

    Key = tuple[str, int, int]
    """File, line and column of a block's header."""

MARK = b"imdsguard:"


def key_of(place: Place) -> Key:
    """Give what a block is known by."""
    return (place.file, place.line, place.column)


def blocks_of(resources: Iterable[Resource]) -> dict[Key, str]:
    """Give the headers of what was judged and of the module calls that lead to it, each with a root module it is in.

    Only the caller's own code is looked at: comments in what `terraform init` downloaded do not count.
    """
    found: dict[Key, str] = {}
    for resource in resources:
        for place in (resource.place, *resource.overrides, *resource.calls):
            if place.line and place.file.endswith(SYNTAX) and not place.downloaded:
                found.setdefault(key_of(place), resource.root)
    return found


def marked_files(
    blocks: Iterable[Key], read: Callable[[str], bytes], marks: Iterable[bytes] = ()
) -> tuple[tuple[str, bytes], ...]:
    """Give the files, by name, that hold a mark of ours or one of `marks`. `read` gives a file, or raises `OSError`."""
    wanted = (MARK, *marks)
    found = []
    for file in sorted({file for file, _, _ in blocks}):
        try:
            data = read(file)
        except OSError:
            continue  # who read it before has said so
        if any(mark in data for mark in wanted):
            found.append((file, data))
    return tuple(found)
