"""Which resource types matter, told from the names of the adapter files alone.

The file of a data source starts with `data_`.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@cache
def wanted() -> frozenset[str]:
    """Return the resource types that have an adapter, data sources as `data.aws_ami`. Imports none of them."""
    folder = os.path.join(os.path.dirname(__file__), "adapters")
    names = (name.partition(".") for name in os.listdir(folder))
    stems = (stem for stem, _, ending in names if ending == "py" and not stem.startswith("_"))
    return frozenset(f"data.{stem[5:]}" if stem.startswith("data_") else stem for stem in stems)


@cache
def adapter(resource_type: str) -> ModuleType | None:
    """Return the adapter of a resource type, imported now, or None if there is none."""
    if resource_type not in wanted():
        return None
    from importlib import import_module

    return import_module(f"imdsguard.aws.adapters.{resource_type.replace('.', '_')}")


@cache
def ability(resource_type: str, name: str) -> Callable[..., Any] | None:
    """Return the function `name` of a type's adapter, or None if it has none."""
    found = getattr(adapter(resource_type), name, None)
    return found if callable(found) else None
