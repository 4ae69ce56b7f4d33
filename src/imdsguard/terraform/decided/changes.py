"""What would give a value another content: an expression replaced, an argument, an item or a block added."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.model.place import Place
    from imdsguard.terraform.decided.written import Written


@record(frozen=True, slots=True)
class Replaced:
    """The expression at `place` is replaced: what `name` is set to there."""

    place: Place
    value: Written
    name: str = ""


@record(frozen=True, slots=True)
class NewItems:
    """The object expression at `place`, which `name` is set to, gets further items."""

    place: Place
    values: Mapping[str, Written]
    name: str = ""


@record(frozen=True, slots=True)
class NewArguments:
    """A body gets further arguments, behind the first of `after` that it has."""

    body: SyntaxBody
    values: Mapping[str, Written]
    after: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class NewBlock:
    """A body gets a nested block."""

    body: SyntaxBody
    type: str
    values: Mapping[str, Written]


ValueChange: TypeAlias = Replaced | NewItems | NewArguments | NewBlock


def place_of(change: ValueChange) -> Place:
    """Give where it is written: the expression, or the block that gets something new."""
    return change.place if isinstance(change, (Replaced, NewItems)) else change.body.place
