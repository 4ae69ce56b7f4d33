"""`make accept [YES=1]`: writes the files of expected output anew, shows how they differ, and asks whether to keep it.

Only tests that hold a program's whole output against a file write anything: those that read `IMDSGUARD_UPDATE`.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = ("tests/fixtures/*/*/*/expected.txt", "tests/end_to_end/expected/*")
SUITES = (
    "tests/checks/test_fixtures.py",
    "tests/end_to_end/test_examples.py::test_the_answer_is_the_expected_one",
)


WRITTEN = "written; what README.md shows of it is written by make docs"


def expected_files(root: Path) -> dict[str, str]:
    """Give the files of expected output as they are, by their paths in the repository."""
    found = sorted(path for pattern in EXPECTED for path in root.glob(pattern) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Give what was written anew, as `git diff` would show it; files that are new are all new."""
    told: list[str] = []
    for path in sorted(after):
        old, new = before.get(path, ""), after[path]
        told += difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
        )
    return "".join(told)


def restore(root: Path, before: Mapping[str, str]) -> None:
    """Put the files back as they were, and take away those that were not there."""
    for path, text in expected_files(root).items():
        if path not in before:
            (root / path).unlink()
        elif text != before[path]:
            (root / path).write_text(before[path], encoding="utf-8")


def accept(root: Path, update: Callable[[], bool], agreed: Callable[[], bool]) -> int:
    """Let `update` write, show the difference, and keep it if it is `agreed`.

    `update` says whether what it ran is right now. Exit code 1 if nothing is kept, or that is not so.
    """
    before = expected_files(root)
    keep = False
    try:
        right = update()
        shown = difference(before, expected_files(root))
        if not shown:
            print("nothing changes" if right else "nothing changes, and tests fail: what they say stands above")
            return 0 if right else 1
        print(shown, end="")
        keep = agreed()
    finally:
        if not keep:
            restore(root, before)
    print(WRITTEN if keep else "left as it was")
    return 0 if keep and right else 1


def main(arguments: list[str]) -> int:
    """Run the tests that write, and ask; `--yes` answers."""
    if set(arguments) - {"--yes"}:
        print("make accept [YES=1]", file=sys.stderr)
        return 2
    return accept(ROOT, _update, lambda: "--yes" in arguments or _asked())


def _update() -> bool:
    """Run the tests, and say whether all pass. That some fail is no reason to stop: what they compare is shown."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-m", "not slow", *SUITES]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "IMDSGUARD_UPDATE": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


def _asked() -> bool:
    if not sys.stdin.isatty():
        print("nobody is here to be asked: make accept YES=1 keeps it", file=sys.stderr)
        return False
    return input("Keep this? [y/N] ").strip().lower() in ("y", "yes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
