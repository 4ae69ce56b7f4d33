"""Plan JSON, against msgspec's decoding of everything: time, and memory as a multiple of the document's size."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.documents import dense, large
from benchmarks.measure import Figure, best, environment, imdsguard, python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEGABYTE = 1_000_000
DECODE = "import sys, msgspec; msgspec.json.decode(open(sys.argv[1], 'rb').read())"

WATCH = """\
import os, sys, time
start = time.perf_counter()
nowhere = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_RDWR, 0) for n in (0, 1, 2)]
_, _, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere), 0)
print(time.perf_counter() - start, usage.ru_maxrss)
"""


def figures() -> Iterator[Figure]:
    """From the document's bytes to resources; then the whole command, with its peak of memory."""
    import msgspec

    from imdsguard.aws.types.registry import supported_types
    from imdsguard.terraform.documents import read_document

    with tempfile.TemporaryDirectory() as folder:
        for what, data in (
            ("mostly beside the point", large(100 * MEGABYTE)),
            ("10,000 launches, alarms", dense(10_000)),
        ):
            size = f"{len(data) / MEGABYTE:.0f} MB"
            everything = best(partial(msgspec.json.decode, data), runs=3)
            ours = best(partial(read_document, "plan.json", data, supported_types()), runs=3)
            yield Figure(f"plan, {what}, {size}: read", ours, "msgspec.json.decode", everything)
            path = Path(folder) / "plan.json"
            path.write_bytes(data)
            plain, _ = watched([*python(DECODE), str(path)])
            took, peak = watched(imdsguard("scan", str(path), "--format", "json"))
            note = f"peak memory {peak / len(data):.2f} x the document"
            yield Figure(f"plan, {what}, {size}: scan", took, "a process that decodes it", plain, note)
        few, many = (best(partial(scan, dense(n), folder), runs=1) for n in (1_000, 10_000))
        yield Figure("growth from 1,000 to 10,000 launches", many, "ten times the time of 1,000", 10 * few)


def scan(data: bytes, folder: str) -> None:
    """A scan in a process of its own."""
    path = Path(folder) / "some.json"
    path.write_bytes(data)
    watched(imdsguard("scan", str(path), "--format", "json"))


def watched(command: Sequence[str]) -> tuple[float, int]:
    """Run a command; give its seconds, and the most memory it held at once in bytes.

    A process starts with the peak of the one that made it, so a small one stands between.
    """
    done = subprocess.run([*python(WATCH), *command], capture_output=True, text=True, env=environment(), check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024)
