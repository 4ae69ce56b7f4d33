"""Which workspace Terraform works in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1024


def workspace_of(data_directory: str, environment: Mapping[str, str]) -> str:
    """Give TF_WORKSPACE, else what `terraform workspace select` has noted, else `default`."""
    named = environment.get("TF_WORKSPACE")
    if named:
        return named
    try:
        with open(os.path.join(data_directory, "environment"), "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace").strip() or "default"
    except OSError:
        return "default"
