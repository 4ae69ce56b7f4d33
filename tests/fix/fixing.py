"""Fix code that a test writes down, without a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from imdsguard import Inputs, ScanOptions, prepare, report_on
from imdsguard.fix.offer import offer
from imdsguard.fix.tree import SourceTree
from imdsguard.model.fix import Fixes


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files of a case."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def fixes_of(
    *rules: str,
    unsafe: bool = True,
    inputs: Inputs | None = None,
    policy: str = "baseline",
    paths: tuple[str, ...] = (".",),
) -> Fixes:
    """Look for fixes in the working directory, or in what `paths` names in it."""
    config = prepare(policy, ScanOptions())
    tree = SourceTree(paths, inputs or Inputs(), config)
    return offer(tree, report_on(tree.reading, config).findings, unsafe=unsafe, rules=rules)


def changed(fixes: Fixes) -> dict[str, str]:
    """The contents of the files that the fixes change."""
    return {name: text.decode() for name, text in fixes.after}
