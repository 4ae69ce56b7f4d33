"""Binary plans: Terraform itself shows what is in them, when it is asked to on the command line.

A scan runs nothing of its own accord: `terraform show` starts the providers that the working directory holds, and these
may come from whoever wrote the code.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.system.files import read_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.terraform.driver.find import Terraform

LONGEST = 600.0
"""Seconds that showing one plan may take."""
_HEAD = 4096
_REMEDY = "run it in the folder that the plan was made in, after `terraform init`, with the same Terraform"


def shown(paths: Sequence[str]) -> tuple[dict[str, bytes | None], tuple[Problem, ...]]:
    """Let Terraform show each binary plan among the paths that were named, in the working directory.

    Returns the JSON by path, None for what could not be shown: then why is a problem.
    """
    documents: dict[str, bytes | None] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        if not _is_binary(path):
            continue
        found = _shown(path)
        documents[path] = None if isinstance(found, Problem) else found
        if isinstance(found, Problem):
            problems.append(found)
    return documents, tuple(problems)


def _is_binary(path: str) -> bool:
    from imdsguard.terraform.documents.sniff import is_binary_plan

    try:
        return is_binary_plan(read_head(path, _HEAD))
    except (OSError, ValueError):
        return False


def _shown(path: str) -> bytes | Problem:
    from imdsguard.terraform.driver.errors import DriverError
    from imdsguard.terraform.driver.find import find_terraform

    place = Place(path.replace(os.sep, "/"))
    try:
        terraform = find_terraform(None, os.environ)
    except DriverError as error:
        return Problem(f"this is a binary plan, and nothing can show it: {error}", place)
    return _run(terraform, path, place)


def _run(terraform: Terraform, path: str, place: Place) -> bytes | Problem:
    import subprocess

    command = [*terraform.command, "show", "-json", "-no-color", os.path.abspath(path)]
    what = f"`{terraform.name} show -json`"
    try:
        done = subprocess.run(  # noqa: S603 - what a person asked for by an option; no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST,
            check=False,
            env={**os.environ, "TF_IN_AUTOMATION": "1"},
        )
    except subprocess.TimeoutExpired:
        return Problem(f"{what} of this binary plan takes longer than {LONGEST:.0f} s", place, _REMEDY)
    except OSError as error:
        return Problem(f"{what} cannot be run: {error.strerror}", place, "IMDSGUARD_TERRAFORM names another Terraform")
    if done.returncode:
        # Its output may hold secrets; what it says on stderr is about itself.
        said = " ".join(done.stderr.decode("utf-8", "replace").translate(_FRAME).split())
        reason = f": {said[:_LONGEST_REASON]}" if said else ""
        return Problem(f"{what} of this binary plan ended with exit status {done.returncode}{reason}", place, _REMEDY)
    return done.stdout


_FRAME = str.maketrans(dict.fromkeys("╷│╵", " "))
_LONGEST_REASON = 300
