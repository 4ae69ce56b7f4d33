"""Repositories of a module: what stands below `examples/` and `tests/` there shows it, and is deployed nowhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.terraform.root import Root
from imdsguard.terraform.source.source_cache import SourceCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.discovery import ModuleGraph

SHOWING = ("examples", "tests")
"""Folders of root modules that show a module or try it ("Standard Module Structure", Terraform documentation)."""


class ModuleRepository:
    """Says of root modules of a repository whether they only show the module that the repository is."""

    def __init__(self, cache: SourceCache) -> None:
        self._cache = cache
        self._is_module: bool | None = None

    def is_shown_by(self, folder: str) -> bool:
        """Whether a root module (a real path) stands directly below `examples` or `tests` of a module's repository."""
        above, name = os.path.split(os.path.dirname(folder))
        return name in SHOWING and above == self._cache.boundary.root and self._top_is_module()

    def _top_is_module(self) -> bool:
        """Whether the top folder takes variables, and says neither where its state is nor which account it is for."""
        if self._is_module is None:
            top = self._cache.boundary.root
            self._is_module = bool(self._cache.listing(top).names) and self._reads_as_module(top)
        return self._is_module

    def _reads_as_module(self, top: str) -> bool:
        module = self._cache.module(top)
        placed = any(each.body.nested("backend", 1) or each.body.nested("cloud") for each in module.settings)
        return bool(module.variables) and not module.providers and not placed


def with_defaults(
    showing: Sequence[str], cache: SourceCache, graph: ModuleGraph, inputs: Inputs, wanted: frozenset[str]
) -> Iterator[Root]:
    """Read the modules that these root modules call (real paths), each by itself with its own defaults.

    Nothing that was given for root modules is given to them. What is wrong in them is said where they are called.
    """
    from imdsguard.terraform.source.resources import Collector
    from imdsguard.terraform.source.tree import load

    called = {folder for root in showing for folder in graph.reach(root)} - set(showing)
    own = replace(inputs, var_files=(), variables=(), order=(), environment={}, environments_of=None)
    for folder in sorted(called):
        if graph.matters(folder):
            tree = load(folder, SourceCache(cache.working_directory, cache.boundary, overlay=cache.overlay), own)
            root = Root(cache.label(folder))
            yield replace(root, resources=Collector(tree, root.stack, wanted, graph.matters).collect())
