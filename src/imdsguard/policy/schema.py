"""`policies/schema.json`: written from the declaration of a policy, and held against a policy that was refused."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from imdsguard.policy.declaration import SCALAR
from imdsguard.policy.document import POLICY
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar
from imdsguard.policy.parameters import parameter_types
from imdsguard.policy.selection import names_of
from imdsguard.policy.shapes import is_nothing
from imdsguard.policy.shipped import shipped_folder
from imdsguard.system.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jsonschema.exceptions import ValidationError

    from imdsguard.model.place import Place
    from imdsguard.model.rule import Rule

_LONGEST = 200
_WHICH_ONE = ("type", "enum", "const", "anyOf")
"""What fails where another alternative was meant."""
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")


def policy_schema(rules: Sequence[Rule], reserved: Iterable[str], policies: Iterable[str]) -> dict[str, Any]:
    """Write the JSON Schema of a policy, with what an editor offers for these rules and policies."""
    definitions: dict[str, Any] = {}
    written = POLICY.schema(definitions)
    written["properties"]["rules"]["properties"] = {rule.id: _rule_schema(rule) for rule in rules}
    offered = {
        "rule_id": [*(rule.id for rule in rules), *reserved],
        "policy_name": list(policies),
        "control": sorted({name for rule in rules for name in names_of(rule.controls)}),
    }
    for name, words in offered.items():
        definitions[name]["anyOf"][0]["enum"] = words
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "imdsguard policy",
        "description": "Which rules run, how bad what they find is, and from when on a run fails.",
        **written,
        "definitions": definitions,
    }


def missed(node: Node, said: Sequence[PolicyError]) -> tuple[PolicyError, ...]:
    """Give what the schema refuses in a policy where the reader, which has refused it, said nothing of that part.

    jsonschema is imported here, so for a refused policy only.
    """
    import json

    import jsonschema

    schema = json.loads(read_bytes(f"{shipped_folder('policies')}/schema.json"))
    validator = jsonschema.Draft7Validator(schema)
    lines = {error.place.line for error in said if error.place is not None}
    found: dict[Place, PolicyError] = {}
    for refused in validator.iter_errors(value_of(node)):
        error = _innermost(refused)
        path = list(error.absolute_path)
        part = _part(node, path)
        if lines.isdisjoint(_lines(part)):
            message = f"{'.'.join(map(str, path)) or 'a policy'}: {error.message}"
            found[part.place] = PolicyError(f"{message[:_LONGEST]} (policies/schema.json)", part.place)
    return tuple(found.values())


def _innermost(error: ValidationError) -> ValidationError:
    """Give what is wrong with the alternative that was meant: the one that goes furthest before it fails."""
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), each.validator not in _WHICH_ONE))
    return error


def _lines(node: Node) -> set[int]:
    """The lines on which something of a part of a policy stands."""
    lines = {node.place.line}
    if isinstance(node, Items):
        return lines.union(*map(_lines, node.items))
    if isinstance(node, Scalar):
        return lines
    return lines.union(*(_lines(each) for entry in node.entries for each in entry))


def value_of(node: Node) -> Any:
    """Give a node as JSON has it; of words as YAML 1.2 reads them, so that `off` is a text."""
    if isinstance(node, Scalar):
        return node.text if node.quoted else _plain(node)
    if isinstance(node, Items):
        return [value_of(item) for item in node.items]
    return {key.text: value_of(value) for key, value in node.entries}


def _plain(node: Scalar) -> Any:
    if is_nothing(node):
        return None
    if _TRUE.fullmatch(node.text) or _FALSE.fullmatch(node.text):
        return node.text.lower() == "true"
    if _INTEGER.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if _NUMBER.fullmatch(node.text) else node.text


def _part(node: Node, path: Sequence[str | int]) -> Node:
    """Give what a path leads to, as far as it leads."""
    for step in path:
        below: Node | None = None
        if isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        elif not isinstance(node, (Items, Scalar)):
            below = node.get(str(step))
        if below is None:
            break
        node = below
    return node


def _rule_schema(rule: Rule) -> dict[str, Any]:
    """What a policy can say about one rule: the same as about any, with its own parameters."""
    default = rule.parameters() if rule.parameters is not None else None
    own = {
        name: {
            "description": f"A parameter of {rule.id}.",
            **_type_schema(kind),
            "default": _jsonable(getattr(default, name)),
        }
        for name, kind in parameter_types(rule).items()
    }
    about_any = "#/definitions/rule/anyOf/1/properties"
    always: dict[str, Any] = {
        name: {"$ref": f"{about_any}/{name}"} for name in ("severity", "on_unknown", "on_deployed")
    }
    switch: dict[str, Any] = {"$ref": "#/definitions/switch"}
    summary = rule.summary
    if rule.fixed:
        always = {"severity": {"enum": [rule.severity.value]}}
        switch = {"enum": ["on", "yes", True, rule.severity.value]}
        summary += " No policy can make this milder: exempt what is meant to be so."
    table = {"type": "object", "additionalProperties": False, "properties": {**own, **always}}
    return {"description": summary, "anyOf": [switch, table]}


def _type_schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a parameter's type."""
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return {"enum": list(arguments)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if get_origin(kind) in (tuple, frozenset, list, set):
        return {"type": "array", "items": _type_schema(arguments[0])}
    if type(None) in arguments:
        return {"anyOf": [{"type": "null"}, *(_type_schema(each) for each in arguments if each is not type(None))]}
    if kind is bool:
        return {"enum": [True, False, "yes", "no", "on", "off"]}
    kinds: dict[Any, Any] = {int: "integer", float: "number", str: SCALAR}
    return {"type": kinds[kind]}


def _jsonable(value: object) -> object:
    """A default as JSON writes it."""
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    if isinstance(value, (frozenset, set)):
        return sorted(str(_jsonable(item)) for item in value)
    return getattr(value, "value", value)
