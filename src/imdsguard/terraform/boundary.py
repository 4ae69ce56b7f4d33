"""How far reading may go: never outside of the repository, whatever links and `..` say."""

from __future__ import annotations

import os

from imdsguard.model.record import record

MAX_FILE = 32 * 1024 * 1024
"""Bytes of one file; a larger one is not read."""


@record(frozen=True, slots=True)
class Boundary:
    """A folder (its real path) that nothing is read outside of."""

    root: str

    def inside(self, path: str) -> str | None:
        """Give the real path behind `path` if it lies inside, else None."""
        real = os.path.realpath(path)
        return real if real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep) else None


def boundary_of(path: str, working_directory: str) -> Boundary:
    """Find the repository of a path: the nearest folder upward that holds `.git`.

    Where there is none: the working directory, if the path lies in it (modules stand beside stacks) and it is no more
    than a project (neither the whole file system nor a home); else the path's own folder.
    """
    start = os.path.realpath(path)
    if not os.path.isdir(start):
        start = os.path.dirname(start)
    upward = [start]
    while (above := os.path.dirname(upward[-1])) != upward[-1]:
        upward.append(above)
    for folder in upward:
        if os.path.exists(os.path.join(folder, ".git")):
            return Boundary(folder)
    project = os.path.realpath(working_directory)
    too_wide = project in (os.path.dirname(project), os.path.realpath(os.path.expanduser("~")))
    return Boundary(project if not too_wide and project in upward else start)


def read_bytes(path: str) -> bytes:
    """Read a regular file. Raises `OSError`, also (`EFBIG`) if it is larger than `MAX_FILE`."""
    import errno
    import stat

    # O_NONBLOCK: opening a named pipe must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        if status.st_size > MAX_FILE:
            raise OSError(errno.EFBIG, f"larger than {MAX_FILE // 1024 // 1024} MB", path)
        return file.read(MAX_FILE + 1)[:MAX_FILE]
