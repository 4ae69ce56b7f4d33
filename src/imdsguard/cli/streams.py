"""The standard streams, and what becomes of a run whose output nobody takes."""

from __future__ import annotations

import errno
import io
import os
import sys


class OutputError(Exception):
    """Stdout cannot be written."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"stdout cannot be written: {error.strerror or error}")


class ClosedOutput(io.TextIOBase):
    """Stands for a stdout that the caller has closed (`>&-`), for which Python has None."""

    tried = False

    def write(self, text: str, /) -> int:
        """Refuse, unless there is nothing to write."""
        self.tried = self.tried or bool(text)
        self.flush()
        return 0

    def flush(self) -> None:
        """Refuse again what was refused."""
        if self.tried:
            raise OSError(errno.EBADF, "it is closed")

    def close(self) -> None:
        """End without a word: it was said at the writing, and Python 3.13 prints what fails as it ends."""
        self.tried = False
        super().close()


def silence_stdout() -> None:
    """Let what is still buffered go nowhere, so that Python does not complain about it at the end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stand-in for stdout that has no descriptor
        sys.stdout = sys.__stdout__


def write_out(text: str) -> None:
    """Write to stdout. If its reader has gone away, the rest is dropped: what was found still decides the exit code.

    Raises `OutputError` if it cannot be written for another reason, such as a full disk.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise OutputError(error) from None


def write_out_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are: a patch has the line ends and letters of its files. As `write_out`."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        write_out(data.decode("utf-8", "surrogateescape"))
        return
    try:
        sys.stdout.flush()
        buffer.write(data)
        buffer.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise OutputError(error) from None


def read_stdin() -> bytes | None:
    """Read what is piped in, whole; None if it is closed, or a folder."""
    try:
        return sys.stdin.buffer.read()
    except (OSError, AttributeError, ValueError):
        return None
