"""The files that a project starts with."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imdsguard.starter.repository import variable_files
from imdsguard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.starter.repository import Repository

HOME = "https://github.com/imdsguard/imdsguard"
POLICY = ".imdsguard.yaml"
HOOKS = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/imdsguard.yml"
PIPELINE = ".gitlab-ci.yml"


@dataclass(frozen=True, slots=True)
class StarterFile:
    """A file to write. `path` is relative to the top of the repository.

    `addition` is what to add by hand where a file of that name is there already; empty if there is nothing to add.
    """

    path: str
    text: str
    addition: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan has seen: root modules by name (relative to the top), in order, and a summary in words."""

    roots: tuple[str, ...]
    summary: str


def starter_files(repository: Repository, seen: Seen, policy: str, workflow: str) -> tuple[StarterFile, ...]:
    """Give what this repository needs. `policy` is the one to start from, `workflow` checks pull requests on GitHub."""
    files = [_policy(repository, seen, policy), _hooks()]
    if "github" in repository.hosts:
        files.append(StarterFile(WORKFLOW, workflow, ""))
    if "gitlab" in repository.hosts:
        files.append(StarterFile(PIPELINE, _JOB, _JOB))
    return tuple(files)


def _policy(repository: Repository, seen: Seen, policy: str) -> StarterFile:
    lines = [
        f"# yaml-language-server: $schema={HOME}/raw/v{__version__}/policies/schema.json",
        f"# Seen when this was written: {seen.summary}.",
        "version: 1",
        f"extends: {policy}",
        "fail_on: error",
        *_variables(repository, seen.roots),
        *_estates(seen.roots),
    ]
    return StarterFile(POLICY, "\n".join(lines) + "\n", "")


def _variables(repository: Repository, roots: Sequence[str]) -> Iterable[str]:
    """Name the files of variables that nobody reads unless told to: without them values may be unknown."""
    told = []
    for root in roots[:_MANY]:
        for file in variable_files(os.path.join(repository.top, root)):
            path = file if root == "." else f"{root}/{file}"
            told.append(f"#   imdsguard scan {_word(root)} --var-file {_word(path)}")
    if told:
        yield ""
        yield "# Terraform reads these only when it is told to, and so does imdsguard. A check of each environment is:"
        yield from told[:_MANY]


def _estates(roots: Sequence[str]) -> Iterable[str]:
    """Show how root modules are joined: that they share an account is nothing that code can be trusted to show."""
    if len(roots) < 2:
        return
    listed = ", ".join(json.dumps(root) for root in roots[:_MANY])
    yield ""
    yield "# Root modules that share an AWS account: a Region default or an alarm in one then counts for the others."
    yield "# estates:"
    yield f"#   main: {{roots: [{listed}]}}"


def _hooks() -> StarterFile:
    return StarterFile(HOOKS, "repos:\n" + _HOOK, _HOOK, "under `repos:`")


def _word(text: str) -> str:
    """Quote what a shell, or a reader of a comment, would not take as one word."""
    import shlex

    return shlex.quote("".join(c if c.isprintable() else "?" for c in text))


_MANY = 12
_HOOK = f"""\
  - repo: {HOME}
    rev: v{__version__}
    hooks:
      - id: imdsguard
"""
_JOB = f"""\
imdsguard:
  image: python:3.13-slim
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - pip install --quiet "imdsguard=={__version__}"
    - imdsguard scan --output gitlab=gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
