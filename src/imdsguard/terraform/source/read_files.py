"""Which root modules may read a file that is no Terraform file: a script, a template, a table of values.

Told from the texts in their code, without evaluating it: a text that can be the file's path, seen from the module's or
the root module's folder. Where a text holds `${...}` or the marks of a glob, anything may stand there. That is rather
too much than too little: a root module that turns out not to read the file is judged for nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.model.glob import GlobTooLargeError, literal, whole
from imdsguard.terraform.source.folder import is_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imdsguard.terraform.source.source_cache import SourceCache

DATA_ENDINGS = (
    *(".sh", ".bash", ".ps1", ".py", ".cmd", ".bat", ".tpl", ".tftpl", ".tmpl", ".j2", ".yaml", ".yml", ".toml"),
    *(".txt", ".cfg", ".conf", ".ini", ".env", ".service", ".ign", ".bu", ".csv", ".xml", ".userdata"),
)
"""What files are called that code may read, and that are no plans and no states."""

_TEXT = re.compile(rb'"((?:[^"\\\r\n]|\\.){1,1000})"')
_HERE = re.compile(r"^\$\{path\.(?:module|root|cwd)\}/?")
_INNER = re.compile(r"\$\{[^{}]*\}|\*\*/|\*\*|\*|\?")
_LEADING = re.compile(r"^(?:\$\{[^{}]*\})+/")
_MARKS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class FileReaders:
    """The texts of code files, each looked through once."""

    def __init__(self, cache: SourceCache) -> None:
        self._cache = cache
        self._texts: dict[str, tuple[str, ...]] = {}

    def may_read(self, root: str, folders: Iterable[str], file: str) -> bool:
        """Whether a root module that is made of these folders may read a file (all of them real paths)."""
        for folder in folders:
            for name in self._names(root, folder):
                if any(_may_be(text, (folder, root), file) for text in self._of(os.path.join(folder, name))):
                    return True
        return False

    def _names(self, root: str, folder: str) -> Iterator[str]:
        yield from self._cache.listing(folder).names
        if folder == root:
            try:
                yield from sorted(name for name in os.listdir(root) if is_variables(name))
            except OSError:
                return

    def _of(self, path: str) -> tuple[str, ...]:
        if path not in self._texts:
            data = self._cache.data(path) or b""
            found = {match[1].decode("utf-8", "replace") for match in _TEXT.finditer(data)}
            self._texts[path] = tuple(text for text in found if "." in text or "/" in text or "*" in text)
        return self._texts[path]


def _may_be(text: str, bases: tuple[str, ...], file: str) -> bool:
    """Whether a text in the code may name a file: below one of the folders, or anywhere after `${...}/`."""
    here = _HERE.sub("", text)
    anywhere = here == text and text.startswith("${")
    named = _LEADING.sub("", here) if anywhere else here
    above = 0
    while named.startswith(("./", "../")):
        above += named.startswith("../")
        named = named.partition("/")[2]
    if not re.search(r"[\w]", _INNER.sub("", named)):
        return False  # it says nothing
    exact = above > 0 or here != text  # else it may be joined with what stands before it
    for base in bases:
        start = base
        for _ in range(above):
            start = os.path.dirname(start)
        if anywhere or file.startswith(start.rstrip(os.sep) + os.sep):
            below = file if anywhere else os.path.relpath(file, start)
            if _ends(below.replace(os.sep, "/"), named, whole_path=exact):
                return True
    return False


def _ends(path: str, named: str, *, whole_path: bool) -> bool:
    """Whether a path, or else its last parts, are what is named."""
    if _INNER.search(named) is None:
        return path == named or (not whole_path and path.endswith(f"/{named}"))
    pieces = re.split(f"({_INNER.pattern})", named)
    pattern = "".join(_MARKS.get(p, ".*") if _INNER.fullmatch(p) else literal(p) for p in pieces)
    try:
        return whole(pattern if whole_path else f"(?:.*/)?{pattern}")(path)
    except GlobTooLargeError:
        return True  # nobody can say that it is not
