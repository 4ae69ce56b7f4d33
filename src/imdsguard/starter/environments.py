"""Environments, as the files of variables beside root modules show them, and what a project starts with for them."""

from __future__ import annotations

import json
import os
import posixpath
import re
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.starter.repository import variable_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ENDING = re.compile(r"(?:\.auto)?\.tfvars(?:\.json)?\Z")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@record(frozen=True, slots=True)
class SeenEnvironment:
    """One way in which a root module seems to be deployed. The files are relative to it."""

    name: str
    files: tuple[str, ...]


def environments_in(root: str) -> tuple[SeenEnvironment, ...]:
    """Give what the files of variables of a root module (a folder) show: one for each file, or for each folder of them.

    `environments/prod.tfvars` and `environments/prod/*.tfvars` are both `prod`.
    """
    found: dict[str, list[str]] = {}
    for file in variable_files(root):
        if not _is_plain(file):
            continue
        folder, name = posixpath.split(file)
        stem = _ENDING.sub("", name)
        own = posixpath.basename(folder) if folder.count("/") else ""
        found.setdefault(_name(own or stem), []).append(file)
    return tuple(SeenEnvironment(name, tuple(files)) for name, files in found.items() if name)


def _is_plain(path: str) -> bool:
    """Whether a path means itself in a policy, where some characters are globs or are filled in."""
    return path.isprintable() and not any(character in path for character in "*?[]{}")


def _name(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text).strip("-._")


def stack_lines(top: str, roots: Sequence[str]) -> Iterator[str]:
    """Write the key `stacks` for root modules (relative to the top): those that have the same files are one entry."""
    alike: dict[tuple[SeenEnvironment, ...], list[str]] = {}
    for root in roots:
        found = environments_in(os.path.join(top, root))
        if found and _is_plain(root):
            alike.setdefault(found, []).append(root)
    if not alike:
        return
    yield ""
    yield "# How the root modules are deployed, as their files of variables show it: each is judged in each of its"
    yield "# environments. Put right what is no environment, name the `workspace` and the `account` where there is one."
    yield "stacks:"
    for environments, names in alike.items():
        yield f"  - roots: [{', '.join(map(json.dumps, names))}]"
        yield "    environments:"
        for each in environments:
            files = ", ".join(json.dumps(_path(names, file)) for file in each.files)
            yield f"      {json.dumps(each.name)}: {{var_files: [{files}]}}"


def _path(roots: Sequence[str], file: str) -> str:
    if len(roots) > 1:
        return f"{{root}}/{file}"
    return file if roots[0] == "." else f"{roots[0]}/{file}"


def environment_names(top: str, roots: Iterable[str]) -> tuple[str, ...]:
    """Give the names of all environments, in the order in which the policy has them."""
    plain = (root for root in roots if _is_plain(root))
    return tuple(dict.fromkeys(each.name for root in plain for each in environments_in(os.path.join(top, root))))


def in_each_environment(host: str, check: str, names: Sequence[str]) -> str:
    """Write our example of a check for a host so that it runs once for each environment."""
    if not names:
        return check
    listed = f"[{', '.join(map(json.dumps, names))}]"
    edits = {"github": _GITHUB, "gitlab": _GITLAB}[host]
    for before, after in edits:
        assert before in check, f"the example for {host} has no {before!r}"
        check = check.replace(before, after.replace("LISTED", listed))
    return check


_STRATEGY = """\
    timeout-minutes: 15
    strategy:
      fail-fast: false
      matrix:
        environment: LISTED # those of .imdsguard.yaml
"""
_CHOSEN = """\
          # A base branch without a policy knows no environments yet.
          environments: ${{ steps.base.outputs.policy && matrix.environment }}
          baseline: ${{ steps.base.outputs.baseline }}
"""
_PARALLEL = """\
  stage: test
  parallel:
    matrix:
      - IMDSGUARD_ENVIRONMENT: LISTED # those of .imdsguard.yaml
"""
_GITHUB = (
    ("    name: imdsguard\n", "    name: imdsguard (${{ matrix.environment }})\n"),
    ("    timeout-minutes: 15\n", _STRATEGY),
    ("          baseline: ${{ steps.base.outputs.baseline }}\n", _CHOSEN),
    ("          category: imdsguard\n", "          category: imdsguard-${{ matrix.environment }}\n"),
)
_GITLAB = (("  stage: test\n", _PARALLEL),)
