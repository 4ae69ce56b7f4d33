"""Folders for a run's own use, which nothing leaves behind: neither an error nor Ctrl-C."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "imdsguard-earlier-"
_OPEN: set[str] = set()
"""What is there now. Of the process, as the folders are: who ends it must find them (`remove_scratch`)."""


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Give a folder that only this user can enter, removed at the end."""
    folder = made_scratch()
    try:
        yield folder
    finally:
        remove_folder(folder)


def made_scratch() -> str:
    """Make a folder that only this user can enter, for whoever sees that it is removed. Raises `OSError`."""
    from tempfile import mkdtemp

    folder = os.path.realpath(mkdtemp(prefix=_PREFIX))
    _OPEN.add(folder)
    return folder


def remove_folder(folder: str) -> None:
    """Remove a folder that was made."""
    _remove(folder)
    _OPEN.discard(folder)


def remove_scratch() -> None:
    """Remove what is still there, from whatever thread ends the process while another one is at work in it."""
    for folder in tuple(_OPEN):
        _remove(folder)


def _remove(folder: str) -> None:
    from shutil import rmtree

    for _ in range(3):  # a thread that is at work may add to it for a moment
        rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
