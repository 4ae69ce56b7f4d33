"""Terraform's types. Structural equality is type equality, so types are frozen and hashable."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping


@record(frozen=True)
class Type:
    """A Terraform type. See "Type Constraints" in the Terraform language documentation."""

    @property
    def name(self) -> str:
        """How Terraform's messages and `type()` name it: `string`, `list(string)`, `object({a=number})`."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.name


@record(frozen=True)
class Primitive(Type):
    """`string`, `number` or `bool`."""

    word: str

    @property
    def name(self) -> str:
        """The keyword."""
        return self.word


@record(frozen=True)
class Dynamic(Type):
    """The type that is not known: of an unknown of any type, of an untyped null, and of the constraint `any`."""

    @property
    def name(self) -> str:
        """As cty calls it."""
        return "dynamic"


@record(frozen=True)
class Collection(Type):
    """`list`, `set` or `map` of one element type."""

    element: Type

    word = ""

    @cached_property
    def _hash(self) -> int:
        return hash((self.__class__, self.element))

    def __hash__(self) -> int:
        return self._hash

    @property
    def name(self) -> str:
        """As a type constraint."""
        return f"{self.word}({self.element.name})"


@record(frozen=True)
class ListType(Collection):
    """`list(T)`."""

    word = "list"
    __hash__ = Collection.__hash__


@record(frozen=True)
class SetType(Collection):
    """`set(T)`."""

    word = "set"
    __hash__ = Collection.__hash__


@record(frozen=True)
class MapType(Collection):
    """`map(T)`."""

    word = "map"
    __hash__ = Collection.__hash__


@record(frozen=True)
class TupleType(Type):
    """`tuple([T...])`."""

    elements: tuple[Type, ...]

    @cached_property
    def _hash(self) -> int:
        return hash(self.elements)

    def __hash__(self) -> int:
        return self._hash

    @property
    def name(self) -> str:
        """As a type constraint."""
        return f"tuple([{', '.join(e.name for e in self.elements)}])"


@record(frozen=True)
class ObjectType(Type):
    """`object({...})`. `optional` names the attributes that a value converted to it may lack (constraints only)."""

    items: tuple[tuple[str, Type], ...]
    optional: frozenset[str] = frozenset()

    @cached_property
    def _hash(self) -> int:
        return hash((self.items, self.optional))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def attributes(self) -> Mapping[str, Type]:
        """Attribute types by name, in the order of names."""
        return dict(self.items)

    @property
    def name(self) -> str:
        """As a type constraint."""
        return "object({" + ", ".join(f"{k}={t.name}" for k, t in self.items) + "})"


STRING = Primitive("string")
NUMBER = Primitive("number")
BOOL = Primitive("bool")
DYNAMIC = Dynamic()


def object_type(attributes: Mapping[str, Type], optional: frozenset[str] = frozenset()) -> ObjectType:
    """Make an object type; attributes are kept in the order of their names, so that equal types are equal."""
    return ObjectType(tuple(sorted(attributes.items())), optional)
