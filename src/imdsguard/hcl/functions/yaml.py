"""`yamldecode` and `yamlencode`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.functions.function import FunctionCall, Parameter, function, normalised
from imdsguard.hcl.functions.yaml_scalars import resolve
from imdsguard.hcl.functions.yaml_text import encode
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.types import DYNAMIC, STRING
from imdsguard.hcl.values.value import EMPTY_OBJECT, EMPTY_TUPLE, Value, drawn, object_of, sketched, string, tuple_of

if TYPE_CHECKING:
    from imdsguard.hcl.bounds import Bounds

MAP_TAG = "tag:yaml.org,2002:map"
SEQUENCE_TAG = "tag:yaml.org,2002:seq"
_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
MOST_NESTED = 200
"""How deep a document may nest."""


@function("yamlencode", STRING, Parameter("value", null=True, dynamic=True), not_null=False)
def yamlencode(call: FunctionCall, value: Value) -> Value:
    """YAML as Terraform writes it: block style, strings in quotes."""
    if not value.wholly_known:
        return sketched(call.unknown(), encode(drawn(value), call.context.bounds) if value.is_known else None)
    return string(encode(value, call.context.bounds))


@function("yamldecode", DYNAMIC, Parameter("src", STRING), not_null=False)
def yamldecode(call: FunctionCall, source: Value) -> Value:
    """The value of a YAML document."""
    return _YamlReader(str(source.raw), call.context.bounds).document()


class _YamlReader:
    """Reads one document from the parser's events; aliases share the value of their anchor.

    Not the reader of `model/bounded_yaml.py`: what Terraform refuses and how it says so depends on the order of events,
    tags count, `<<` merges, and the bounds are those of the evaluation (steps, values that aliases repeat, bytes).
    """

    def __init__(self, text: str, bounds: Bounds) -> None:
        import yaml

        self._yaml = yaml
        self._bounds = bounds
        self._text = text
        self._anchors: dict[str, Value] = {}
        self._pending: list[str] = []
        self._sizes: dict[int, int] = {}
        self._depth = 0
        loader = getattr(yaml, "CLoader", yaml.Loader)
        try:
            self._loader: Any = loader(text or "\n")
        except yaml.YAMLError as error:
            raise EvaluationError(_problem(error)) from None

    def document(self) -> Value:
        """Read the one document. Raises `EvaluationError` and `LimitReached`."""
        yaml = self._yaml
        self._next()
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent):
            raise EvaluationError("missing start of document")
        if start.version not in (None, (1, 1)):
            raise EvaluationError("found incompatible YAML document")
        value = self._value(self._next())
        self._next()
        after = self._next()
        if isinstance(after, yaml.DocumentStartEvent):
            raise EvaluationError("only a single document is allowed")
        if not isinstance(after, yaml.StreamEndEvent):
            raise EvaluationError("unexpected extra content after value")
        return value

    def _next(self) -> Any:
        self._bounds.step()
        try:
            return self._loader.get_event()
        except self._yaml.YAMLError as error:
            raise EvaluationError(_problem(error)) from None

    def _value(self, event: Any) -> Value:
        yaml = self._yaml
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.anchor:
            self._pending.append(event.anchor)
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        else:
            self._depth += 1
            if self._depth > MOST_NESTED:
                raise LimitReached(f"a YAML document nests more than {MOST_NESTED} levels")
            value = self._sequence(event) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(event)
            self._depth -= 1
        if event.anchor:
            self._pending.remove(event.anchor)
            self._anchors[event.anchor] = value
        return value

    def _scalar(self, event: Any) -> Value:
        written = self._text[event.start_mark.index : event.end_mark.index] if event.style == '"' else ""
        if _SLASH.search(written):  # an escape of YAML 1.2 that Terraform's older parser does not know
            raise EvaluationError("found unknown escape character")
        return resolve(event)

    def _alias(self, event: Any) -> Value:
        name = event.anchor
        if name in self._pending:
            raise EvaluationError(f'cannot refer to anchor "{name}" from inside its own definition')
        if name not in self._anchors:
            raise EvaluationError(f'reference to undefined anchor "{name}"')
        value = self._anchors[name]
        self._bounds.items(self._size(value))
        return value

    def _size(self, value: Value) -> int:
        """How many values there are in a value, with those that aliases repeat."""
        if not isinstance(value.raw, (tuple, Mapping)):
            return 1
        if id(value) not in self._sizes:
            self._sizes[id(value)] = 1 + sum(self._size(v) for v in value.elements())
        return self._sizes[id(value)]

    def _sequence(self, event: Any) -> Value:
        if event.tag not in (None, SEQUENCE_TAG):
            raise EvaluationError(f"can't interpret sequence as {event.tag}")
        items: list[Value] = []
        while not isinstance(following := self._next(), self._yaml.SequenceEndEvent):
            items.append(self._value(following))
        return tuple_of(items) if items else EMPTY_TUPLE

    def _mapping(self, event: Any) -> Value:
        if event.tag not in (None, MAP_TAG):
            raise EvaluationError(f"can't interpret mapping as {event.tag}")
        members: dict[str, Value] = {}
        while not isinstance(key := self._next(), self._yaml.MappingEndEvent):
            if not isinstance(key, self._yaml.ScalarEvent):
                raise EvaluationError("only strings are allowed as mapping keys")
            if key.tag is None and key.value == "<<":
                self._merge(self._value(self._next()), members)
                continue
            name = convert(self._scalar(key), STRING)
            if name.is_null:
                raise EvaluationError("mapping key cannot be null")
            members[str(normalised(name.raw))] = self._value(self._next())
        return object_of(members) if members else EMPTY_OBJECT

    def _merge(self, value: Value, members: dict[str, Value]) -> None:
        """Take over the members of a mapping, over those that are there already."""
        if not isinstance(value.raw, Mapping):
            raise EvaluationError(f"cannot merge {value.type.name} into mapping")
        members.update(value.raw)


def _problem(error: Any) -> str:
    """What PyYAML says, in one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"on line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else f"invalid YAML: {problem}"
