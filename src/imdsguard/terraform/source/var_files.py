"""Which root module a file of variables belongs to that somebody gave as a path."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import record
from imdsguard.terraform.source.variables import automatic_files, named_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.environment import Environment
    from imdsguard.terraform.source.source_cache import SourceCache

MOST_NAMED = 5


@record(frozen=True, slots=True)
class VarFileUse:
    """A root module (its folder) that a file of variables belongs to.

    `environments` are those that load it, `loaded`: Terraform loads it by itself. With neither it is to be given, as
    with `-var-file`.
    """

    root: str
    environments: tuple[str, ...] = ()
    loaded: bool = False


def uses_of(
    file: str,
    roots: Sequence[str],
    cache: SourceCache,
    environments_of: Callable[[str], Sequence[Environment] | None] | None,
) -> tuple[VarFileUse, ...] | Problem:
    """Say to which of all root modules of the repository a file (its real path) belongs, or why that is not known.

    One that loads it by itself ("Input Variables: variable definitions files"); those of which an environment names
    it; else the nearest root module above it that declares all its variables; else the only one that does.
    """
    if cache.boundary.inside(file) is None:
        return Problem("this file lies outside of the repository, where nothing is read", Place(cache.label(file)))
    folder, name = os.path.split(file)
    if folder in roots and name in automatic_files(folder):
        return (VarFileUse(folder, loaded=True),)
    named = [use for root in roots if (use := _by_environments(file, root, cache, environments_of)) is not None]
    if named:
        return tuple(named)
    label = cache.label(file)
    names = list(named_file(label, cache))
    declaring = [root for root in roots if all(name in cache.module(root).variables for name in names)]
    above = folder
    while above.startswith(cache.boundary.root):
        if above in declaring:
            return (VarFileUse(above),)
        above, last = os.path.dirname(above), above
        if above == last:
            break
    if len(declaring) == 1:
        return (VarFileUse(declaring[0]),)
    return _unknown(label, names, [cache.label(root) for root in declaring])


def _by_environments(
    file: str,
    root: str,
    cache: SourceCache,
    environments_of: Callable[[str], Sequence[Environment] | None] | None,
) -> VarFileUse | None:
    found = environments_of(cache.label(root)) if environments_of is not None else None
    real = cache.boundary.inside(file)
    names = tuple(
        each.name
        for each in found or ()
        if any(cache.boundary.named(cache.working_directory, path) == real for path in each.var_files)
    )
    return VarFileUse(root, names) if names else None


def _unknown(label: str, names: Sequence[str], declaring: Sequence[str]) -> Problem:
    remedy = "name it in `stacks` of .imdsguard.yaml, or give the root module and --var-file"
    if declaring:
        listed = ", ".join(declaring[:MOST_NAMED]) + (" and others" if len(declaring) > MOST_NAMED else "")
        return Problem(f"several root modules declare what this file gives: {listed}", Place(label), remedy)
    listed = ", ".join(names[:MOST_NAMED]) + (" and others" if len(names) > MOST_NAMED else "")
    return Problem(f"no root module declares all that this file gives: {listed}", Place(label), remedy)
