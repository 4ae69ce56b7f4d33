"""What reading one root module, plan or state gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource


@record(frozen=True, slots=True)
class Root:
    """A root module with all its module instances, or one plan or state document.

    `name` is the folder (or the document's file) as a POSIX path relative to the working directory; `.` is the working
    directory. `resources` are in the order of their addresses' declaration, modules after the resources that stand
    beside their calls. `files` are the paths (relative to the working directory) that took part, in order: what
    pre-commit maps changed files by.
    """

    name: str
    resources: tuple[Resource, ...] = ()
    files: tuple[str, ...] = ()
