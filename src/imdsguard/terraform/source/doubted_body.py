"""A resource's body of which it is not sure that it is the one that is deployed: each value says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.model.value import Absent, Step

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Blocks, Body
    from imdsguard.model.value import Value


class DoubtedBody:
    """A body whose values end their traces with the doubt."""

    __slots__ = ("_body", "_doubt")

    def __init__(self, body: Body, doubt: str) -> None:
        self._body = body
        self._doubt = doubt

    @property
    def place(self) -> Place:
        """Where the block stands."""
        return self._body.place

    def attribute(self, name: str) -> Value:
        """Return what an argument is set to."""
        value = self._body.attribute(name)
        return value if isinstance(value, Absent) else replace(value, trace=(*value.trace, Step(self._doubt)))

    def blocks(self, name: str) -> Blocks:
        """Return nested blocks."""
        found = self._body.blocks(name)
        return replace(found, items=tuple(DoubtedBody(item, self._doubt) for item in found.items))
