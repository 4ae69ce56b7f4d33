"""Git, asked about a commit: nothing is checked out, and nothing that a repository brings is run.

Only plumbing that reads objects is used; no hook, filter, file system monitor, text converter or external diff takes
part in it, and a partial clone is not completed over the network.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.system.programs import find_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TIMEOUT = 120
"""Seconds that one question may take."""

_SETTINGS = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false"),
    *("-c", f"core.attributesFile={os.devnull}", "-c", "protocol.allow=never", "-c", "core.quotePath=false"),
    *("-c", "safe.bareRepository=explicit"),  # a folder of the tree that looks like one would bring its own settings
)
_ELSEWHERE = (
    "DIR",
    "WORK_TREE",
    "INDEX_FILE",
    "OBJECT_DIRECTORY",
    "ALTERNATE_OBJECT_DIRECTORIES",
    "NAMESPACE",
    "PREFIX",
)
"""What a hook is given to find its repository by: we are asked about the folder that we are in."""


class GitError(Exception):
    """What cannot be asked, in words for the caller."""


@record(frozen=True, slots=True)
class Blob:
    """A file of a commit: `link` for a symbolic link, whose content is its target. `path` is below the repository."""

    path: str
    object: str
    size: int
    link: bool = False


@record(frozen=True, slots=True)
class GitTree:
    """What is in a commit: files, and submodules, each with its path and commit."""

    blobs: tuple[Blob, ...]
    submodules: tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class Repository:
    """A checkout. `top` is its folder."""

    top: str

    @classmethod
    def around(cls, folder: str) -> Repository:
        """Find the checkout that a folder is in. Raises `GitError`."""
        done = _run(folder, "rev-parse", "--show-toplevel")
        if done.returncode:
            said = _said(done)
            if "not a git repository" in said:
                raise GitError(f"{folder} is in no git repository: run this in a clone of one")
            if "dubious ownership" in said:
                raise GitError(f"{folder} belongs to somebody else, so git does not read it: {_TRUST.format(folder)}")
            if "bare repository" in said or "must be run in a work tree" in said:
                raise GitError(f"{folder} is in a git repository without files: run this in a checkout")
            raise GitError(f"git does not say which repository {folder} is in: {said}")
        top = done.stdout.decode("utf-8", "surrogateescape").rstrip("\r\n")
        if not top:
            raise GitError(f"{folder} is in a git repository without files: run this in a checkout")
        return cls(os.path.realpath(top))

    def merge_base(self, ref: str) -> str:
        """Give the commit from which the checked out one and `ref` went apart. Raises `GitError`."""
        commit = self.commit(ref)
        if commit is None:
            raise GitError(self._unknown(ref))
        if self.commit("HEAD") is None:
            raise GitError("this branch has no commit yet: leave --changed-since out, or commit first")
        done = _run(self.top, "merge-base", commit, "HEAD")
        if done.returncode:
            if self._shallow():
                raise GitError(f"where this branch left {ref} is not in this shallow clone: {_DEEPEN}")
            raise GitError(f"{ref} and this branch have no commit in common: name what this branch was made from")
        return done.stdout.decode().strip()

    def deleted(self, since: str, *, staged: bool) -> tuple[str, ...]:
        """Give the files of a commit that HEAD, or what is staged, has no more under that name. Raises `GitError`."""
        asked = ("diff-index", "--cached") if staged else ("diff-tree", "-r")
        options = ("-z", "--name-only", "--no-renames", "--diff-filter=D", "--ignore-submodules=all")
        commits = (since,) if staged else (since, "HEAD")
        done = _run(self.top, *asked, *options, *commits, "--", index=staged)
        if done.returncode:
            raise GitError(f"git does not say what was deleted since {since[:12]}: {_said(done)}")
        return tuple(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)

    def untracked(self, paths: Iterable[str]) -> frozenset[str]:
        """Say which of these paths are no part of what is staged. Raises `GitError`."""
        asked = tuple(paths)
        if not asked:
            return frozenset()
        done = _run(self.top, "--literal-pathspecs", "ls-files", "-z", "--cached", "--", *asked, index=True)
        if done.returncode:
            raise GitError(f"git does not list what is staged: {_said(done)}")
        return frozenset(asked).difference(os.fsdecode(path) for path in done.stdout.split(b"\0"))

    def has(self, commit: str) -> bool:
        """Whether a commit is in this clone."""
        return self.commit(commit) is not None

    def tree(self, commit: str) -> GitTree:
        """Give what is in a commit. Raises `GitError`, also where one of its files is not there."""
        done = _run(self.top, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
        if done.returncode:
            raise GitError(f"git does not list the files of {commit[:12]}: {_said(done)}")
        found, submodules = [], []
        for line in done.stdout.split(b"\0"):
            head, _, path = line.partition(b"\t")
            fields, name = head.split(), os.fsdecode(path)
            if len(fields) == 4 and fields[1] == b"blob":
                if not fields[3].isdigit():  # "BAD": git knows no size of what it does not have
                    raise GitError(_ABSENT.format(name))
                found.append(Blob(name, fields[2].decode(), int(fields[3]), fields[0] == b"120000"))
            elif len(fields) == 4 and fields[1] == b"commit":
                submodules.append((name, fields[2].decode()))
        return GitTree(tuple(found), tuple(submodules))

    def contents(self, blobs: Iterable[Blob]) -> Iterator[tuple[Blob, bytes]]:
        """Give the content of each file. Raises `GitError` for one that is not there: a partial clone has not all."""
        command = [*_command(self.top), "cat-file", "--batch"]
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                for blob in blobs:
                    process.stdin.write(blob.object.encode() + b"\n")
                    process.stdin.flush()
                    head = process.stdout.readline().split()
                    if len(head) != 3 or head[1] != b"blob":
                        raise GitError(_ABSENT.format(blob.path))
                    data = process.stdout.read(int(head[2]) + 1)[:-1]
                    yield blob, data
            except OSError as error:
                raise GitError(f"git stopped while the earlier version was read: {error.strerror}") from None
            finally:
                process.kill()

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Give those of `paths` (below `top`) that are in no commit because the repository ignores them."""
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        done = _run(self.top, "check-ignore", "-z", "--stdin", given=given) if given else None
        if done is None or done.returncode:  # 1: none of them is
            return frozenset()
        return frozenset(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)

    def commit(self, ref: str) -> str | None:
        """Give the commit that a revision names; None if it is not in this clone."""
        done = _run(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        return None if done.returncode else done.stdout.decode().strip()

    def remotes(self) -> tuple[str, ...]:
        """Give the addresses that this clone was made from, and those it is kept in step with."""
        done = _run(self.top, "config", "--local", "-z", "--get-regexp", r"^remote\..*\.url$")
        lines = done.stdout.decode("utf-8", "replace").split("\0") if not done.returncode else []
        return tuple(url for line in lines if (url := line.partition("\n")[2]))

    def tags(self) -> dict[str, str]:
        """Give the tags of this clone, each with its commit."""
        form = "--format=%(refname:strip=2) %(objectname) %(*objectname)"
        done = _run(self.top, "for-each-ref", form, "refs/tags")
        if done.returncode:
            raise GitError(f"git does not list the tags: {_said(done)}")
        found = [line.split() for line in done.stdout.decode("utf-8", "replace").splitlines()]
        return {fields[0]: fields[-1] for fields in found if len(fields) > 1}

    def _unknown(self, ref: str) -> str:
        if self.commit(f"origin/{ref}") is not None:
            return f'there is no "{ref}" in this repository; did you mean "origin/{ref}"?'
        if self._shallow():
            return f'there is no "{ref}" in this shallow clone: {_DEEPEN}'
        return f'there is no "{ref}" in this repository: name a branch, a tag or a commit, fetched before'

    def _shallow(self) -> bool:
        return _run(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


_DEEPEN = "run `git fetch --unshallow` (actions/checkout: fetch-depth: 0)"
_TRUST = "if you trust it, run `git config --global --add safe.directory {}` (in a container, as its user)"
_ABSENT = (
    "{} of the earlier version is not in this clone: a partial clone is not completed over the network; clone without"
    " --filter"
)


def _command(folder: str) -> list[str]:
    git = find_program("git", os.environ)
    if git is None:
        raise GitError("git is not installed, and --changed-since needs it: install it")
    return [git, "--no-pager", "--no-replace-objects", *_SETTINGS, "-C", folder]


def _environment(*, index: bool = False) -> dict[str, str]:
    """Give git's environment. `index`: what is staged is asked for, and of a commit of some files that is elsewhere."""
    left = {f"GIT_{each}" for each in _ELSEWHERE} - ({"GIT_INDEX_FILE"} if index else set())
    kept = {name: value for name, value in os.environ.items() if name not in left}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    return {**kept, **quiet, "GIT_ALLOW_PROTOCOL": "none"}


def _run(folder: str, *arguments: str, given: bytes = b"", index: bool = False) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603
            [*_command(folder), *arguments],
            input=given,
            capture_output=True,
            env=_environment(index=index),
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git did not answer within {TIMEOUT} seconds (git {arguments[0]})") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise GitError(f"git cannot be run: {reason}") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ")[:300] if lines else f"exit code {done.returncode}"
