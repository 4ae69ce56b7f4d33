"""The command line: arguments, files, exit codes. One command a file."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0 nothing found, 1 findings, 2 something could not be checked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:  # asked by scripts at every start: a quarter of the time without click
        from imdsguard.cli.guard import guarded

        sys.exit(guarded(_version))

    _load_msgspec()
    from imdsguard.cli.exits import SIGNALLED
    from imdsguard.cli.guard import run
    from imdsguard.cli.stack import on_large_stack

    # What a scan makes lives until it ends: looking for garbage in it cost a fifth of the time.
    gc.set_threshold(100_000, 50, 100)
    if given[:1] in (["plan"], ["apply"]):  # only the main thread hears signals, and these must clean up after them
        code = run(given)
        if code > SIGNALLED:
            os._exit(code)  # what was interrupted may still be at work in a thread of its own
    else:
        code = on_large_stack(lambda: run(given), _leave)
    gc.freeze()  # nor does Python, as it ends, look through everything for garbage: 9 ms
    sys.exit(code)


def _load_msgspec() -> None:
    """Import msgspec without typing_extensions: it tries that for names which Python has had since 3.11.

    It would take a tenth of the time of a small scan. Only here, where the process is ours and has one thread.
    """
    tried = "typing_extensions"
    if sys.version_info < (3, 11) or tried in sys.modules:
        return
    sys.modules[tried] = None
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules[tried]


def _version() -> int:
    from imdsguard.cli.streams import write_out
    from imdsguard.version import __version__

    write_out(f"imdsguard {__version__}\n")
    return 0


def _leave() -> None:
    """Clean up where a run that is cut short has made something: what has not loaded what makes it has not."""
    running = sys.modules.get("imdsguard.terraform.driver.run")
    if running is not None:
        running.kill_children()
    scratch = sys.modules.get("imdsguard.run.scratch")
    if scratch is not None:
        scratch.remove_scratch()
