"""The command in a fork of the test process: a process of its own, which need not load everything again.

Starting Python and loading the command took half of the time of all tests. What a fork does not show is how the
command starts (which modules it loads, and when): tests of that start it as a person does, and CI runs all tests of
whole commands so, too (`IMDSGUARD_START=installed`).
"""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

import imdsguard

SECONDS = 120.0
"""How long a command may take."""


def load_everything() -> None:
    """Import all of the package, so that no fork has to."""
    for module in pkgutil.walk_packages(imdsguard.__path__, "imdsguard."):
        if not module.name.endswith("__main__") and ".checks" not in module.name:
            importlib.import_module(module.name)


def run_forked(
    arguments: Sequence[str], cwd: Path, stdin: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command line with these words. Raises `subprocess.TimeoutExpired`, as `subprocess.run` does."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        ended, alive = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the runner of tests has threads, which wait
            child = os.fork()
        if child == 0:
            os.close(ended)
            _become(arguments, cwd, (given, out, err), environment)
        os.close(alive)
        in_time = bool(select.select([ended], [], [], SECONDS)[0])
        os.close(ended)
        if not in_time:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not in_time:
            raise subprocess.TimeoutExpired(["imdsguard", *arguments], SECONDS)
        return subprocess.CompletedProcess(
            ["imdsguard", *arguments], os.waitstatus_to_exitcode(status), _text(out), _text(err)
        )


def _text(file: IO[bytes]) -> str:
    """Read what was written, as `subprocess` gives it: each end of a line is a newline."""
    file.seek(0)
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()


def _become(
    arguments: Sequence[str], cwd: Path, streams: tuple[IO[bytes], ...], environment: Mapping[str, str]
) -> NoReturn:
    """Turn this fork into the command. It never comes back to the tests."""
    code = 70
    try:
        os.chdir(cwd)
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        os.environ.clear()
        os.environ.update(environment)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.default_int_handler if name == signal.SIGINT else signal.SIG_DFL)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        sys.argv = [str(Path(sys.executable).with_name("imdsguard")), *arguments]
        code = _run()
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def _run() -> int:
    from imdsguard.cli import main

    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        sys.stderr.flush()
        return 1
    return code or 0
