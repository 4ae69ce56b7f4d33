"""The tags of instances, as far as code shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.value import Absent, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.value import Value


@record(frozen=True, slots=True)
class TagLayer:
    """Tags that one argument gives. `doubt` is set where there may be others, or other values: then why."""

    values: Mapping[str, Value]
    doubt: Unknown | None = None

    def of(self, key: str) -> Value:
        """Return a tag's value; absent where the layer surely has no such tag."""
        found = self.values.get(key)
        if found is not None:
            return found
        return self.doubt if self.doubt is not None else Absent()

    @property
    def silent(self) -> bool:
        """Whether it surely gives no tag."""
        return not self.values and self.doubt is None


@record(frozen=True, slots=True)
class Tags:
    """The tags of what one path of a launch starts, strongest layer first.

    `own` are the beginnings of keys that AWS sets itself: what those tags are, code does not show.
    """

    layers: tuple[TagLayer, ...]
    own: tuple[str, ...] = ("aws:",)

    def of(self, key: str) -> Value:
        """Return a tag's value; absent where the instances surely have no such tag."""
        for layer in self.layers:
            found = layer.of(key)
            if not isinstance(found, Absent):
                return found
        if key.startswith(self.own):
            return Unknown(Reason(ReasonKind.TAGS_OF_AWS))
        return Absent()
