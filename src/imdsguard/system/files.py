"""Files that are written: whole or not at all, and whatever goes wrong leaves nothing behind."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


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


def write_in_scratch(path: str, data: bytes) -> None:
    """Write a file that is not there yet into a folder of ours, which nobody else reads. Raises as `whole_file`."""
    with open(path, "xb") as file:
        file.write(data)
