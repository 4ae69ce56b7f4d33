"""What can be seen of a repository without asking anybody."""

from __future__ import annotations

import os
import re

from imdsguard.model.record import record
from imdsguard.system.files import read_head
from imdsguard.system.paths import SYNTAX, repository_top

_AUTOMATIC = re.compile(r"(?:terraform\.tfvars|.*\.auto\.tfvars)(?:\.json)?")
_REMOTE = re.compile(r'\[remote "[^"\n]*"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_FOLDERS = ("", "env", "envs", "environments", "config", "tfvars", "vars")
_LARGEST = 1024 * 1024


@record(frozen=True, slots=True)
class HostedRepository:
    """A repository: its top folder, and which of the big hosts its remotes or files name (`github`, `gitlab`)."""

    top: str
    hosts: frozenset[str]

    def text(self, path: str) -> str:
        """Read a file of the repository; what is not there, or no file, has no text."""
        file = os.path.join(self.top, path)
        try:
            return _read(file) if os.path.isfile(file) else ""
        except OSError:
            return ""


def look(working_directory: str) -> HostedRepository:
    """Look at the repository that holds the working directory; without one, at that folder itself."""
    here = os.path.abspath(working_directory)
    top = repository_top(here) or here
    hosts = {host for host in ("github", "gitlab") if any(host in url for url in _remotes(top))}
    if os.path.isdir(os.path.join(top, ".github")):
        hosts.add("github")
    if os.path.exists(os.path.join(top, ".gitlab-ci.yml")):
        hosts.add("gitlab")
    return HostedRepository(top, frozenset(hosts))


def variable_files(root: str) -> tuple[str, ...]:
    """Give the files of variables of a root module that Terraform reads only if it is told to, relative to it.

    They lie beside it, in a folder with a usual name, or in folders below such a one that are no root modules.
    """
    found: list[str] = []
    for folder in [each for usual in _FOLDERS for each in (usual, *_below(root, usual))]:
        try:
            names = sorted(os.listdir(os.path.join(root, folder)))
        except OSError:
            continue
        given = (name for name in names if name.endswith((".tfvars", ".tfvars.json")))
        chosen = (name for name in given if folder or not _AUTOMATIC.fullmatch(name))
        found.extend(f"{folder}/{name}" if folder else name for name in chosen)
    return tuple(found)


def _below(root: str, usual: str) -> list[str]:
    """Give the folders in one with a usual name that hold no code of their own."""
    top = os.path.join(root, usual)
    if not usual or not os.path.isdir(top):
        return []
    folders = [name for name in sorted(os.listdir(top)) if os.path.isdir(os.path.join(top, name))]
    return [f"{usual}/{name}" for name in folders if not _has_code(os.path.join(top, name))]


def _has_code(folder: str) -> bool:
    try:
        return any(name.endswith(SYNTAX) for name in os.listdir(folder))
    except OSError:
        return True


def _remotes(top: str) -> list[str]:
    """Read the addresses of remotes out of git's own file: nothing is run for it."""
    try:
        return _REMOTE.findall(_read(os.path.join(_git_folder(os.path.join(top, ".git")), "config")))
    except (OSError, ValueError):  # no repository: then its files have to tell
        return []


def _git_folder(git: str) -> str:
    """Give the folder with the settings; of a worktree, where `.git` is a file, that of its repository.

    Git's own documentation: "gitrepository-layout", `gitdir` and `commondir`. Raises `OSError`, or `ValueError` where a
    path is none.
    """
    if not os.path.isfile(git):
        return git
    folder = os.path.join(os.path.dirname(git), _read(git).removeprefix("gitdir:").strip())
    shared = os.path.join(folder, "commondir")
    return os.path.join(folder, _read(shared).strip()) if os.path.isfile(shared) else folder


def _read(file: str) -> str:
    return read_head(file, _LARGEST).decode("utf-8", "replace")
