"""The files that a project starts with."""

from __future__ import annotations

import json
import re
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.starter.environments import environment_names, in_each_environment, stack_lines
from imdsguard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imdsguard.starter.repository import HostedRepository

HOME = "https://github.com/imdsguard/imdsguard"
POLICY = ".imdsguard.yaml"
HOOKS = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/imdsguard.yml"
PIPELINE = ".gitlab-ci.yml"
OURS = frozenset({POLICY, WORKFLOW})
"""Files in which nothing is but what is written here: others have more in them, and are never written anew."""


@record(frozen=True, slots=True)
class StarterFile:
    """A file to write. `path` is relative to the top of the repository.

    `addition` is what to add by hand, and `where`, if a file of that name is there already; empty if nothing
    is missing.
    """

    path: str
    text: str
    addition: str = ""
    where: str = ""


@record(frozen=True, slots=True)
class Seen:
    """What a scan has seen: root modules by name (relative to the top), in order, and a summary in words."""

    roots: tuple[str, ...]
    summary: str


def starter_files(
    repository: HostedRepository, seen: Seen, policy: str, checks: Mapping[str, str], baseline: str = ""
) -> tuple[StarterFile, ...]:
    """Give what this repository needs.

    `policy` is the one to start from, `checks` has the check of pull requests of each host, `baseline` is the file that
    the policy names as its baseline, if it has one.
    """
    files = [_policy(repository, seen, policy, baseline), _hooks(repository.text(HOOKS))]
    names = environment_names(repository.top, seen.roots)
    if "github" in repository.hosts:
        files.append(StarterFile(WORKFLOW, in_each_environment("github", checks["github"], names)))
    if "gitlab" in repository.hosts:
        there = _OUR_JOB.search(repository.text(PIPELINE))
        job = in_each_environment("gitlab", checks["gitlab"], names)
        files.append(StarterFile(PIPELINE, job, "" if there else job))
    return tuple(files)


def policy_text(top: str, roots: Sequence[str], policy: str) -> str:
    """Give the part of the policy that a scan is made by, for root modules relative to the folder `top`."""
    lines = [*_head(policy), *stack_lines(top, roots)]
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("#"))


def _head(policy: str) -> Iterable[str]:
    return ("version: 1", f"extends: {policy}", "fail_on: error")


def _policy(repository: HostedRepository, seen: Seen, policy: str, baseline: str) -> StarterFile:
    lines = [
        f"# yaml-language-server: $schema={HOME}/raw/v{__version__}/policies/schema.json",
        f"# Seen when this was written: {seen.summary}.",
        *_head(policy),
        *([_names(baseline)] if baseline else []),
        *stack_lines(repository.top, seen.roots),
        *_estates(seen.roots),
    ]
    there = _OUR_BASELINE.search(repository.text(POLICY))
    return StarterFile(POLICY, "\n".join(lines) + "\n", f"{_names(baseline)}\n" if baseline and not there else "")


def _names(baseline: str) -> str:
    return f"baseline: {baseline} # what was found when it was written does not count"


def _estates(roots: Sequence[str]) -> Iterable[str]:
    """Show how root modules are joined: that they share an account is nothing that code can be trusted to show."""
    if len(roots) < 2:
        return
    listed = ", ".join(json.dumps(root) for root in roots[:_MANY])
    yield ""
    yield "# Root modules that share an AWS account: a Region default or an alarm in one then counts for the others."
    yield "# estates:"
    yield f"#   main: {{roots: [{listed}]}}"
    if len(roots) > _MANY:
        yield f"#   # and {len(roots) - _MANY} more: name them, or write a glob such as stacks/*"


def _hooks(there: str) -> StarterFile:
    """Give the entry for pre-commit as it fits into the file that is there."""
    whole = f"repos:\n{_HOOK}"
    if _OUR_HOOK.search(there):
        return StarterFile(HOOKS, whole)
    if _NO_REPOS.search(there):
        return StarterFile(HOOKS, whole, whole, "in place of `repos: []`")
    if not _REPOS.search(there):
        return StarterFile(HOOKS, whole, whole)
    item = _ITEM.search(there)
    return StarterFile(HOOKS, whole, indent(dedent(_HOOK), item[1] if item else "  "), "under `repos:`")


_MANY = 12
_HOOK = f"""\
  - repo: {HOME}
    rev: v{__version__}
    hooks:
      - id: imdsguard
"""
_OUR_HOOK = re.compile(r"^[^#\n]*\bid:\s*[\"']?imdsguard\b", re.MULTILINE)
_OUR_BASELINE = re.compile(r"^baseline[ \t]*:", re.MULTILINE)
_OUR_JOB = re.compile(r"^[^#\n]*\bimdsguard[\"']?\s+scan\b", re.MULTILINE)
_ITEM = re.compile(r"^([ ]*)-[ \t]+[\"']?repo[\"']?[ \t]*:", re.MULTILINE)
_REPOS = re.compile(r"^repos[ \t]*:", re.MULTILINE)
_NO_REPOS = re.compile(r"^repos[ \t]*:[ \t]*\[[ \t]*\]", re.MULTILINE)
