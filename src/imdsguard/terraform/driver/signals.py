"""Ctrl-C and requests to end, noted while Terraform works: a child must stop and files must go before we do."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imdsguard.terraform.driver.errors import InterruptedBySignalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Whoever sends one wants us to end. The third is not known on Windows, the fourth only there."""


class Signals:
    """Notes signals from `with` to its end, in place of what they would do.

    A handler that raised could do so in the middle of removing a file; this one only counts. What waits asks `check`.
    Outside the main thread, where Python cannot handle signals, nothing is noted and nothing changes.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._before: dict[int, object] = {}
        self._raises = False

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for name in NAMES:
                number = getattr(signal, name, None)
                # What a parent had ignored stays so (nohup).
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()

    def _note(self, number: int, _: FrameType | None) -> None:
        self.received.append(number)
        if self._raises:
            raise InterruptedBySignalError(number)

    def check(self) -> None:
        """Raise `InterruptedBySignalError` if there was a signal."""
        if self.received:
            raise InterruptedBySignalError(self.received[0])

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Let a signal end a wait that cannot ask `check`: for a person's answer."""
        self.check()
        self._raises = True
        try:
            yield
        finally:
            self._raises = False
