"""Whatever goes wrong ends here, in one clear line: no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from imdsguard.cli.exits import CLEAN, INTERRUPTED, PROBLEM

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run a command line; give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # who read our output has seen enough of it, but not all
        silence_stdout()
        return PROBLEM
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        return _say("there is not enough memory for this input")
    except Exception as error:
        return _say(_internal(error))
    return code


def silence_stdout() -> None:
    """Let what is still buffered go nowhere, so that Python does not complain about it at the end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stand-in for stdout that has no descriptor
        sys.stdout = sys.__stdout__


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
        return _say(f"{escape(error.format_message())}\nTry: {command} --help")
    except click.ClickException as error:
        return _say(escape(error.format_message()))
    except click.Abort:
        return INTERRUPTED
    except PolicyError as error:
        more = len(error.all()) - 1
        return _say(escape(str(error)) + (f"\nand {more} more: `imdsguard policy check` says them all" if more else ""))
    except RuleError as error:
        return _say(escape(str(error)))
    return code if isinstance(code, int) else CLEAN


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
