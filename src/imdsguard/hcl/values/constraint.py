"""Type constraints of variables: `object({ name = string, size = optional(number, 2) })`, and their defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached, StaticError
from imdsguard.hcl.syntax import nodes
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    TupleType,
    Type,
    object_type,
)
from imdsguard.hcl.values.typetools import without_optional
from imdsguard.hcl.values.value import OpenObject, Value, object_of, tuple_of
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.model.place import Place

_PRIMITIVES: dict[str, Type] = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": DYNAMIC}
_COLLECTIONS: dict[str, Callable[[Type], Type]] = {"list": ListType, "set": SetType, "map": MapType}
_MAX_DEPTH = 100


@record(frozen=True, slots=True)
class Defaults:
    """The defaults of optional attributes, here (`values`) and further inside.

    `inside` has the defaults below an attribute, below the element of a tuple (by its number as text), or below every
    element of a collection (under "").
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    inside: Mapping[str, Defaults] = field(default_factory=dict)

    def apply(self, value: Value) -> Value:
        """Fill in what is missing or null. What is unknown, null, or of another shape stays as it is."""
        raw = value.raw
        if isinstance(value, OpenObject) or raw is None:
            return value
        each = self.inside.get("")
        if isinstance(raw, tuple):
            members = [self._below(v, each or self.inside.get(str(i))) for i, v in enumerate(raw)]
            return tuple_of(members).with_marks(value.marks).at(value.origin)
        if not isinstance(raw, Mapping):
            return value
        if each is not None:
            filled = {k: self._below(v, each) for k, v in raw.items()}
        else:
            filled = dict(raw)
            for name, default in self.values.items():
                if name not in filled or filled[name].raw is None:
                    filled[name] = default
            for name, defaults in self.inside.items():
                if name in filled:
                    filled[name] = defaults.apply(filled[name])
        return object_of(filled).with_marks(value.marks).at(value.origin)

    @staticmethod
    def _below(value: Value, defaults: Defaults | None) -> Value:
        return defaults.apply(value) if defaults is not None else value

    def __bool__(self) -> bool:
        return bool(self.values or self.inside)


@record(frozen=True, slots=True)
class Constraint:
    """A type, with the defaults of its optional attributes: what `parse_constraint` makes of a variable's `type`."""

    type: Type = DYNAMIC
    defaults: Defaults = field(default_factory=Defaults)

    def apply(self, value: Value) -> Value:
        """Fill in the defaults, then convert, as Terraform does for variables. Raises `EvaluationError`."""
        if self.defaults and value.is_known and not value.is_null:
            value = self.defaults.apply(value)
        return convert(value, self.type)

    @property
    def value_type(self) -> Type:
        """The type that converted values have."""
        return without_optional(self.type)


ANY = Constraint()


def parse_constraint(node: Node) -> Constraint:
    """Read a type constraint. Raises `StaticError` for what is none."""
    return _parse(node, 0)


def _parse(node: Node, depth: int) -> Constraint:
    if depth > _MAX_DEPTH:
        raise LimitReached(f"a type constraint nests deeper than {_MAX_DEPTH} levels")
    if isinstance(node, nodes.VariableNode):
        return _keyword(node)
    if isinstance(node, nodes.CallNode):
        return _constructor(node, depth)
    if isinstance(node, nodes.Literal) and isinstance(node.value, str):
        raise _refused(f'Type constraints are not given in quotes: write {node.value}, not "{node.value}".', node.place)
    told = "A type specification is either a primitive type keyword (bool, number, string) or a complex type"
    raise _refused(f"{told} constructor call, like list(string).", node.place)


def _refused(message: str, place: Place) -> StaticError:
    return StaticError(message, place)


def _keyword(node: nodes.VariableNode) -> Constraint:
    name = node.name
    if name in _PRIMITIVES:
        return Constraint(_PRIMITIVES[name])
    if name in _COLLECTIONS:
        if name == "set":
            raise _refused("The set type constructor requires one argument: the element type.", node.place)
        return Constraint(_COLLECTIONS[name](DYNAMIC))
    if name == "object":
        told = "The object type constructor requires one argument specifying the attribute types and values as a map."
        raise _refused(told, node.place)
    if name == "tuple":
        told = "The tuple type constructor requires one argument specifying the element types as a list."
        raise _refused(told, node.place)
    if name == "optional":
        raise _refused('Keyword "optional" is valid only as a modifier for object type attributes.', node.place)
    raise _refused(f'The keyword "{name}" is not a valid type specification.', node.place)


def _constructor(node: nodes.CallNode, depth: int) -> Constraint:
    name = node.name
    if name in _PRIMITIVES:
        raise _refused(f'Primitive type keyword "{name}" does not expect arguments.', node.place)
    if name == "optional":
        raise _refused('Keyword "optional" is valid only as a modifier for object type attributes.', node.place)
    if name not in _COLLECTIONS and name not in ("object", "tuple"):
        raise _refused(f'Keyword "{name}" is not a valid type constructor.', node.place)
    if len(node.arguments) != 1 or node.expand:
        raise _refused(f"The {name} type constructor requires one argument specifying the element type.", node.place)
    argument = node.arguments[0]
    if name == "object":
        return _object(argument, depth)
    if name == "tuple":
        return _tuple(argument, depth)
    element = _parse(argument, depth + 1)
    inside = {"": element.defaults} if element.defaults else {}
    return Constraint(_COLLECTIONS[name](element.type), Defaults(inside=inside))


def _tuple(node: Node, depth: int) -> Constraint:
    if not isinstance(node, nodes.Tuple):
        raise _refused("Tuple type constructor requires a list of element types.", node.place)
    elements = [_parse(item, depth + 1) for item in node.items]
    inside = {str(i): e.defaults for i, e in enumerate(elements) if e.defaults}
    return Constraint(TupleType(tuple(e.type for e in elements)), Defaults(inside=inside))


def _object(node: Node, depth: int) -> Constraint:
    if not isinstance(node, nodes.Object):
        told = "Object type constructor requires a map whose keys are attribute names, with types as values."
        raise _refused(told, node.place)
    types: dict[str, Type] = {}
    optional: set[str] = set()
    values: dict[str, Value] = {}
    inside: dict[str, Defaults] = {}
    for item in node.items:
        if not isinstance(item.key, nodes.Literal) or not isinstance(item.key.value, str):
            raise _refused("Object constructor map keys must be attribute names.", item.key.place)
        name = item.key.value
        if name in types:
            raise _refused("Object constructor map keys must be unique.", item.key.place)
        modifier = item.value
        if isinstance(modifier, nodes.CallNode) and modifier.name == "optional":
            if not 1 <= len(modifier.arguments) <= 2:
                told = "Optional attribute modifier requires the attribute type as its argument."
                raise _refused(told, modifier.place)
            optional.add(name)
            found = _parse(modifier.arguments[0], depth + 1)
            if len(modifier.arguments) == 2:
                values[name] = _default(modifier.arguments[1], found)
        else:
            found = _parse(modifier, depth + 1)
        types[name] = found.type
        if found.defaults:
            inside[name] = found.defaults
    return Constraint(object_type(types, frozenset(optional)), Defaults(values, inside))


def _default(node: Node, constraint: Constraint) -> Value:
    """The default that is written in `optional(type, default)`."""
    from imdsguard.hcl.evaluate.compile import compile_expression

    compiled = compile_expression(node)
    if compiled.traversals:
        raise _refused("Variables may not be used here.", compiled.traversals[0].place)
    if compiled.constant is None:
        raise _refused("The default of an optional attribute must be a constant: no functions here.", node.place)
    try:
        return convert(compiled.constant, constraint.type)
    except EvaluationError as error:
        told = "This default value is not compatible with the attribute's type constraint"
        raise _refused(f"{told}: {error.message}.", node.place) from None
