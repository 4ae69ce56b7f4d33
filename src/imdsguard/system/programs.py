"""Finding programs: git, and Terraform."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_program(name: str, environment: Mapping[str, str]) -> str | None:
    """Give the file of a program in the absolute folders of the PATH, or None.

    Relative ones (`.`, an empty entry) are passed over: they would be in the code that is looked at.
    """
    from shutil import which

    for folder in filter(os.path.isabs, environment.get("PATH", os.defpath).split(os.pathsep)):
        # With a folder in its name, nothing else is searched: Windows would start in the working directory.
        found = which(os.path.join(folder, name))
        if found is not None:
            return found
    return None
