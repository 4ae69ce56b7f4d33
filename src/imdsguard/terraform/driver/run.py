"""Run one command of Terraform to its end, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from threading import Thread
from typing import IO, TYPE_CHECKING, Protocol

from imdsguard.model.record import record
from imdsguard.terraform.driver.errors import DriverError, InterruptedBySignalError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from imdsguard.terraform.driver.signals import Signals

WINDOWS = os.name == "nt"
_TURN = 0.1
"""Seconds between two looks at the child."""
_GRACE = 5.0
"""Seconds that Terraform has after it was told to stop for the second time: it then waits for nothing any more."""
_PIECE = 1 << 20
_LAST_WORDS = 5.0
"""Seconds to wait for output after the end: a process that Terraform has left behind may keep the pipe open."""


class Watcher(Protocol):
    """Is called while a command runs, to show it: with each piece of output, and now and then in between."""

    def line(self, text: bytes) -> None:
        """Take a line of the output; called in a thread of its own."""

    def turn(self, stopping: bool) -> None:
        """Take note that time passes. `stopping`: the child was asked to stop."""


@record(frozen=True, slots=True)
class Finished:
    """How a command ended: its exit status (minus the signal that killed it), and what it wrote."""

    status: int
    output: bytes
    errors: bytes


def run(
    command: Sequence[str],
    folder: str,
    signals: Signals,
    watcher: Watcher | None = None,
    environment: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> Finished:
    """Run `command` in `folder` with nothing to read from, and wait for its end.

    With a watcher both outputs arrive together, in their order, in `output`. The child has a session of its own: a
    signal reaches it once, from here, and all that it started can be ended with it. The first signal is passed on as
    Ctrl-C, so that Terraform finishes what it is doing and releases its locks. The second tells it again, and what
    has not ended soon after, or when a third comes, is killed. `environment` adds to ours, `without` takes from it.

    Raises `InterruptedBySignalError` after the child has ended, and `DriverError` if it cannot be started.
    """
    signals.check()
    kept = {name: value for name, value in os.environ.items() if name not in without}
    child = _start(command, folder, {**kept, **(environment or {})}, together=watcher is not None)
    _RUNNING.add(child)
    output, errors = _Pipe(child.stdout, watcher), _Pipe(child.stderr, None)
    ended = False
    try:
        status = _wait(child, signals, watcher)
        ended = not signals.received
    finally:
        if not ended:
            _kill(child)
        _RUNNING.discard(child)
    for pipe in (output, errors):
        pipe.finish()
    if signals.received:
        raise InterruptedBySignalError(signals.received[0])
    return Finished(status, output.text(), errors.text())


def _start(
    command: Sequence[str], folder: str, environment: Mapping[str, str], *, together: bool
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - what a person named, or found on the PATH; no shell
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if together else subprocess.PIPE,
            start_new_session=not WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DriverError(f"{command[0]} cannot be run: {reason}") from None


_RUNNING: set[subprocess.Popen[bytes]] = set()
"""What runs now. Of the process, as the children are: who ends it must end them (`kill_children`)."""


def kill_children() -> None:
    """End what still runs, from whatever thread ends the process while another one waits for it."""
    for child in tuple(_RUNNING):
        _kill(child)


def _wait(child: subprocess.Popen[bytes], signals: Signals, watcher: Watcher | None) -> int:
    told, limit = 0, 0.0
    while True:
        try:
            return child.wait(_TURN)
        except subprocess.TimeoutExpired:
            pass
        heard = len(signals.received)
        if heard > told:
            told += 1
            if told < 3:
                _tell(child)
                limit = time.monotonic() + _GRACE
        if told > 2 or (told == 2 and time.monotonic() > limit):
            _kill(child)
        if watcher is not None:
            watcher.turn(told > 0)


def _tell(child: subprocess.Popen[bytes]) -> None:
    """Ask Terraform to stop, as Ctrl-C does."""
    child.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started and left behind."""
    if WINDOWS:
        child.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class _Pipe:
    """Reads a pipe to its end in a thread, so that the child never waits for us."""

    def __init__(self, stream: IO[bytes] | None, watcher: Watcher | None) -> None:
        self._parts: list[bytes] = []
        self._stream = stream
        self._thread = Thread(target=self._read, args=(watcher,), name="output", daemon=True)
        self._thread.start()

    def _read(self, watcher: Watcher | None) -> None:
        if self._stream is None:
            return
        if watcher is None:
            while part := os.read(self._stream.fileno(), _PIECE):
                self._parts.append(part)
        else:
            while part := self._stream.readline():
                self._parts.append(part)
                watcher.line(part)

    def finish(self) -> None:
        """Wait for the end of the output."""
        self._thread.join(_LAST_WORDS)
        if self._stream is not None and not self._thread.is_alive():
            self._stream.close()

    def text(self) -> bytes:
        """Give what was written, and let go of it."""
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else b"".join(parts)
