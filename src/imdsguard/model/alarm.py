"""An alarm on the token metrics."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.alarm_fault import AlarmFault
    from imdsguard.model.launch import Coverage, Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope


@record(frozen=True, slots=True)
class Alarm:
    """An alarm on one of the two token metrics, or on a name that surely means one.

    `metric` is as written; `covers` are addresses of launches, `names` those of instances whose id its dimensions name,
    in whatever Region. `faults` keep it from firing or from notifying anybody. `everything`: it selects
    all instances of its account and Region. `asked` says of a launch whether the alarm watches it, by its Region and by
    what it selects; the reason is set wherever `covered` is not True.
    """

    resource: Resource
    scope: Scope
    metric: str
    covers: tuple[str, ...] = ()
    everything: bool = False
    names: tuple[str, ...] = ()
    faults: tuple[AlarmFault, ...] = ()
    asked: Callable[[Launch], Coverage] | None = field(default=None, compare=False, repr=False)

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address
