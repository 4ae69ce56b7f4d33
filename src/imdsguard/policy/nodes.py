"""A policy's text as nodes that know their place: what both readers of YAML give."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Scalar:
    """A single value as it is written. `quoted`: it is text, whatever it looks like."""

    text: str
    place: Place
    quoted: bool = False


@record(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@record(frozen=True, slots=True)
class Table:
    """Keys and values, in the order in which they are written."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """Give the value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)


Node: TypeAlias = Scalar | Items | Table


def kind_of(node: Node) -> str:
    """Name a node for a message, in the words of YAML."""
    if isinstance(node, Scalar):
        return f'"{node.text[:60]}"' if node.text else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"
