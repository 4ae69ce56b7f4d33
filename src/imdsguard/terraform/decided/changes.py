"""What would give a value another content: an expression replaced, an argument, an item or a block added."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record
from imdsguard.terraform.decided.written import json_text, on_one_line

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
    """A body gets further arguments, behind the first of `after` that it has.

    `call` is the name of the module call whose body it is, if it is one.
    """

    body: SyntaxBody
    values: Mapping[str, Written]
    after: tuple[str, ...] = ()
    call: str = ""


@record(frozen=True, slots=True)
class NewBlock:
    """A body gets a nested block."""

    body: SyntaxBody
    type: str
    values: Mapping[str, Written]


ValueChange: TypeAlias = Replaced | NewItems | NewArguments | NewBlock


def in_words(change: ValueChange) -> str:
    """Say on one line what is written where, in the syntax of its file: `imdsv2 = true in prod.tfvars:1`."""
    place = place_of(change)
    where = f"{place.file}:{place.line}"
    if isinstance(change, Replaced):
        return f"{_setting({change.name: change.value}, place)} in {where}"
    said = _setting(change.values, place)
    if isinstance(change, NewArguments) and change.call:
        return f'{said} in module "{change.call}" ({where})'
    return f"{said} in {change.name} ({where})" if isinstance(change, NewItems) else f"{said} in {where}"


def _setting(values: Mapping[str, Written], place: Place) -> str:
    if place.file.endswith(".json"):
        return ", ".join(f'"{name}": {json_text(value, "", "")}' for name, value in values.items())
    return ", ".join(f"{name} = {on_one_line(value)}" for name, value in values.items())


def place_of(change: ValueChange) -> Place:
    """Give where it is written: the expression, or the block that gets something new."""
    return change.place if isinstance(change, (Replaced, NewItems)) else change.body.place
