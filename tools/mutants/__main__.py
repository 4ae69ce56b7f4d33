"""`make mutants [SAMPLE=300] [SEED=1] [ONLY=suppress]`: how many of the faults that could be made the tests notice."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tools.mutants.faults import Fault, faults_of
from tools.mutants.survivors import FILE, read_survivors
from tools.mutants.targets import TARGETS
from tools.mutants.trial import survivors_among

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample. Exit code 1 if a fault survives that is not on the list, or one on the list no longer does."""
    asked = _parser().parse_args(arguments)
    known = read_survivors((ROOT / FILE).read_text(encoding="utf-8"))
    everything: list[tuple[Fault, tuple[str, ...]]] = [
        (fault, tests)
        for pattern, tests in TARGETS.items()
        for path in sorted(ROOT.glob(pattern))
        if asked.only in pattern or asked.only in path.name
        for fault in faults_of(path.relative_to(ROOT).as_posix(), path.read_bytes())
    ]
    chosen = everything
    if 0 < asked.sample < len(everything):
        chosen = random.Random(asked.seed).sample(everything, asked.sample)
    print(f"{len(chosen)} of {len(everything)} faults, seed {asked.seed}", flush=True)
    survived = _try(chosen)
    new = [fault for fault in survived if fault.key not in known]
    wrong = [fault for fault, _ in chosen if fault.key in known and fault not in survived]
    killed = len(chosen) - len(survived)
    print(f"killed {killed} of {len(chosen)} ({killed / max(len(chosen), 1):.1%})")
    print(f"{len(survived)} survive, {len(survived) - len(new)} of them listed in {FILE}")
    for fault in wrong:
        print(f"listed, and noticed all the same: take it off the list: {fault}")
    return 1 if new or wrong else 0


def _try(chosen: Sequence[tuple[Fault, tuple[str, ...]]]) -> list[Fault]:
    """Try each fault; those with the same tests together, for these are loaded and run once."""
    survived: list[Fault] = []
    with tempfile.TemporaryDirectory() as folder:
        for tests in dict.fromkeys(tests for _, tests in chosen):
            faults = [fault for fault, wanted in chosen if wanted == tests]
            print(f"{len(faults)} noticed by {' '.join(tests)}?", flush=True)
            survived += survivors_among(ROOT, faults, tests, Path(folder), partial(print, flush=True))
    return survived


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="how many faults to try; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="which ones: the same seed chooses the same")
    parser.add_argument("--only", default="", help="files whose name, or pattern in targets.py, holds this")
    return parser


if __name__ == "__main__":
    sys.exit(main())
