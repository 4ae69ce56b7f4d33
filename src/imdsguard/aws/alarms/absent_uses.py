"""Ids of instances that go into modules whose code is not there: an alarm may be in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.dimensions import identity_of
from imdsguard.model.absent_module import ALARM
from imdsguard.model.launch import Coverage
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.absent_module import AbsentModule
    from imdsguard.model.launch import Launch


class AbsentUses:
    """The modules of a root module that were not read and may make alarms, by what they are given."""

    def __init__(self, modules: Sequence[AbsentModule]) -> None:
        self._modules = [module for module in modules if ALARM in module.may_make]
        self._given: dict[str, dict[tuple[str | int, ...], str]] | None = None

    def instead_of(self, coverage: Coverage, launch: Launch) -> Coverage:
        """Return what is known of who watches a launch: nothing, if nobody in the code does and its id is handed on."""
        if coverage.covered is not False or not self._modules:
            return coverage
        module = self._handed_to(launch)
        return coverage if module is None else Coverage(None, reason=Reason(ReasonKind.HANDED_ON, module))

    def _handed_to(self, launch: Launch) -> str | None:
        """Return the module that is given the id of a launch's instance, or all of its resource."""
        if self._given is None:
            self._given = {}
            for module in self._modules:
                for reference in module.given():
                    self._given.setdefault(reference.address, {}).setdefault(reference.attribute, module.address)
        identity = identity_of(launch.resource)
        ids = identity.instance_ids if identity is not None else ()
        given = self._given.get(launch.address, {})
        return next((given[attribute] for attribute in ((), *ids) if ids and attribute in given), None)
