"""What is deployed already, as far as plans and states show it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.launch import Estate


@record(frozen=True, slots=True)
class History:
    """`states` are the roots that are states, `plans` those that are plans; of source nobody knows what is deployed.

    `earlier` makes the estate as it is before the plans: what they say the resources were, deleted ones too.
    """

    plans: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    earlier: Callable[[], Estate] | None = field(default=None, compare=False, repr=False)


NOTHING_KNOWN = History()
