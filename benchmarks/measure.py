"""Timing that survives a busy machine: the best of several runs, and ratios within one run of the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the report: what was measured, and against what. Both in seconds, best of several runs."""

    what: str
    seconds: float
    against: str = ""
    yardstick: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        ratio = f"{self.seconds / self.yardstick:8.2f} x {self.against}" if self.yardstick else ""
        note = f"  ({self.note})" if self.note else ""
        return f"  {self.what:<52}{self.seconds * 1000:10.2f} ms {ratio}{note}"


def best(action: Callable[[], object], runs: int = 5, at_most: float = 5.0) -> float:
    """The fastest of `runs` runs, in seconds; fewer runs if they take longer than `at_most` seconds together."""
    times: list[float] = []
    while len(times) < runs and (not times or sum(times) < at_most):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def best_of_each(commands: Sequence[Sequence[str]], cwd: Path, runs: int = 15) -> list[float]:
    """The fastest run of each command. They take turns, so that a busy moment hits all of them."""
    times = [float("inf")] * len(commands)
    for _ in range(runs):
        for index, command in enumerate(commands):
            start = time.perf_counter()
            done = subprocess.run(
                command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False
            )
            took = time.perf_counter() - start
            if done.returncode not in (0, 1):
                raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()}")
            times[index] = min(times[index], took)
    return times


def python(program: str) -> list[str]:
    """The command that runs a one-line program in this Python."""
    return [sys.executable, "-c", program]


def imdsguard(*arguments: str) -> list[str]:
    """The installed command of this environment."""
    return [os.path.join(os.path.dirname(sys.executable), "imdsguard"), *arguments]


def environment() -> dict[str, str]:
    """The environment without what could change the work that is timed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "IMDSGUARD_", "PYTHON"))}
