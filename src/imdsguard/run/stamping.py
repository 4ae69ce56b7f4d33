"""The stamp of JSON documents: the time, and the commit of the tree that was read, by the guarded git."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from imdsguard.model.stamp import Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.run.reading import Reading

LATEST = 253_402_300_799
"""The last second of the year 9999: RFC 3339 has four digits for a year."""


def stamp_of(reading: Reading) -> Stamp:
    """Stamp what was read."""
    return stamp([*reading.paths, *(root.name for root in reading.roots)])


def stamp(paths: Sequence[str] = ()) -> Stamp:
    """Stamp what is made of these paths, as far as the first of them is a folder or a file; of none: of this folder."""
    path = next((path for path in paths if path != "-" and os.path.exists(path)), ".")
    folder = path if os.path.isdir(path) else os.path.dirname(path) or "."
    return Stamp(now(), _commit(folder))


def now() -> str:
    """Give the time: that of SOURCE_DATE_EPOCH where it is set (reproducible-builds.org)."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    second = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else int(time.time())
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(second, LATEST)))


def _commit(folder: str) -> str | None:
    from imdsguard.suppress.git import GitError, Repository

    try:
        return Repository.around(folder).commit("HEAD")
    except GitError:
        return None
