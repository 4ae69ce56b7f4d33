"""How much a scan costs beyond reading the bytes: of code that matters, and of code that does not."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.material import beside_the_point, ordinary
from benchmarks.measure import Figure, best

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1_000_000


def figures() -> Iterator[Figure]:
    """A scan inside this process, against reading the same files and doing nothing with them."""
    for what, make, files in (
        ("5 MB beside the point, 50 files", beside_the_point, 50),
        ("1 MB of launches and alarms, 20 files", ordinary, 20),
    ):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            size = (5 if make is beside_the_point else 1) * MEGABYTE // files
            # Each file a root of its own: the same names stand in all of them.
            for number in range(files):
                (folder / f"stack{number}").mkdir()
                (folder / f"stack{number}" / "main.tf").write_text(make(size), encoding="utf-8")
            total = sum(path.stat().st_size for path in folder.rglob("*.tf"))
            plain = best(partial(read_plainly, folder))
            took = best(partial(scan, folder), runs=3)
            yield Figure(what, took, "a plain read", plain, f"{total / took / MEGABYTE:.1f} MB/s")


def read_plainly(folder: Path) -> list[bytes]:
    """The files' bytes, and nothing done with them."""
    return [path.read_bytes() for path in folder.rglob("*.tf")]


def scan(folder: Path) -> object:
    """Everything between the files and the estate."""
    from imdsguard import read

    return read([str(folder)])
