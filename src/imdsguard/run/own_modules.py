"""Modules that are the scanned repository itself: read from its git objects, or else from the working tree."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from weakref import finalize

from imdsguard.model.record import record
from imdsguard.run.scratch import made_scratch, remove_folder
from imdsguard.suppress.git import GitError, Repository
from imdsguard.suppress.git_tree import lay_out_files
from imdsguard.system.paths import NotAPathError
from imdsguard.terraform.boundary import Boundary
from imdsguard.terraform.source.module_address import parse_address
from imdsguard.terraform.source.module_repository import SHOWING
from imdsguard.terraform.source.modules_elsewhere import ModuleAbsent, ModuleCode
from imdsguard.terraform.source.version_constraint import ModuleVersion, VersionConstraint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.terraform.source.modules_elsewhere import MissingCall

MOST_COMMITS = 30
"""So many versions of itself are laid out for one run."""
FETCH = "run git fetch --tags"
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_REF = re.compile(r"[\w][\w./+-]{0,200}")
"""What a tag, a branch or a commit is called; git's other ways to name a revision are not for scanned code."""


@record(frozen=True, slots=True)
class OwnRepository:
    """A repository with the names under which modules may call it.

    `called` is what it is called, whoever has it (`terraform-aws-web`): after its remotes, or without any its folder.
    """

    repository: Repository
    names: frozenset[str]
    called: frozenset[str]


class OwnModules:
    """Finds the code of calls whose source is the repository that they stand in.

    `stands_for` gives folders (real paths) in which another version of a repository lies, and that repository.
    """

    def __init__(self, stands_for: Mapping[str, Repository] | None = None) -> None:
        self._stands_for = dict(stands_for or {})
        self._known: dict[str, OwnRepository | None] = {}
        self._laid_out: dict[tuple[str, str], str] = {}

    def find(self, call: MissingCall) -> ModuleCode | ModuleAbsent | None:
        """Say where a call's code is, or that this clone does not have it; None for a module from elsewhere."""
        own = self._own(call.boundary)
        if own is None or own.names.isdisjoint(call.address.names):
            return None
        asked = _asked(call)
        try:
            if not asked:
                return _in(call, call.boundary, "", _NEWEST.format(call.address.shown))
            found = _revision(own.repository, asked, registry=call.address.kind == "registry")
            if found is None:
                what = f"version {asked}" if call.address.kind == "registry" else f'"{asked}"'
                return ModuleAbsent(
                    message=f"this clone of {call.address.shown} has no tag for {what}", remedy=FETCH, fetch_tags=True
                )
            name, commit, doubt = found
            return _in(call, self._folder(own.repository, commit), f"{name}:", doubt)
        except (GitError, OSError) as error:
            return ModuleAbsent(message=f"{call.address.shown}: {error}", remedy="run terraform init")

    def find_by_name(self, call: MissingCall) -> ModuleCode | None:
        """Take the repository for a module that is called as it is, whoever's that one is: a fork knows no better.

        That is a guess, and said to be one. It is made for calls from `examples` and `tests` alone, where a repository
        shows itself, and for a version that the clone has.
        """
        own = self._own(call.boundary)
        shown = os.path.relpath(call.root, call.boundary).split(os.sep)[0] in SHOWING
        if own is None or not shown or own.called.isdisjoint(map(_last_of, call.address.names)):
            return None
        asked, guess = _asked(call), _BY_NAME.format(call.address.shown)
        try:
            if not asked:
                found = _in(call, call.boundary, "", f"{guess}; {_NEWEST.format(call.address.shown)}")
            elif revision := _revision(own.repository, asked, registry=call.address.kind == "registry"):
                name, commit, doubt = revision
                guess = f"{guess}; {doubt}" if doubt else guess
                found = _in(call, self._folder(own.repository, commit), f"{name}:", guess)
            else:
                return None
        except (GitError, OSError):
            return None
        return found if isinstance(found, ModuleCode) else None

    def _own(self, top: str) -> OwnRepository | None:
        if top not in self._known:
            try:
                repository = self._stands_for.get(top) or Repository.around(top)
                urls = repository.remotes()
                names = {name for url in urls for name in parse_address(f"git::{url}").names}
                called = {name.rpartition("/")[2] for name in (names if urls else [repository.top.lower()])}
                modules = frozenset(name for name in called if name.startswith("terraform-"))
                inside = top in self._stands_for or repository.top == top
                self._known[top] = OwnRepository(repository, frozenset(names), modules) if inside else None
            except GitError:
                self._known[top] = None
        return self._known[top]

    def _folder(self, repository: Repository, commit: str) -> str:
        """Give the folder in which a commit is laid out. Raises `GitError` and `OSError`."""
        key = (repository.top, commit)
        if key not in self._laid_out:
            if len(self._laid_out) >= MOST_COMMITS:
                raise GitError(f"it is called in more than {MOST_COMMITS} versions")
            folder = made_scratch()
            finalize(self, remove_folder, folder)  # values are computed as long as anybody asks for them
            lay_out_files(repository, commit, folder)
            self._laid_out[key] = folder
        return self._laid_out[key]


def _asked(call: MissingCall) -> str | None:
    return call.version if call.address.kind == "registry" else call.address.ref


def _last_of(name: str) -> str:
    """Give what a repository is called, out of one of its names."""
    return name.rpartition("/")[2] if name.startswith("github.com/") else ""


_BY_NAME = "this repository is taken for {} by its name"
_NEWEST = "the working tree stands for {}, of which the call names no version"


def _revision(repository: Repository, asked: str, *, registry: bool) -> tuple[str, str, str] | None:
    """Give the name, the commit and the doubt about what a version or a `ref` stands for; None if it is not here."""
    tags = repository.tags()
    if registry:
        constraint = VersionConstraint.parse(asked)
        versions = {version: tag for tag in tags if (version := ModuleVersion.parse(tag)) and tag.count(".") >= 2}
        fitting = [version for version in versions if constraint is not None and constraint.admits(version)]
        if not fitting:
            return None
        tag = versions[max(fitting)]
        return tag, tags[tag], ""
    name = re.sub(r"^(?:refs/)?(?:tags/)?", "", asked)
    if name in tags:
        return name, tags[name], ""
    if not _REF.fullmatch(asked):
        return None
    if _COMMIT.fullmatch(asked) and (commit := repository.commit(asked)) is not None:
        return asked[:12], commit, ""
    for branch in (f"refs/remotes/origin/{asked}", f"refs/heads/{asked}"):
        commit = repository.commit(branch)
        if commit is not None:
            return asked, commit, f"this clone's branch {asked} stands for the one that the call gets"
    return None


def _in(call: MissingCall, top: str, label: str, doubt: str) -> ModuleCode | ModuleAbsent:
    """Give the code of a call in a folder that has the repository."""
    try:
        folder = Boundary(top).named(top, call.address.folder)
    except NotAPathError as error:
        return ModuleAbsent(message=f"{call.source} names no folder: {error}", remedy="its launches were not checked")
    if folder is None or not os.path.isdir(folder):
        where = f" at {label[:-1]}" if label else ""
        message = f"{call.address.shown} has no folder {call.address.folder or '.'}{where}"
        return ModuleAbsent(message=message, remedy="its launches were not checked")
    return ModuleCode(folder, top if label else "", label, doubt)
