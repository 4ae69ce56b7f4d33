"""The tree of an earlier commit, laid out in a folder of ours: the user's checkout is not touched.

Files are written from git's objects, as they are: no filter, no attribute and no hook takes part. A name that leads
elsewhere is left out, and links are made last, so that nothing is written through one.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace
from imdsguard.suppress.git import GitError, Repository
from imdsguard.suppress.modules import unchanged_modules
from imdsguard.system.files import MAX_FILE, write_in_scratch
from imdsguard.system.module_manifest import MANIFEST
from imdsguard.system.paths import SYNTAX, real_path_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from imdsguard.suppress.git import Blob

CONFIGURATION = (*SYNTAX, ".tfvars", ".tfvars.json")
CODE = (*CONFIGURATION, ".hcl")
"""How the names of files end that are always laid out: Terraform's code, Terragrunt's, and what locks versions."""
UNIT = "terragrunt.hcl"
DEEPEST_SUBMODULE = 4
"""How deep submodules in submodules are looked for."""
LARGEST_OTHER = 4 * 1024 * 1024
"""Bytes of a file that is no Terraform code, and that code may yet read: larger ones are left out."""
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all files together. Where there are more, the limit on files that are no Terraform code is lowered."""


def lay_out(
    repository: Repository,
    commit: str,
    folder: str,
    needed: Callable[[str], bool] | None = None,
    changed: Collection[str] | None = None,
) -> None:
    """Write the files of a commit below `folder`, and what git ignores and both versions share. Raises `GitError`.

    `needed` says of a file that is no Terraform code whether what is to be judged may read it. `changed` are the files
    of the commit that is being made: what else is not staged is no part of it, and so the same in both versions, too.
    """
    blobs = lay_out_files(repository, commit, folder, needed)
    for below in sorted({os.path.dirname(blob.path) for blob in blobs if blob.path.endswith(SYNTAX)}):
        _take_along(repository, below, folder, changed)


def lay_out_files(
    repository: Repository, commit: str, folder: str, needed: Callable[[str], bool] | None = None
) -> list[Blob]:
    """Write the files of a commit below `folder`, and give those that there was room for. Raises `GitError`.

    `needed` as for `lay_out`; where there are Terragrunt units, which read what they like, all files are.
    """
    parts = tuple(_parts(repository, commit))
    listed = [blob for part in parts for blob in part.blobs]
    if needed is not None and not any(os.path.basename(blob.path) == UNIT for blob in listed):
        linked = _linked(repository.top, listed)
        listed = [
            blob
            for blob in listed
            if blob.link or blob.path.endswith(CODE) or needed(blob.path) or _below(blob.path, linked)
        ]
    blobs = _fitting(listed)
    if blobs is None:
        raise GitError(
            f"{commit[:12]} has more Terraform code than can be compared ({MOST_BYTES >> 20} MB): use a baseline"
        )
    for part in parts:
        os.makedirs(os.path.join(folder, part.path, ".git"))  # the repository ends here
    links: list[tuple[str, bytes]] = []
    try:
        for blob, data in _contents(parts, frozenset(blob.path for blob in blobs)):
            target = os.path.join(folder, *blob.path.split("/"))
            if blob.link:
                links.append((target, data))
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            write_in_scratch(target, data)
        for target, data in links:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if _inside(os.path.dirname(target), folder):  # and not through another link
                os.symlink(os.fsdecode(data), target)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        said = f"the earlier version cannot be written to {folder}: {reason} (TMPDIR names another place)"
        raise GitError(said) from None
    return blobs


@record(frozen=True, slots=True)
class _Part:
    """A repository, or a submodule at `path` in it. The paths of its files are those below the outermost one."""

    repository: Repository
    path: str
    blobs: tuple[Blob, ...]


def _parts(repository: Repository, commit: str, path: str = "", depth: int = 0) -> Iterator[_Part]:
    """Give a commit and its submodules, as far as they are checked out today and hold the commit that was asked for."""
    tree = repository.tree(commit)
    blobs = (replace(blob, path=f"{path}{blob.path}") for blob in tree.blobs if _safe(blob.path))
    yield _Part(repository, path, tuple(blobs))
    for name, theirs in tree.submodules if depth < DEEPEST_SUBMODULE else ():
        place = os.path.join(repository.top, name)
        if not _safe(name) or not os.path.lexists(os.path.join(place, ".git")) or not _inside(place, repository.top):
            continue
        try:
            inner = Repository.around(place)
        except GitError:
            continue
        if inner.top == os.path.realpath(place) and inner.has(theirs):
            yield from _parts(inner, theirs, f"{path}{name}/", depth + 1)


def _linked(top: str, blobs: Iterable[Blob]) -> frozenset[str]:
    """Give what the links of a commit lead to today, by its path below the top: code may be read through them."""
    places = (os.path.realpath(os.path.join(top, blob.path)) for blob in blobs if blob.link)
    return frozenset(os.path.relpath(place, top).replace(os.sep, "/") for place in places)


def _below(path: str, places: frozenset[str]) -> bool:
    """Whether a path is one of these, or below one."""
    while path:
        if path in places:
            return True
        path = path.rpartition("/")[0]
    return False


def _contents(parts: Iterable[_Part], wanted: frozenset[str]) -> Iterator[tuple[Blob, bytes]]:
    for part in parts:
        yield from part.repository.contents(blob for blob in part.blobs if blob.path in wanted)


def _safe(path: str) -> bool:
    """Whether a name in a tree is one that git itself would check out: below the top, and not in `.git`."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" or os.sep in part for part in parts):
        return False
    return os.altsep in (None, "/") or os.altsep not in path


def _fitting(blobs: list[Blob]) -> list[Blob] | None:
    """Give all Terraform code, and of the other files those that fit, the small ones first; None if code is too much.

    What code reads and is not there makes an answer of the earlier version unknown, and so today's a new one.
    """
    limit = LARGEST_OTHER
    while True:
        found = [b for b in blobs if b.size <= (MAX_FILE if b.path.endswith(CONFIGURATION) else limit)]
        if sum(blob.size for blob in found) <= MOST_BYTES:
            return found
        if not limit:
            return None
        limit = limit // 4 if limit > 1024 else 0


def _take_along(repository: Repository, below: str, folder: str, changed: Collection[str] | None) -> None:
    """Copy what is in no commit, and so the same in both versions: ignored code and values, downloaded modules."""
    today, earlier = os.path.join(repository.top, below), os.path.join(folder, below)
    if not _inside(today, repository.top):
        return
    try:
        names = [name for name in sorted(os.listdir(today)) if name.endswith(CONFIGURATION)]
    except OSError:
        return  # the folder is gone today
    missing = [name for name in names if not os.path.lexists(os.path.join(earlier, name))]
    ignored = repository.ignored(os.path.join(below, name) for name in missing)
    if changed is not None:
        ignored |= repository.untracked(os.path.join(below, name) for name in missing).difference(changed)
    for name in missing:
        if os.path.join(below, name) in ignored:
            _copy(os.path.join(today, name), os.path.join(earlier, name))
    if not os.path.lexists(os.path.join(earlier, ".terraform")) and _inside(os.path.join(today, MANIFEST), today):
        _modules(today, earlier)


def _modules(today: str, earlier: str) -> None:
    entries = unchanged_modules(earlier, today)
    if not entries:
        return
    os.makedirs(os.path.dirname(os.path.join(earlier, MANIFEST)), exist_ok=True)
    write_in_scratch(os.path.join(earlier, MANIFEST), json.dumps({"Modules": entries}).encode())
    for name in sorted({part for entry in entries if (part := _downloaded(entry["Dir"]))}):
        source = os.path.join(today, ".terraform", "modules", name)
        for path in _files(source):
            _copy(path, os.path.join(earlier, os.path.relpath(path, today)))


def _downloaded(folder: str) -> str:
    """Give the name below `.terraform/modules` of the folder that a module lies in."""
    parts = folder.replace(os.sep, "/").split("/")
    inside = len(parts) > 2 and parts[:2] == [".terraform", "modules"] and parts[2] not in ("", ".", "..")
    return parts[2] if inside else ""


def _files(top: str) -> Iterator[str]:
    """Give the files below a folder; links, and what git keeps of a module's own repository, are left out."""
    todo = [top]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in sorted(entries, key=lambda each: each.name):
                    if entry.is_symlink() or entry.name == ".git":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.path
        except OSError:
            continue


def _copy(source: str, target: str) -> None:
    """Copy a regular file; one that cannot be read is left out."""
    try:
        if os.path.isfile(source) and not os.path.islink(source) and os.path.getsize(source) <= MAX_FILE:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
    except OSError:
        return


def _inside(path: str, top: str) -> bool:
    return real_path_inside(path, os.path.realpath(top)) is not None
