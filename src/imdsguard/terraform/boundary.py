"""How far reading may go: never outside of the repository, whatever links and `..` say."""

from __future__ import annotations

import os
from dataclasses import field

from imdsguard.model.record import record
from imdsguard.system.paths import join_path, real_path_inside


@record(frozen=True, slots=True)
class Boundary:
    """A folder (its real path) that nothing is read outside of.

    `places` are folders of ours beside it, with the code of modules: they are added as such modules are found.
    """

    root: str
    places: list[str] = field(default_factory=list, compare=False, repr=False)

    def inside(self, path: str) -> str | None:
        """Give the real path behind `path` if it lies inside, else None."""
        found = (real_path_inside(path, top) for top in (self.root, *self.places))
        return next((real for real in found if real is not None), None)

    def named(self, folder: str, text: str) -> str | None:
        """Give the real path that scanned code names from a folder, None outside. Raises `NotAPathError`."""
        return self.inside(join_path(folder, text))


def boundary_of(path: str, working_directory: str) -> Boundary:
    """Find the repository of a path: the nearest folder upward that holds `.git`.

    Where there is none: the working directory, if the path lies in it (modules stand beside stacks) and it is no more
    than a project (neither the whole file system nor a home); else the path's own folder.
    """
    start = os.path.realpath(path)
    if not os.path.isdir(start):
        start = os.path.dirname(start)
    upward = [start]
    while (above := os.path.dirname(upward[-1])) != upward[-1]:
        upward.append(above)
    for folder in upward:
        if os.path.exists(os.path.join(folder, ".git")):
            return Boundary(folder)
    project = os.path.realpath(working_directory)
    too_wide = project in (os.path.dirname(project), os.path.realpath(os.path.expanduser("~")))
    return Boundary(project if not too_wide and project in upward else start)
