"""A folder that only we can read, for a plan: a plan holds secrets in the clear. It goes, whatever happens."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imdsguard.system.files import whole_file
from imdsguard.terraform.driver.errors import DriverError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "imdsguard-plan-"
_LOCK = "lock"
_PLAN = "plan.tfplan"


@contextmanager
def private_plan() -> Iterator[str]:
    """Give the path of an empty file, mode 0600, in a folder of its own, mode 0700, both removed at the end.

    A process that is killed outright removes nothing; so what others of ours have left behind goes first. Raises
    `DriverError`.
    """
    try:
        _sweep(tempfile.gettempdir())
        folder = tempfile.mkdtemp(prefix=PREFIX)
    except OSError as error:
        raise DriverError(f"there is no place for the plan: {error.strerror} ({error.filename})") from None
    try:
        with _locked(folder):
            file = os.path.join(folder, _PLAN)
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # Terraform keeps the mode
            yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(plan: str, target: str) -> None:
    """Copy a plan to `target` with mode 0600, whole or not at all. Raises `DriverError`."""
    try:
        with open(plan, "rb") as source, whole_file(target, mode=0o600) as copy:
            shutil.copyfileobj(source, copy)
    except (OSError, ValueError) as error:
        raise DriverError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}") from None


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Hold a lock on a folder while it is in use: the system drops it when this process ends, however it ends."""
    descriptor = os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Take a lock without waiting; say whether we have it."""
    try:
        import fcntl
    except ImportError:  # Windows: a file that is open cannot be removed there, which serves as well
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(folder: str) -> None:
    """Remove the folders of ours whose process is gone."""
    if not hasattr(os, "getuid"):
        return
    with os.scandir(folder) as entries:
        ours = [entry for entry in entries if entry.name.startswith(PREFIX)]
    for entry in ours:
        try:
            # The temporary folder belongs to everybody: nothing but a real folder of this user is touched.
            if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                _remove_if_left(entry.path)
        except OSError:
            continue


def _remove_if_left(folder: str) -> None:
    # A folder without a lock is one that is being made, or removed, at this moment.
    descriptor = os.open(os.path.join(folder, _LOCK), os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if _lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
