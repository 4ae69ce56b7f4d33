"""Room for code that is nested deeply: a thread with a large stack, and Python's own limit raised to match."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, TypeVar

from imdsguard.cli.exits import INTERRUPTED, PROBLEM, TERMINATED

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")

_MIB = 1024 * 1024
_ROOMS = ((256 * _MIB, 60_000), (64 * _MIB, 15_000), (16 * _MIB, 3_000))
"""Stacks in bytes with the frames that surely fit, largest first. A stack takes memory only as far as it is used."""


def on_large_stack(work: Callable[[], int], leave: Callable[[], None] | None = None) -> int:
    """Give what `work` gives, run with the largest stack the system allows.

    Ctrl-C ends the process; with `leave`, which is called before it ends, SIGTERM does so, too.
    """
    outcome: list[int] = []
    thread, limit = _start(lambda: outcome.append(work()))
    try:
        if leave is not None:
            _raise_on_termination()
        while thread.is_alive():
            thread.join(3600)  # with a timeout the wait can be interrupted on every system
    except (KeyboardInterrupt, _Terminated) as end:
        if leave is not None:
            leave()
        sys.stderr.write("imdsguard: interrupted\n")
        sys.stderr.flush()
        # The thread may be in the middle of anything, and nothing of it is wanted any more.
        os._exit(TERMINATED if isinstance(end, _Terminated) else INTERRUPTED)
    finally:
        sys.setrecursionlimit(limit)
    return outcome[0] if outcome else PROBLEM


class _Terminated(BaseException):
    """SIGTERM has come."""


def _raise_on_termination() -> None:
    import signal

    def terminate(*_: object) -> None:
        raise _Terminated

    signal.signal(signal.SIGTERM, terminate)


def within_large_stack(work: Callable[[], _Result], check: Callable[[], None]) -> _Result:
    """Give what `work` gives, or raise what it raises, run as by `on_large_stack` but called from inside a command.

    `check` is called all the while: what it raises ends the wait, and the caller then ends the process, for the thread
    may still be at work.
    """
    results: list[_Result] = []
    errors: list[BaseException] = []

    def noted() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread, limit = _start(noted)
    try:
        while thread.is_alive():
            thread.join(0.1)
            check()
    finally:
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]


def _start(work: Callable[[], None]) -> tuple[threading.Thread, int]:
    """Start the thread; give it and the recursion limit as it was."""
    limit = sys.getrecursionlimit()
    for size, frames in _ROOMS:
        before = threading.stack_size()
        thread = threading.Thread(target=work, name="imdsguard", daemon=True)
        try:
            threading.stack_size(size)
            sys.setrecursionlimit(max(limit, frames))
            thread.start()
        except (RuntimeError, ValueError, MemoryError):
            continue  # less memory may be had than that
        finally:
            threading.stack_size(before)
        return thread, limit
    sys.setrecursionlimit(limit)
    thread = threading.Thread(target=work, name="imdsguard", daemon=True)
    thread.start()
    return thread, limit
