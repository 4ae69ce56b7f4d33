"""Bodies and expressions of the native syntax, made of the ranges that the scanner found, when asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.body import Attribute, Block
from imdsguard.hcl.syntax.literal import literal_at_sight
from imdsguard.hcl.syntax.words import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.model.place import Place

_LABEL = re.compile(rf'"([^"]*)"|({NAME})')


class NativeExpression:
    """The text of an expression, from `start` to `end` of its source (`end` is exclusive)."""

    __slots__ = ("_node", "end", "source", "start")

    def __init__(self, source: SourceText, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._node: Node | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.source.place(self.start, self.end)

    @property
    def text(self) -> str:
        """How it is written."""
        return self.source.text[self.start : self.end]

    def node(self) -> Node:
        """Parse it (once). Raises `SyntaxProblem`."""
        if self._node is None:
            self._node = literal_at_sight(self.source.text, self.source.place, self.start, self.end)
        if self._node is None:
            from imdsguard.hcl.syntax.parser import parse_expression

            try:
                self._node = parse_expression(self.source.text, self.source.place, self.start, self.end)
            except SyntaxProblem as problem:
                raise self._judged(problem) from None
        return self._node

    def _judged(self, problem: SyntaxProblem) -> SyntaxProblem:
        """Ask a second reader whether the text is wrong, or whether we are."""
        from imdsguard.hcl.syntax.second_opinion import DISAGREED, MAX_EXPRESSION, SPENT, accepted

        source = self.source
        if source.budget is None or self.end - self.start > MAX_EXPRESSION or source.opinions <= 0:
            return problem
        source.opinions -= 1
        text = f"x = {self.text}"
        if accepted(text, source.budget):
            return SyntaxProblem(f"{problem.message} ({DISAGREED})", problem.place)
        if source.budget.refused(text):
            return SyntaxProblem(f"{problem.message} ({SPENT})", problem.place)
        return problem


class NativeBody:
    """The inside of a file or block.

    `header` is the offset of the block's type, `start` that behind its opening brace, `end` that of its closing brace
    (of the file's end for a file). `found` and `inner` are what the scanner fills in: by name the offsets of an
    attribute's name, value and value's end; and the bodies of the blocks.
    """

    __slots__ = ("_attributes", "_blocks", "_labels", "end", "found", "header", "inner", "source", "start", "type")

    def __init__(
        self,
        source: SourceText,
        header: int,
        start: int,
        type: str = "",  # noqa: A002
        labels: str | tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.header = header
        self.start = start
        self.end = start
        self.type = type
        self.found: dict[str, tuple[int, int, int]] = {}
        self.inner: list[NativeBody] = []
        self._labels = labels
        self._attributes: dict[str, Attribute] = {}
        self._blocks: dict[str, list[Block]] | None = None

    @property
    def place(self) -> Place:
        """Where the block's header stands (for a file, its start)."""
        if not self.type:
            return self.source.place(0)
        return self.source.place(self.header, self.start - 1)

    @property
    def labels(self) -> tuple[str, ...]:
        """The block's labels."""
        if isinstance(self._labels, str):
            self._labels = tuple(match[1] or match[2] or "" for match in _LABEL.finditer(self._labels))
        return self._labels

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name."""
        made = self._attributes.get(name)
        if made is not None:
            return made
        offsets = self.found.get(name)
        if offsets is None:
            return None
        name_start, start, end = offsets
        text = self.source.text
        while text[end - 1] in " \t\r":
            end -= 1
        place = self.source.place(name_start, name_start + len(name))
        made = self._attributes[name] = Attribute(name, NativeExpression(self.source, start, end), place)
        return made

    def attributes(self) -> Mapping[str, Attribute]:
        """All attributes, in the order of the source."""
        return {name: attribute for name in self.found if (attribute := self.attribute(name)) is not None}

    def blocks(self, type: str, labels: int = 0) -> Sequence[Block]:  # noqa: A002, ARG002
        """The blocks of a type, in order, with as many labels as they have: native syntax needs no `labels`."""
        return self._by_type().get(type, ())

    def block_types(self) -> Sequence[str]:
        """The types of all blocks, in order of first appearance."""
        return tuple(self._by_type())

    def _by_type(self) -> dict[str, list[Block]]:
        if self._blocks is None:
            self._blocks = {}
            for body in self.inner:
                self._blocks.setdefault(body.type, []).append(Block(body.type, body.labels, body, body.place))
        return self._blocks
