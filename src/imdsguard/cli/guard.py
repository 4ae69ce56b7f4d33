"""Whatever goes wrong ends here, in one clear line: no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from imdsguard.cli.exits import CLEAN, INTERRUPTED, PROBLEM
from imdsguard.cli.streams import ClosedOutput, OutputError, silence_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import click


def run(arguments: Sequence[str]) -> int:
    """Run a command line; give the exit code."""
    return guarded(lambda: _run(arguments))


def guarded(work: Callable[[], int]) -> int:
    """Give the exit code that `work` gives, or that of what went wrong, which is said."""
    closed = sys.stdout is None
    if closed:
        sys.stdout = ClosedOutput()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        return _told(work)
    finally:
        if closed:
            sys.stdout = None  # as Python had it


def _told(work: Callable[[], int]) -> int:
    try:
        code = work()
        return _flushed() or code
    except OutputError as error:
        return _say(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        return _say("there is not enough memory for this input")
    except Exception as error:
        return _say(_internal(error))


def _flushed() -> int:
    """Write what is still buffered, and say so if that cannot be done."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # who read our output has seen enough of it, but not all
        silence_stdout()
        return PROBLEM
    except OSError as error:
        silence_stdout()
        return _say(str(OutputError(error)))
    return CLEAN


def _run(arguments: Sequence[str]) -> int:
    import click

    from imdsguard.cli.app import app
    from imdsguard.policy.errors import PolicyError
    from imdsguard.report.escape import escape
    from imdsguard.run.rules import RuleError

    try:
        code = app.main(args=list(arguments), prog_name="imdsguard", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return PROBLEM
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "imdsguard"
        return _say(f"{escape(_one_line(error))}\nTry: {command} --help")
    except click.ClickException as error:
        return _say(escape(error.format_message()))
    except click.Abort:
        return INTERRUPTED
    except PolicyError as error:
        more = len(error.all()) - 1
        return _say(escape(str(error)) + (f"\nand {more} more: `imdsguard policy check` says them all" if more else ""))
    except RuleError as error:
        return _say(escape(str(error)))
    except OSError as error:
        if not _of_help(error):
            raise
        silence_stdout()
        raise OutputError(error) from None
    return code if isinstance(code, int) else CLEAN


def _one_line(error: click.UsageError) -> str:
    """Give what click says; of what is missing it lists the choices on lines of their own, and none is the user's."""
    import click

    text = error.format_message()
    return " ".join(text.split()) if isinstance(error, click.MissingParameter) else text


def _of_help(error: OSError) -> bool:
    """Whether it was raised where click writes a page of help."""
    from traceback import walk_tb

    return any(frame.f_globals.get("__name__") == "click.utils" for frame, _ in walk_tb(error.__traceback__))


def _say(message: str) -> int:
    sys.stderr.write(f"imdsguard: {message}\n")
    sys.stderr.flush()
    return PROBLEM


def _internal(error: Exception) -> str:
    """Say what happened and where in our code: enough for a report that helps."""
    from imdsguard.report.escape import escape, shorten
    from imdsguard.version import __version__

    home = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
    where, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(home):  # the package, and not a checkout of that name
            where = f" in {file[len(home) :].replace(os.sep, '/')}:{trace.tb_lineno}"
        trace = trace.tb_next
    said = shorten(escape(f"{type(error).__name__}: {error}"), 300)
    return (
        f"internal error{where}: {said} (imdsguard {__version__}; nothing can be said about this input; "
        "please report this line together with the code that led to it)"
    )
