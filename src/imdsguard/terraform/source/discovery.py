"""Which folders below the given paths are root modules."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from imdsguard.model.glob import literal, whole
from imdsguard.system.paths import NotAPathError
from imdsguard.terraform.source.configuration import module_calls
from imdsguard.terraform.source.folder import UNIT
from imdsguard.terraform.source.tree import is_local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.terraform.source.prefilter import Prefilter
    from imdsguard.terraform.source.source_cache import SourceCache


NOT_CODE = frozenset({".git", ".terraform", ".terragrunt-cache", ".venv", "node_modules"})
"""Folders that programs fill: no author's code is in them. Terraform itself runs in any other, hidden or not."""


class Excluded:
    """The globs of `--exclude`: they leave out a path if they match it or a folder above it, whole or by last name.

    `others` are globs that count from other folders than the working directory, each with its own.
    """

    __slots__ = ("_others", "_patterns", "_used")

    def __init__(self, globs: Sequence[str], others: Sequence[tuple[str, str]] = ()) -> None:
        self._patterns = [(glob, whole(_expression(glob))) for glob in globs if glob.strip("/")]
        self._others = [(base, whole(_expression(glob))) for base, glob in others if glob.strip("/")]
        self._used: set[str] = set()

    def __call__(self, label: str) -> bool:
        """Whether the path (relative to the working directory, with `/`) is left out."""
        if not (self._patterns or self._others) or label == ".":
            return False
        above = _upward(label)
        hit = [glob for glob, matches in self._patterns if any(map(matches, above))]
        self._used.update(hit)
        if hit:
            return True
        return any(
            any(map(matches, _upward(os.path.relpath(label, base or ".").replace(os.sep, "/"))))
            for base, matches in self._others
        )

    def useless(self) -> tuple[str, ...]:
        """Say which globs of `--exclude` have matched nothing so far: they may be misspelt."""
        return tuple(
            f"--exclude {glob} matches nothing: it counts from the working directory, or is the name of a folder"
            for glob, _ in self._patterns
            if glob not in self._used
        )


def _upward(label: str) -> list[str]:
    parts = label.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _expression(glob: str) -> str:
    text = re.sub(r"^\./", "", glob).strip("/")
    anchored = "/" in text
    text = text.removesuffix("/**")
    written = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    out = "".join(written.get(piece) or literal(piece) for piece in re.split(r"(\*\*/|\*\*|\*|\?)", text))
    return out if anchored else f"(?:.*/)?{out}"


class ModuleGraph:
    """What is known of folders: whether they matter, and which ones they call.

    No expression is evaluated for it. Where the source of a call is one (OpenTofu: variables and locals), whoever has
    evaluated it adds the call.
    """

    def __init__(self, cache: SourceCache, prefilter: Prefilter) -> None:
        self._cache = cache
        self._prefilter = prefilter
        self._matters: dict[str, bool] = {}
        self._calls: dict[str, tuple[str, ...]] = {}
        self._elsewhere: dict[str, bool] = {}
        self._computing: set[str] = set()
        self._reach: dict[str, frozenset[str]] = {}

    def _look(self, folder: str) -> None:
        if folder in self._matters:
            return
        self._matters[folder] = False
        calls: dict[str, None] = {}
        elsewhere = False
        for name in self._cache.listing(folder).names:
            path = os.path.join(folder, name)
            data = self._cache.data(path)
            if data is None:
                continue
            matters, calling = self._prefilter.matters(data), self._prefilter.calls(data)
            self._matters[folder] |= matters
            body = self._cache.body(path) if calling or self._prefilter.suspicious(data) else None
            for call in module_calls(body) if body is not None and calling else ():
                source = call.body.expression("source")
                text = source.literal() if source is not None else None
                if source is not None and text is None:
                    self._computing.add(folder)
                target = self._target(folder, text) if text and is_local(text) else None
                if target is not None:
                    calls[target] = None
                else:
                    elsewhere = True
        self._calls[folder] = tuple(calls)
        self._elsewhere[folder] = elsewhere

    def _target(self, folder: str, source: str) -> str | None:
        try:
            target = self._cache.boundary.named(folder, source)
        except NotAPathError:
            return None  # its root reports it
        return target if target is not None and os.path.isdir(target) else None

    def calls(self, folder: str) -> tuple[str, ...]:
        """Give the folders that a folder calls as local modules."""
        self._look(folder)
        return self._calls.get(folder, ())

    def add_call(self, folder: str, target: str) -> None:
        """Note that a folder calls another one by a source that is computed."""
        self._calls[folder] = tuple(dict.fromkeys((*self.calls(folder), target)))
        self._reach.clear()

    def computes(self, folder: str) -> bool:
        """Whether a folder, or one that it calls, has calls whose source is no literal text."""
        return not self.reach(folder).isdisjoint(self._computing)

    def reach(self, folder: str) -> frozenset[str]:
        """Give a folder and all that it calls, directly or not."""
        if folder not in self._reach:
            seen, todo = {folder}, [folder]
            while todo:
                for target in self.calls(todo.pop()):
                    if target not in seen:
                        seen.add(target)
                        todo.append(target)
            self._reach[folder] = frozenset(seen)
        return self._reach[folder]

    def matters(self, folder: str) -> bool:
        """Whether a folder, or one that it calls, may hold something wanted; code that is elsewhere may."""
        for reached in self.reach(folder):
            self._look(reached)
            if self._matters[reached] or self._elsewhere[reached]:
                return True
        return False


def find_folders(top: str, cache: SourceCache, excluded: Excluded) -> Iterator[str]:
    """Walk a folder for those with configuration files, in order; `NOT_CODE` is left alone.

    Links are followed as far as the repository goes, and no folder is visited twice, so that loops end.
    """
    seen: set[str] = set()
    todo = [top]
    while todo:
        folder = todo.pop()
        real = cache.boundary.inside(folder)
        if real is None or real in seen:
            continue
        seen.add(real)
        if cache.listing(real).names:
            yield real
        try:
            with os.scandir(real) as listed:
                entries = list(listed)
            below = sorted(e.path for e in entries if e.name not in NOT_CODE and _is_folder(e))
        except OSError:
            continue
        if any(entry.name == UNIT for entry in entries):
            cache.overlay.kept.units[os.path.join(real, UNIT)] = None
        todo += [path for path in reversed(below) if not excluded(cache.label(path))]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def roots_of(folders: Iterable[str], graph: ModuleGraph) -> list[str]:
    """Give the folders that no other one calls; of folders that only call each other in a circle, the first."""
    given = list(dict.fromkeys(folders))
    called = {target for folder in given for target in graph.calls(folder) if target != folder}
    roots = [folder for folder in given if folder not in called]
    reached = {below for root in roots for below in graph.reach(root)}
    for folder in given:
        if folder not in reached:
            roots.append(folder)
            reached |= graph.reach(folder)
    return sorted(roots, key=given.index)
