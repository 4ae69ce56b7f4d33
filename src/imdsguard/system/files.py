"""Files: read within bounds, and written whole or not at all, so that whatever goes wrong leaves nothing behind."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

MAX_FILE = 32 * 1024 * 1024
"""Bytes of one file of source; a larger one is not read."""
MAX_DOCUMENT = 1024 * 1024 * 1024
"""Bytes of one plan or state; a larger one is not read."""
_PIECE = 1024 * 1024
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def read_bytes(path: str, most: int = MAX_FILE) -> bytes:
    """Read a regular file. Raises `OSError`, also (`EFBIG`) if it is larger than `most` bytes."""
    data = read_head(path, most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most // 1024 // 1024} MB", path)
    return data


def read_head(path: str, most: int) -> bytes:
    """Read a regular file, at most so many bytes of it. Raises `OSError`, also (`EINVAL`) for what is none."""
    import stat

    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        # No more is asked for than there is: room for `most` bytes would stay a mapping of its own for each file that
        # is kept, of which Linux gives a process 65,530 (vm.max_map_count).
        data = file.read(min(status.st_size, most) + 1) or b""
        while status.st_size < len(data) < most and (more := file.read(min(most - len(data), _PIECE))):
            data += more  # it grows, or is one of those of the system that say no size
        return data[:most]


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting: a named pipe may never have a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_document_bytes(path: str) -> bytes:
    """Read a plan or a state: these may be larger than any source file, and come out of a shell's `<(command)`.

    Raises `OSError`, also (`EFBIG`) if it is larger than `MAX_DOCUMENT`.
    """
    if not os.path.isfile(path) and not path.startswith("/dev/fd/"):
        return read_bytes(path)
    pieces: list[bytes] = []
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size  # of a pipe it is 0, and there may be no end
        if size <= MAX_DOCUMENT:
            room = MAX_DOCUMENT
            while room >= 0 and (piece := file.read(max(size, _PIECE))):
                pieces.append(piece)
                room -= len(piece)
            if room >= 0:
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
    raise OSError(errno.EFBIG, f"larger than {MAX_DOCUMENT // 1024**2} MB", path)


@contextmanager
def whole_file(path: str, *, mode: int = 0o666, replace: bool = True) -> Iterator[BinaryIO]:
    """Give a file to write to, beside `path`, that gets this name at the end of `with`.

    `mode` are its permissions, less the process's umask. Without `replace` it is a `FileExistsError` if something has
    the name already. Raises `OSError`, and `ValueError` for a path that is none.
    """
    beside = f"{path}.{os.getpid()}.tmp"
    descriptor = os.open(beside, _FLAGS, mode)
    named = False
    try:
        with open(descriptor, "wb") as file:
            yield file
        if replace:
            os.replace(beside, path)
            named = True
        else:
            os.link(beside, path)  # unlike a rename, it fails where something is there
    finally:
        if not named:
            os.unlink(beside)


def write_file(path: str, data: bytes) -> None:
    """Write a file whole, over what is there. A pipe or a device is written to as it is. Raises as `whole_file`."""
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as target:
            target.write(data)
        return
    with whole_file(path) as target:
        target.write(data)


class ChangedMeanwhileError(Exception):
    """A file is not what it was when it was read. Its words name it."""


def write_together(files: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Write regular files, each given as path, content as it was read, and new content: all of them, or none.

    Permissions and owner stay. Raises `ChangedMeanwhileError`, and `OSError`; then everything is as it was. An original
    that cannot be put back stays beside its file, with `.before` in its name.
    """
    made: list[str] = []
    kept: list[tuple[str, str]] = []
    try:
        for number, (path, before, after) in enumerate(files):
            _as_it_was(path, before)
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, "it is read-only", path)
            made.append(f"{path}.{os.getpid()}.{number}.tmp")
            _write_like(made[-1], path, after)
        for (path, before, _), beside in zip(files, made, strict=True):
            _as_it_was(path, before)
            os.link(path, f"{beside}.before")
            kept.append((f"{beside}.before", path))
            os.replace(beside, path)
    except BaseException:
        for original, path in kept:
            os.replace(original, path)
            _unlink(original)  # of a file that was not replaced yet both names are left: that renaming does nothing
        raise
    finally:
        for beside in made:
            _unlink(beside)
    for original, _ in kept:
        _unlink(original)


def _unlink(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)


def _as_it_was(path: str, before: bytes) -> None:
    if os.path.islink(path):
        raise ChangedMeanwhileError(f"{path} is a symbolic link")
    if read_bytes(path) != before:
        raise ChangedMeanwhileError(f"{path} has changed since it was read")


def _write_like(beside: str, path: str, data: bytes) -> None:
    """Write a new file with the permissions and the owner of another one."""
    status = os.stat(path)
    descriptor = os.open(beside, _FLAGS, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    chown = getattr(os, "chown", None)
    made = os.stat(beside)
    if chown is not None and (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        chown(beside, status.st_uid, status.st_gid)
    os.chmod(beside, status.st_mode & 0o7777)


def write_in_scratch(path: str, data: bytes) -> None:
    """Write a file that is not there yet into a folder of ours, which nobody else reads. Raises as `whole_file`."""
    with open(path, "xb") as file:
        file.write(data)
