"""The model's `Body` for resources that come from HCL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.value import OpenObject
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Absent, Unknown
from imdsguard.terraform.source.blocks import nested_blocks
from imdsguard.terraform.source.scopes import safely
from imdsguard.terraform.source.translate import translate

if TYPE_CHECKING:
    from imdsguard.hcl.values import value as language
    from imdsguard.model.place import Place
    from imdsguard.model.value import Value
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.scopes import EvaluationScope


class SourceBody:
    """A block in HCL and the scope in which its arguments are evaluated, each when first asked for."""

    __slots__ = ("_blocks", "_merged", "_place", "_scope", "_values")

    def __init__(self, merged: MergedBody, scope: EvaluationScope, place: Place) -> None:
        self._merged = merged
        self._scope = scope
        self._place = place
        self._values: dict[str, Value] = {}
        self._blocks: dict[str, Blocks] = {}

    @property
    def place(self) -> Place:
        """Where the block's header stands."""
        return self._place

    @property
    def scope(self) -> EvaluationScope:
        """Where its arguments are evaluated."""
        return self._scope

    @property
    def merged(self) -> MergedBody:
        """What is written in the block, override files included."""
        return self._merged

    def attribute(self, name: str) -> Value:
        """Give what the argument is set to. Never raises."""
        if name not in self._values:
            expression = self._merged.expression(name)
            if expression is None:
                self._values[name] = Absent(self._place)
            else:
                self._values[name] = _translated(safely(self._scope, expression), expression.place)
        return self._values[name]

    def blocks(self, name: str) -> Blocks:
        """Give the nested blocks of a type; an argument that holds objects is read as blocks, too. Never raises."""
        if name not in self._blocks:
            self._blocks[name] = self._find(name)
        return self._blocks[name]

    def _find(self, name: str) -> Blocks:
        try:
            found = nested_blocks(self._merged, self._scope, name)
        except EvaluationError as error:
            return Blocks((), Unknown(refused(error.message), place=error.place or self._place))
        if not found.items and found.unknown is None:
            expression = self._merged.expression(name)
            return blocks_of(safely(self._scope, expression), expression.place) if expression is not None else Blocks()
        missing = None
        if found.unknown is not None:
            translated = translate(found.unknown, found.place)
            assert isinstance(translated, Unknown)
            missing = translated
        possible = None
        if missing is not None and found.possible is not None:
            possible = tuple(SourceBody(e.body, e.scope, e.place) for e in found.possible)
        return Blocks(tuple(SourceBody(e.body, e.scope, e.place) for e in found.items), missing, possible)


class ObjectBody:
    """An object of the language, read like a block."""

    __slots__ = ("_place", "_value")

    def __init__(self, value: language.Value, place: Place) -> None:
        self._value = value
        self._place = place

    @property
    def place(self) -> Place:
        """Where the object is written."""
        return self._place

    def _member(self, name: str) -> language.Value | None:
        value = self._value
        if isinstance(value, OpenObject):
            try:
                return value.attribute(name)
            except EvaluationError as error:
                from imdsguard.hcl.values.value import unknown

                return unknown(reason=refused(error.message))
        return value.raw.get(name) if isinstance(value.raw, dict) else None

    def attribute(self, name: str) -> Value:
        """Give the attribute of that name."""
        member = self._member(name)
        return Absent(self._place) if member is None else _translated(member, _written(member, self._place))

    def blocks(self, name: str) -> Blocks:
        """Give the objects that the attribute holds."""
        member = self._member(name)
        return Blocks() if member is None else blocks_of(member, _written(member, self._place))


def _translated(value: language.Value, place: Place) -> Value:
    try:
        return translate(value, place)
    except RecursionError:
        return Unknown(Reason(ReasonKind.TOO_DEEP), place=place)


def blocks_of(value: language.Value, place: Place) -> Blocks:
    """Read an object, or a list, set or tuple of objects, as blocks. A null is none."""
    if isinstance(value, OpenObject) or isinstance(value.raw, dict):
        return Blocks((ObjectBody(value, _written(value, place)),))
    if value.pending is not None:
        translated = translate(value, place)
        assert isinstance(translated, Unknown)
        return Blocks((), translated)
    items: list[ObjectBody | SourceBody] = []
    missing: Unknown | None = None
    for element in value.raw if isinstance(value.raw, tuple) else ():
        inner = blocks_of(element, _written(element, place))
        items += inner.items  # type: ignore[arg-type]
        missing = missing or inner.unknown
    return Blocks(tuple(items), missing)


def _written(value: language.Value, place: Place) -> Place:
    """Where a part of a value is written, if its origin says so: the last hop that has a line."""
    origin = value.origin
    while origin is not None:
        if origin.step.place is not None and origin.step.place.line:
            return origin.step.place
        origin = origin.parent
    return place
