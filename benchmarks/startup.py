"""What a person waits for at least: the start, and a scan of next to nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.material import EXAMPLE, LITERAL
from benchmarks.measure import Figure, best_of_each, imdsguard, python

if TYPE_CHECKING:
    from collections.abc import Iterator


def figures() -> Iterator[Figure]:
    """The start of the command, and scans of small things, against an empty Python program."""
    with tempfile.TemporaryDirectory() as folder:
        literal = Path(folder)
        (literal / "main.tf").write_text(LITERAL, encoding="utf-8")
        prod = str(EXAMPLE / "environments" / "prod.tfvars")
        nothing, version, scan, example = best_of_each(
            [
                python("pass"),
                imdsguard("--version"),
                imdsguard("scan", "."),
                imdsguard("scan", str(EXAMPLE), "--var-file", prod),
            ],
            literal,
        )
    yield Figure("python -c pass", nothing)
    yield Figure("imdsguard --version", version, "python -c pass", nothing)
    yield Figure("imdsguard scan, one literal file", scan, "python -c pass", nothing)
    yield Figure("imdsguard scan examples/legacy-web", example, "python -c pass", nothing)
