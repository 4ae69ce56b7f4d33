"""What `file()`, `templatefile()`, `fileset()` and their like may read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.terraform.boundary import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.terraform.boundary import Boundary

MAX_GLOB = 100_000
"""Files that one `fileset` looks at."""


class RepositoryFiles:
    """The files below the repository root; relative paths start at the root module's folder: Terraform runs there."""

    __slots__ = ("_folder", "_read", "boundary")

    def __init__(self, folder: str, boundary: Boundary) -> None:
        self._folder = folder
        self._read: dict[str, bytes] = {}
        self.boundary = boundary

    def absolute(self, path: str) -> str:
        """Give the absolute path, as `abspath` does."""
        return os.path.normpath(os.path.join(self._folder, path))

    def read(self, path: str) -> bytes:
        """Give a file's content. Raises `EvaluationError` if it is not there, lies outside, or is too large."""
        real = self._inside(path)
        if real not in self._read:
            if os.path.isdir(real):
                raise EvaluationError(f"{path} is a directory, not a file")
            try:
                self._read[real] = read_bytes(real)
            except FileNotFoundError:
                raise EvaluationError(f"no file exists at {path}") from None
            except OSError as error:
                raise EvaluationError(f"cannot read {path}: {error.strerror or error}") from None
        return self._read[real]

    def exists(self, path: str) -> bool:
        """Whether a regular file is there. Raises `EvaluationError` for a folder or a path outside."""
        real = self._inside(path)
        if os.path.isdir(real):
            raise EvaluationError(f"{path} is a directory, not a file")
        return os.path.isfile(real)

    def glob(self, path: str, pattern: str) -> Sequence[str]:
        """Give the regular files below `path` that match, relative to it with `/`, in order.

        Raises `EvaluationError`.
        """
        top = self._inside(path)
        if not pattern or ".." in pattern.split("/"):
            return ()
        matches = re.compile(_translate(pattern)).fullmatch
        found = []
        for looked_at, name in enumerate(self._below(top)):
            if looked_at >= MAX_GLOB:
                raise EvaluationError(f"fileset looks at more than {MAX_GLOB} files")
            if matches(name):
                found.append(name)
        return sorted(found)

    def _inside(self, path: str) -> str:
        if "\0" in path:
            raise EvaluationError("a path cannot hold a NUL character")
        home = os.path.expanduser(path) if path.startswith("~") else path
        real = self.boundary.inside(self.absolute(home))
        if real is None:
            raise EvaluationError(f"{path} lies outside of the repository, where nothing is read")
        return real

    def _below(self, top: str) -> Iterator[str]:
        """Walk a folder without following links to folders, so loops end; links to files count if they stay inside."""
        for folder, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                full = os.path.join(folder, name)
                if not os.path.islink(full) or (self.boundary.inside(full) and os.path.isfile(full)):
                    yield os.path.relpath(full, top).replace(os.sep, "/")


def _translate(pattern: str) -> str:
    """Turn a `fileset` pattern into a regular expression: `*`, `**`, `?`, `[...]`, `{a,b}`."""
    out, i, depth = [], 0, 0
    while i < len(pattern):
        c = pattern[i]
        if pattern.startswith("**/", i) and (i == 0 or pattern[i - 1] == "/"):
            out.append("(?:[^/]+/)*")
            i += 3
            continue
        if pattern.startswith("**", i) and (i == 0 or pattern[i - 1] == "/") and i + 2 == len(pattern):
            out.append(".*")
            break
        if c == "*":
            out.append("[^/]*")
        elif c == "?":
            out.append("[^/]")
        elif c == "[" and "]" in pattern[i + 2 :]:
            end = pattern.index("]", i + 2)
            body = pattern[i + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out.append("[" + ("^" + body[1:] if body[0] in "!^" else body) + "]")
            i = end
        elif c == "{":
            depth += 1
            out.append("(?:")
        elif c == "}" and depth:
            depth -= 1
            out.append(")")
        elif c == "," and depth:
            out.append("|")
        elif c == "\\" and i + 1 < len(pattern):
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append(re.escape(c))
        i += 1
    return "".join(out) + ")" * depth
