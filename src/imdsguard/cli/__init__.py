"""The command line: arguments, files, exit codes. One command a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0 nothing found, 1 findings, 2 something could not be checked."""
    from imdsguard.cli.guard import run
    from imdsguard.cli.stack import on_large_stack

    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(on_large_stack(lambda: run(given)))
