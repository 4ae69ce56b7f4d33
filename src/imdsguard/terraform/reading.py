"""What was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.problem import Problem
    from imdsguard.model.unseen import Unseen
    from imdsguard.terraform.root import Root


@record(frozen=True, slots=True)
class RootsRead:
    """All roots that were found, and what could not be read or checked.

    `notes` are lines for people on what was given and is used by nothing. `unseen` is what was not looked at and
    belongs to no root alone; the rest is in the roots.
    `modules` are those that roots of a module's repository call, each read by itself with its own defaults.
    `of_providers`: something of the providers that were named was there.
    """

    roots: tuple[Root, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    of_providers: bool = True
    modules: tuple[Root, ...] = ()
