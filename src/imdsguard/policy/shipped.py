"""Where the folders are that we ship beside the code: `checks` and `policies`."""

from __future__ import annotations

import os


def shipped_folder(name: str) -> str:
    """Give the folder `name`: inside the package as a wheel installs it, else in the checkout of an editable one."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = f"{package}/{name}"
    return inside if os.path.isdir(inside) else f"{os.path.dirname(os.path.dirname(package))}/{name}"


def shipped_policies() -> tuple[str, ...]:
    """Give the names of the policies we ship."""
    names = os.listdir(shipped_folder("policies"))
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))
