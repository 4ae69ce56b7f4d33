"""What a person sees on stderr while Terraform works: one line that changes on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from imdsguard.report.escape import escape
from imdsguard.report.table import fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERY = 60.0
"""Seconds between two signs of life in a log, so that a CI system does not take us for dead."""
_STOPPING = "stopping; again (Ctrl-C) to stop without waiting"


class Progress:
    """Shows steps. On a terminal the line of a step is gone when the step is over, but for its time."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")

    @contextmanager
    def step(self, title: str, *, aloud: bool = False) -> Iterator[_Step]:
        """Show a step from `with` to its end."""
        shown: _Step
        if aloud:
            shown = _Aloud(title)
        elif self._quiet:
            shown = _Step(title)
        else:
            shown = _Line(title) if self._live else _Log(title)
        try:
            yield shown
        except BaseException:
            shown.end(done=False)
            raise
        shown.end(done=True)


class _Step:
    """A step that is not shown, but for the news that it is being stopped."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.last = ""
        self._began = time.monotonic()
        self._stopping = False

    def line(self, text: bytes) -> None:
        """Keep what was said last."""
        said = text.decode("utf-8", "replace").strip()
        if said:
            self.last = said

    def turn(self, stopping: bool) -> None:
        """Let time pass."""
        if stopping and not self._stopping:
            self._stopping = True
            _write(f"imdsguard: {self.title}: {_STOPPING}\n")

    def end(self, *, done: bool) -> None:
        """Show that it is over."""

    def seconds(self) -> float:
        """Give the seconds since it began."""
        return time.monotonic() - self._began


class _Line(_Step):
    """One line, drawn again and again by rich: by this thread and when it says so, as signals are handled in it."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        from rich.console import Console
        from rich.live import Live

        self._console = Console(file=sys.stderr, force_terminal=True)
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        with suppress(OSError):
            self._live.start()

    def turn(self, stopping: bool) -> None:
        """Draw the line anew."""
        from rich.text import Text

        said = _STOPPING if stopping else self.last
        line = fitting(f"{self.title}  {self.seconds():.0f} s  {escape(said)}", max(self._console.width - 1, 20))
        with suppress(OSError):
            self._live.update(Text(line, no_wrap=True, overflow="crop"), refresh=True)

    def end(self, *, done: bool) -> None:
        """Leave the title and the time."""
        with suppress(OSError):
            self._live.stop()
        if done:
            _write(f"{self.title}  {self.seconds():.1f} s\n")


class _Log(_Step):
    """A line at the start and one a minute."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._next = _EVERY
        _write(f"imdsguard: {title}\n")

    def turn(self, stopping: bool) -> None:
        """Give a sign of life now and then."""
        super().turn(stopping)
        if self.seconds() >= self._next:
            self._next += _EVERY
            _write(f"imdsguard: {self.title} has been running for {self.seconds():.0f} s: {escape(self.last)}\n")


class _Aloud(_Step):
    """Everything that Terraform says, unchanged, as it says it."""

    def line(self, text: bytes) -> None:
        """Pass a line on."""
        pass_on(text)


def pass_on(output: bytes) -> None:
    """Write to stderr what Terraform wrote, byte for byte."""
    stream = getattr(sys.stderr, "buffer", None)
    try:
        sys.stderr.flush()
        if stream is None:
            sys.stderr.write(output.decode("utf-8", "replace"))
        else:
            stream.write(output)
        sys.stderr.flush()
    except OSError:  # nobody listens any more; what was found still decides the exit code
        return


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        return
