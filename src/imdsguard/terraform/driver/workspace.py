"""Which workspace Terraform works in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.system.files import read_head

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1024


def workspace_of(data_directory: str, environment: Mapping[str, str]) -> str:
    """Give TF_WORKSPACE, else what `terraform workspace select` has noted, else `default`."""
    named = environment.get("TF_WORKSPACE")
    if named:
        return named
    try:
        noted = read_head(os.path.join(data_directory, "environment"), _LARGEST)
        return noted.decode("utf-8", "replace").strip() or "default"
    except OSError:
        return "default"
