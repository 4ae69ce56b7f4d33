"""Files of variables beside a root module that nothing loads, and that set what decides a launch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.unseen import Unseen, UnseenKind, WayOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.reason import Reason
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.root import Root

_VARIABLE = "var."


def unread_values(
    roots: Sequence[Root], estate: Estate, not_made: Iterable[NotMade], inputs: Inputs
) -> Iterator[Unseen]:
    """Name these files, each with the variables that it sets and that decide whether a launch is there, or its options.

    Who gives files, or asks for some environments only, has chosen: then nothing is said.
    """
    if inputs.var_files or inputs.environments:
        return
    deciding = _deciding(estate, not_made)
    names = dict.fromkeys(root.name for root in roots if root.plan is None and not root.deployed)
    for name in names:
        if deciding.get(name) and os.path.isdir(os.path.join(inputs.working_directory, name)):
            yield from _beside(name, deciding[name], inputs, {r.environment for r in roots if r.name == name})


def _beside(root: str, deciding: set[str], inputs: Inputs, judged: set[str]) -> Iterator[Unseen]:
    from imdsguard.starter.repository import variable_files
    from imdsguard.terraform.boundary import boundary_of
    from imdsguard.terraform.source.source_cache import SourceCache
    from imdsguard.terraform.source.variables import named_file

    folder = os.path.join(inputs.working_directory, root)
    files = variable_files(folder)
    if not files:
        return
    cache = SourceCache(inputs.working_directory, boundary_of(folder, inputs.working_directory))
    environments = inputs.environments_of(root) if inputs.environments_of is not None else None
    loaded = {file for each in environments or () for file in each.var_files} | judged
    loaded = {os.path.realpath(os.path.join(inputs.working_directory, file)) for file in loaded}
    for file in files:
        path = os.path.normpath(os.path.join(root, file)).replace(os.sep, "/")
        real = cache.boundary.inside(os.path.join(inputs.working_directory, path))
        if real is None or real in loaded:
            continue
        set_here = {name: given for name, given in named_file(path, cache).items() if name in deciding}
        if set_here:
            places = tuple(given.place for given in set_here.values())
            detail = ", ".join(set_here)
            yield Unseen(UnseenKind.VAR_FILE, root, path, places, WayOut.GIVE_VAR_FILE, detail)


def _deciding(estate: Estate, not_made: Iterable[NotMade]) -> dict[str, set[str]]:
    """Give the variables that decide something, by root module."""
    found: dict[str, set[str]] = {}
    for each in not_made:
        found.setdefault(each.root, set()).update(_named(step.label for step in each.trace))
    for launch in estate.launches:
        mine = found.setdefault(launch.resource.root, set())
        instances = launch.resource.instances
        reasons = [launch.reason, instances.reason if instances is not None else None]
        for option in launch.options.values():
            mine.update(_named(step.label for step in option.trace))
            reasons.append(option.reason)
        mine.update(_named(subject for reason in reasons for subject in _subjects(reason)))
    return found


def _subjects(reason: Reason | None) -> Iterator[str]:
    while reason is not None:
        yield reason.subject
        reason = reason.cause


def _named(labels: Iterable[str]) -> Iterator[str]:
    for label in labels:
        if label.startswith(_VARIABLE):
            yield label.removeprefix(_VARIABLE).partition(".")[0].partition("[")[0]
