"""What `file()`, `templatefile()`, `fileset()` and other functions on files may read."""

from __future__ import annotations

import errno
import os
import posixpath
import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.system.paths import NotAPathError, join_path
from imdsguard.terraform.overlay import Overlay
from imdsguard.terraform.source.glob import Glob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.terraform.boundary import Boundary

MAX_GLOB = 100_000
"""Files and folders that all `fileset` calls of a root module look at."""
MAX_LEVELS = 60
"""Folders in folders that one `fileset` goes into."""
_UNREADABLE = frozenset({errno.EFBIG, errno.EINVAL, errno.EACCES, errno.EPERM})
"""Where Terraform, elsewhere or with more time, may well get a value: such a file is not the code's error."""
_SPECIAL = re.compile(r"[*?\[{\\,}]")


class RepositoryFiles:
    """The files below the repository root; relative paths start at the root module's folder: Terraform runs there."""

    __slots__ = ("_folder", "_label", "_listed", "_looked_at", "_overlay", "_read", "boundary")

    def __init__(
        self,
        folder: str,
        boundary: Boundary,
        label: Callable[[str], str] | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        self._folder = folder
        self._overlay = overlay if overlay is not None else Overlay()
        self._label = label
        self._read: dict[str, bytes] = {}
        self._listed: dict[tuple[str, int], Sequence[str]] = {}
        self._looked_at = 0
        self.boundary = boundary

    def absolute(self, path: str) -> str:
        """Give the absolute path, as `abspath` does."""
        return os.path.normpath(os.path.join(self._folder, path))

    def label(self, path: str) -> str:
        """Give the path as people see it: from the working directory, with `/`."""
        return self._label(self.absolute(path)) if self._label is not None else path

    def read(self, path: str) -> bytes:
        """Give a file's content. Raises `EvaluationError` if it is not there, `LimitReached` if we do not read it."""
        real = self._inside(path)
        if real not in self._read:
            if os.path.isdir(real):
                raise EvaluationError(f"{path} is a directory, not a file")
            self._overlay.note_reader(real, self._folder)
            try:
                self._read[real] = self._overlay.read(real, real, script=True)
            except FileNotFoundError:
                raise EvaluationError(f"no file exists at {path}") from None
            except OSError as error:
                if error.errno in _UNREADABLE:
                    why = error.strerror or str(error)
                    reason = Reason(ReasonKind.FILE_UNREAD, path, why)
                    raise LimitReached(f"{path} is not read: {why}", reason) from None
                raise EvaluationError(f"cannot read {path}: {error.strerror or error}") from None
        return self._read[real]

    def exists(self, path: str) -> bool:
        """Whether a regular file is there. Raises `EvaluationError` for a folder, `LimitReached` outside."""
        real = self._inside(path)
        if os.path.isdir(real):
            raise EvaluationError(f"{path} is a directory, not a file")
        self._overlay.note_reader(real, self._folder)
        return os.path.isfile(real)

    def glob(self, path: str, pattern: str) -> Sequence[str]:
        """Give the regular files below `path` that match, relative to it with `/`, in order.

        Terraform joins the two and cleans the whole, so a pattern may begin with `..`. Raises `EvaluationError` for a
        broken pattern where there is something to match it with, and `LimitReached`.
        """
        self._inside(path)
        cleaned = posixpath.normpath(pattern).lstrip("/") if pattern else ""
        above, rest = [], cleaned.split("/")
        while len(rest) > 1 and (rest[0] == ".." or not _SPECIAL.search(rest[0])):
            above.append(rest.pop(0))
        asked = self.absolute(path)
        start = self._inside("/".join((asked, *above)))
        self._overlay.note_reader(start, self._folder)
        levels = MAX_LEVELS if "**" in cleaned else len(rest) - 1
        names = self._below(start, levels)
        wanted = Glob("/".join(rest)) if names else None
        found = [name for name in names if wanted is not None and wanted.matches(name)]
        if above:
            found = [os.path.relpath(os.path.join(asked, *above, name), asked).replace(os.sep, "/") for name in found]
        return sorted(found)

    def _inside(self, path: str) -> str:
        home = os.path.expanduser(path) if path.startswith("~") else path
        try:
            real = self.boundary.inside(os.path.normpath(join_path(self._folder, home)))
        except NotAPathError as error:
            raise EvaluationError(str(error)) from None
        if real is None:
            reason = Reason(ReasonKind.OUTSIDE_REPOSITORY, path)
            raise LimitReached(f"{path} lies outside of the repository, where nothing is read", reason)
        return real

    def _below(self, top: str, levels: int) -> Sequence[str]:
        """The files of a folder and `levels` below it. Links count if they stay inside, and lead nowhere twice."""
        if (top, levels) not in self._listed:
            self._listed[top, levels] = tuple(self._walk(top, "", levels, (top,)))
        return self._listed[top, levels]

    def _walk(self, folder: str, prefix: str, levels: int, parents: tuple[str, ...]) -> Iterator[str]:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return  # Terraform, too, passes over what it may not list
        self._looked_at += len(found)
        if self._looked_at > MAX_GLOB:
            raise LimitReached(f"fileset looks at more than {MAX_GLOB} files")
        for entry in found:
            real = entry.path
            if entry.is_symlink():
                inside = self.boundary.inside(entry.path)
                if inside is None or inside in parents:
                    continue
                real = inside
            if not os.path.isdir(real):
                if os.path.isfile(real):
                    yield prefix + entry.name
            elif levels > 0:
                yield from self._walk(real, f"{prefix}{entry.name}/", levels - 1, (*parents, real))
