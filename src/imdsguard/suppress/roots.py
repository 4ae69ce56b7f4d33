"""Root modules that lie in another folder than before: what is known of them is known there, too.

A root module that is gone and one that is new are one if at least half of the files of each are in the other one, byte
for byte, and no other pair claims either of them.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.system.files import MAX_FILE, read_bytes
from imdsguard.system.paths import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Iterable

    Files: TypeAlias = frozenset[tuple[str, bytes]]
    """Names with the hashes of what is in them."""

MOST = 100
"""Root modules that are gone, or new, among which pairs are looked for: each is held against each."""


def moved_roots(before: Iterable[str], earlier: str, after: Iterable[str], today: str) -> dict[str, str]:
    """Give the new name of each root module that was moved. `earlier` and `today` are the folders of these names."""
    there, here = frozenset(before), frozenset(after)
    gone, new = sorted(there - here), sorted(here - there)
    if not gone or not new or max(len(gone), len(new)) > MOST:
        return {}
    old_files = {name: _files(os.path.join(earlier, name)) for name in gone}
    new_files = {name: _files(os.path.join(today, name)) for name in new}
    pairs = [(old, now) for old in gone for now in new if _alike(old_files[old], new_files[now])]
    olds, nows = Counter(old for old, _ in pairs), Counter(now for _, now in pairs)
    return {old: now for old, now in pairs if olds[old] == nows[now] == 1}


def _alike(one: Files, other: Files) -> bool:
    return len(one & other) * 2 >= max(len(one), len(other), 1)


def _files(folder: str) -> Files:
    from hashlib import sha256

    found = set()
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.endswith(SYNTAX) and os.path.isfile(path) and os.path.getsize(path) <= MAX_FILE:
                found.add((name, sha256(read_bytes(path)).digest()))
    except OSError:
        return frozenset()
    return frozenset(found)
