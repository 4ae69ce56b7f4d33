"""What a plan's `configuration` shows of a block: each argument's constant, or what it refers to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import UNSET

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.terraform.documents.schema import PlanExpression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DYNAMIC = Reason(ReasonKind.DYNAMIC_HIDDEN)
FUNCTION = Reason(ReasonKind.FUNCTION_HIDDEN)
NOT_SHOWN = Reason(ReasonKind.NOT_IN_DOCUMENT)
MOST_PAIRS = 10_000
DEEPEST = 4
_EXPRESSION_KEYS = frozenset({"constant_value", "references"})


@record(frozen=True, slots=True)
class Hidden:
    """An expression that the document does not show."""

    reason: Reason


class ConfigBlock(Protocol):
    """The configuration's side of a block."""

    def expression(self, name: str) -> object:
        """What the argument (or block) `name` is set to: None if nothing is, `Hidden` if that cannot be seen."""
        ...

    def labels(self, name: str) -> tuple[str, ...]:
        """What the argument refers to, for a trace: what is nearest to the value alone."""
        ...

    def block(self, name: str) -> ConfigBlock:
        """The configuration's side of the one block `name`."""
        ...

    def blocks(self, name: str, items: Sequence[Any]) -> Sequence[ConfigBlock]:
        """The configuration's side of each of the blocks `name`, whose planned values are `items`."""
        ...


@record(frozen=True, slots=True)
class NotShown:
    """A block that the configuration in the document does not show."""

    reason: Reason

    def expression(self, name: str) -> object:  # noqa: ARG002
        """Always hidden."""
        return Hidden(self.reason)

    def labels(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        """None are seen."""
        return ()

    def block(self, name: str) -> ConfigBlock:  # noqa: ARG002
        """As little as the block around it."""
        return self

    def blocks(self, name: str, items: Sequence[Any]) -> Sequence[ConfigBlock]:  # noqa: ARG002
        """As little as the block around them."""
        return [self] * len(items)


@record(frozen=True, slots=True)
class Whole:
    """An object or a list of objects that one expression gives: each part may come from all of it."""

    of: object

    def expression(self, name: str) -> object:  # noqa: ARG002
        """The expression of the whole."""
        return self.of

    def labels(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        """What the whole refers to."""
        return labels_of(self.of)

    def block(self, name: str) -> ConfigBlock:  # noqa: ARG002
        """A part, of which no more is known."""
        return self

    def blocks(self, name: str, items: Sequence[Any]) -> Sequence[ConfigBlock]:  # noqa: ARG002
        """Parts, of which no more is known."""
        return [self] * len(items)


@record(frozen=True, slots=False)
class Shown:
    """A block of which every argument is shown. All instances of the block share it, and what is worked out of it."""

    expressions: Mapping[str, Any]

    @cached_property
    def _labels(self) -> Mapping[str, tuple[str, ...]]:
        return {name: labels_of(expression) for name, expression in self.expressions.items()}

    @cached_property
    def _nested(self) -> Mapping[str, Sequence[Shown]]:
        return {
            name: [Shown(block) for block in found if isinstance(block, dict)]
            for name, found in self.expressions.items()
            if isinstance(found, list)
        }

    def expression(self, name: str) -> object:
        """The argument's expression."""
        return self.expressions.get(name)

    def labels(self, name: str) -> tuple[str, ...]:
        """What the argument refers to."""
        return self._labels.get(name, ())

    def block(self, name: str) -> ConfigBlock:
        """A block of nesting mode single, or an argument that holds an object."""
        found = self.expressions.get(name)
        if isinstance(found, list):
            return self.blocks(name, [None])[0]
        if not isinstance(found, dict):
            return NotShown(DYNAMIC)
        return Whole(found) if found.keys() <= _EXPRESSION_KEYS else Shown(found)

    def blocks(self, name: str, items: Sequence[Any]) -> Sequence[ConfigBlock]:
        """Find the block in the configuration for each planned one.

        Blocks that are a set are planned in another order than they are written, and `dynamic` ones are not shown at
        all: what decides are the constants.
        """
        found = self.expressions.get(name)
        if isinstance(found, dict):
            return [Whole(found)] * len(items)
        shown = self._nested.get(name, ())
        if len(shown) == len(items) and (len(items) == 1 or all(map(_agree, shown, items))):
            return shown
        if len(shown) * len(items) > MOST_PAIRS:
            return [NotShown(DYNAMIC)] * len(items)
        written: list[ConfigBlock] = []
        for item in items:
            fitting = [block for block in shown if _agree(block, item)]
            # Fewer blocks shown than planned: some are dynamic, and a dynamic one may look like a shown one.
            sure = len(fitting) == 1 and (len(shown) == len(items) or tells_apart(fitting[0].expressions))
            written.append(fitting[0] if sure else NotShown(DYNAMIC))
        return written


def _agree(block: Shown, item: Any) -> bool:
    return agree(block.expressions, item)


def agree(block: Mapping[str, Any], item: Any, depth: int = 0) -> bool:
    """Whether a planned block can be the one that is written: all constants are there."""
    if not isinstance(item, dict) or depth > DEEPEST:
        return True
    for name, expression in block.items():
        planned = item.get(name)
        if isinstance(expression, list):
            parts = planned if isinstance(planned, list) and len(planned) * len(expression) <= MOST_PAIRS else []
            children = [child for child in expression if isinstance(child, dict)]
            if parts and any(not any(agree(child, part, depth + 1) for part in parts) for child in children):
                return False
            continue
        read = expression_of(expression)
        if read is None or read.references or planned is None or read.constant_value in (UNSET, None):
            continue
        if not _alike(read.constant_value, planned):
            return False
    return True


def tells_apart(block: Mapping[str, Any]) -> bool:
    """Whether a block has a constant by which it can be recognised."""
    return any(
        (read := expression_of(expression)) is not None
        and not read.references
        and read.constant_value not in (UNSET, None)
        for expression in block.values()
    )


def expression_of(found: object) -> PlanExpression | None:
    """Read an argument's expression; None for what is none."""
    if not isinstance(found, dict) or not found.keys() <= _EXPRESSION_KEYS:
        return None
    references = found.get("references", [])
    if not isinstance(references, list) or not all(isinstance(text, str) for text in references):
        references = []
    return PlanExpression(found.get("constant_value", UNSET), references)


def labels_of(expression: object) -> tuple[str, ...]:
    """Give the first references of an argument, without those that a longer one before them says already."""
    read = expression_of(expression)
    labels: list[str] = []
    for reference in read.references if read is not None else ():
        if not any(label.startswith((f"{reference}.", f"{reference}[")) for label in labels):
            labels.append(reference)
    return tuple(labels[:4])


def references_of(found: object) -> tuple[list[str], object, bool]:
    """Collect what an argument, or all blocks of a type, refer to.

    Returns the references; the constant, None if there is none; and whether a part of it is neither, being the result
    of a function that depends on nothing, such as `uuid()`.
    """
    references: list[str] = []
    constant: object = None
    opaque = False
    pending = [found]
    while pending:
        node = pending.pop()
        read = expression_of(node)
        if read is not None:
            references += read.references
            if not read.references:
                opaque = opaque or read.constant_value is UNSET
                constant = constant if read.constant_value in (UNSET, None) else read.constant_value
        elif isinstance(node, dict):
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return references, constant, opaque


def _alike(constant: object, planned: object) -> bool:
    """Equal but for Terraform's conversions of primitives and collections."""
    if isinstance(constant, (list, dict)) or isinstance(planned, (list, dict)):
        return True
    if isinstance(constant, bool) or isinstance(planned, bool):
        return str(constant).lower() == str(planned).lower()
    return str(constant) == str(planned)
