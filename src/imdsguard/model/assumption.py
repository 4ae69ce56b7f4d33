"""What a policy says is true outside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place

LABEL = "assumed by the policy"
"""How traces name what is only assumed."""


@record(frozen=True, slots=True)
class AssumedDefault:
    """What the default for tokens of a Region is where the code sets none: `required`, `optional` or `no-preference`.

    `region` None: of every Region that no other one names. `place` is where the policy says so.
    """

    tokens: str
    place: Place
    region: str | None = None
