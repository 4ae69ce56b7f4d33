"""HCL's JSON syntax: the same model of bodies and expressions ("JSON Syntax Specification", HCL).

JSON does not tell arguments from blocks, so a body answers for what it is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.body import Attribute, Block
from imdsguard.hcl.syntax.json_text import JsonProperty, JsonValue, parse_json
from imdsguard.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.model.place import Place

_COMMENT = "//"
_REMEDY = "correct the file: `terraform validate` points at the same place"


def parse_json_body(source: SourceText) -> tuple[SyntaxBody, tuple[Problem, ...]]:
    """Read a `.tf.json` or `.tfvars.json` file. Never raises: of a file that is not JSON nothing is understood."""
    empty = JsonValue("object", None, 0, 0)
    if source.problems and not source.text:
        return JsonBody(source, (empty,), empty), source.problems
    try:
        value = parse_json(source)
    except SyntaxProblem as error:
        return JsonBody(source, (empty,), empty), (*source.problems, Problem(error.message, error.place, _REMEDY))
    problems = list(source.problems)
    objects = (value,) if value.kind == "object" else value.items
    if value.kind not in ("object", "array") or any(item.kind != "object" for item in objects):
        place = source.place(value.start, value.end)
        problems.append(Problem("the file must hold a JSON object, or an array of objects", place, _REMEDY))
        objects = tuple(item for item in objects if item.kind == "object")
    return JsonBody(source, objects, value), tuple(problems)


class JsonExpression:
    """A JSON value as an expression: strings are templates, also those that name the attributes of objects."""

    __slots__ = ("_node", "problem", "source", "value")

    def __init__(self, source: SourceText, value: JsonValue, problem: SyntaxProblem | None = None) -> None:
        self.source = source
        self.value = value
        self.problem = problem
        self._node: Node | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.source.place(self.value.start, self.value.end)

    def node(self) -> Node:
        """Make its tree (once), strings as templates. Raises `SyntaxProblem`, also if the property is set twice."""
        if self.problem is not None:
            raise self.problem
        if self._node is None:
            from imdsguard.hcl.syntax.json_nodes import template_node

            self._node = template_node(self.source, self.value)
        return self._node


class JsonBody:
    """One object, or the objects of an array read as one body. `value` is what stands in the file."""

    __slots__ = ("_properties", "source", "value")

    def __init__(self, source: SourceText, objects: Sequence[JsonValue], value: JsonValue) -> None:
        self.source = source
        self.value = value
        self._properties: dict[str, list[JsonProperty]] = {}
        for item in objects:
            for found in item.properties:
                if found.name != _COMMENT:
                    self._properties.setdefault(found.name, []).append(found)

    @property
    def place(self) -> Place:
        """Where the object stands: its opening brace."""
        return self.source.place(self.value.start, self.value.start + 1)

    def attribute(self, name: str) -> Attribute | None:
        """Return the property of that name, as an attribute. If it is written twice, its expression is an error."""
        found = self._properties.get(name)
        if not found:
            return None
        problem = None
        if len(found) > 1:
            first = self.source.position(found[0].start)[0]
            problem = self._wrong(f'the argument "{name}" is set twice: it was already set on line {first}', found[1])
        only = found[0]
        place = self.source.place(only.start, only.end)
        return Attribute(name, JsonExpression(self.source, only.value, problem), place)

    def attributes(self) -> Mapping[str, Attribute]:
        """All properties, in the order of the source."""
        return {name: attribute for name in self._properties if (attribute := self.attribute(name)) is not None}

    def blocks(self, type: str, labels: int = 0) -> Sequence[Block]:  # noqa: A002
        """The blocks of a type, in order. Raises `SyntaxProblem` for a property that cannot be such blocks."""
        found: list[Block] = []
        for one in self._properties.get(type, ()):
            self._unpack(one, one.value, labels, (), found, type)
        return found

    def block_types(self) -> Sequence[str]:
        """The names of all properties."""
        return tuple(self._properties)

    def _unpack(
        self,
        named: JsonProperty,
        value: JsonValue,
        labels: int,
        used: tuple[str, ...],
        found: list[Block],
        block_type: str,
    ) -> None:
        """Collect the blocks in `value`: one object level a label, then an object, or an array of objects."""
        if value.kind == "constant" and value.content is None:
            if labels:
                raise self._wrong(f"a {block_type} block needs {labels} more name(s): properties of an object", named)
            return
        objects = value.items if value.kind == "array" else (value,)
        if any(item.kind != "object" for item in objects):
            raise self._wrong(f"the content of a {block_type} block must be an object, or an array of objects", named)
        if not labels:
            place = self.source.place(named.start, named.end)
            found.extend(Block(block_type, used, JsonBody(self.source, (item,), item), place) for item in objects)
            return
        for item in objects:
            for inner in item.properties:
                self._unpack(inner, inner.value, labels - 1, (*used, inner.name), found, block_type)

    def _wrong(self, message: str, at: JsonProperty) -> SyntaxProblem:
        return SyntaxProblem(message, self.source.place(at.start, at.end))
