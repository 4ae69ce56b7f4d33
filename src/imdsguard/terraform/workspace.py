"""Which workspace Terraform works in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.system.files import read_head, write_in_scratch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.terraform.boundary import Boundary

_LARGEST = 1024
_NOTE = "environment"
DEFAULT = "default"


def workspace_of(data_directory: str, environment: Mapping[str, str]) -> str:
    """Give TF_WORKSPACE, else what `terraform workspace select` has noted, else `default`."""
    return environment.get("TF_WORKSPACE") or _noted(os.path.join(data_directory, _NOTE)) or DEFAULT


def noted_workspace(folder: str, boundary: Boundary) -> str | None:
    """Give what `terraform workspace select` has noted in the folder of a root module; None: nothing.

    Nobody has said then which one it is: that Terraform would take `default` is no answer for code that is deployed in
    others. What is noted outside of the boundary is not read.
    """
    note = boundary.inside(os.path.join(folder, ".terraform", _NOTE))
    return _noted(note) if note is not None else None


def note_workspace(folder: str, workspace: str) -> None:
    """Note it as `terraform workspace select` does, in a folder of ours that nobody else reads. Raises `OSError`."""
    os.makedirs(os.path.join(folder, ".terraform"), exist_ok=True)
    write_in_scratch(os.path.join(folder, ".terraform", _NOTE), workspace.encode())


def _noted(note: str) -> str | None:
    try:
        noted = read_head(note, _LARGEST)
    except OSError:
        return None
    return noted.decode("utf-8", "replace").strip() or None
