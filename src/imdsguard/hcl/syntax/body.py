"""What both syntaxes give: bodies of attributes and blocks, with expressions that are parsed when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place


class SourceExpression(Protocol):
    """The right-hand side of an attribute, not yet parsed."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    def node(self) -> Node:
        """Parse it (once). Raises `SyntaxProblem`."""
        ...


@record(frozen=True, slots=True)
class Attribute:
    """`name = expression`. `place` is the name's."""

    name: str
    expression: SourceExpression
    place: Place


class SyntaxBody(Protocol):
    """The inside of a file or a block.

    Native syntax knows attributes from blocks; JSON syntax does not, and answers for what it is asked: the same
    property may be read as an attribute or as blocks. `//` comment properties are left out.
    """

    @property
    def place(self) -> Place:
        """Where the body's header stands."""
        ...

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name."""
        ...

    def attributes(self) -> Mapping[str, Attribute]:
        """All attributes, in the order of the source (in JSON: all properties)."""
        ...

    def blocks(self, type: str, labels: int = 0) -> Sequence[Block]:  # noqa: A002
        """The blocks of a type, in order. `labels` is how many labels such a block has (JSON needs to know)."""
        ...

    def block_types(self) -> Sequence[str]:
        """The types of all blocks, in order of first appearance (in JSON: all properties)."""
        ...


@record(frozen=True, slots=True)
class Block:
    """A block: `type "label" { body }`. `place` is the header's."""

    type: str
    labels: tuple[str, ...]
    body: SyntaxBody
    place: Place
