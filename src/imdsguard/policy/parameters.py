"""What a policy sets on a rule, checked against the rule's own `Parameters`."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from imdsguard.policy.errors import Complaints, PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.rule import Rule

_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")
_LISTS = (tuple, frozenset, list, set)


def read_parameters(rule: Rule, written: Mapping[str, tuple[Scalar, Node]]) -> object | None:
    """Make the rule's `Parameters`. Raises `PolicyError` for a name it does not have and a value of the wrong type."""
    if not written:
        return None
    if rule.parameters is None:
        key = next(iter(written.values()))[0]
        raise PolicyError(f'{rule.id} has no parameter "{key.text}"{nearest(key.text, _ALWAYS)}', key.place)
    types = parameter_types(rule)
    values: dict[str, object] = {}
    wrong = Complaints()
    for name, (key, node) in written.items():
        if name in types:
            values[name] = wrong.attempt(_value, node, types[name], f"{rule.id}: {name}")
        else:
            wrong.add(f'{rule.id} has no parameter "{name}"{nearest(name, (*types, *_ALWAYS))}', key.place)
    wrong.raise_if_any()
    try:
        made: object = rule.parameters(**values)
    except ValueError as error:  # a rule may check ranges in __post_init__
        place = next(iter(written.values()))[1].place
        raise PolicyError(f"{rule.id}: {error}", place) from None
    return made


def parameter_types(rule: Rule) -> dict[str, Any]:
    """Give the types of the rule's parameters by name, in order."""
    if rule.parameters is None:
        return {}
    hints = get_type_hints(rule.parameters)
    return {field.name: hints[field.name] for field in fields(rule.parameters)}


def name_of(kind: Any) -> str:
    """Say a type as a person says it who writes a policy."""
    choices = _choices(kind)
    if choices:
        return "one of " + ", ".join(choices)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in _LISTS:
        inner = name_of(arguments[0]) if arguments else ""
        words = {"a word": "words", "a whole number": "whole numbers", "a number": "numbers"}
        return f"a list of {words.get(inner, inner.replace('one of ', 'any of '))}" if inner else "a list"
    if arguments and type(None) in arguments:
        return " or ".join(name_of(a) for a in arguments if a is not type(None)) + " or null"
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}.get(kind, str(kind))


def in_yaml(value: object) -> str:
    """Give a parameter's value as a policy writes it."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(in_yaml(item) for item in value)}]"
    if isinstance(value, (frozenset, set)):
        return in_yaml(sorted(value, key=str))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    word = getattr(value, "value", value)
    return '""' if word == "" else str(word)


def _value(node: Node, kind: Any, what: str) -> object:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in _LISTS:
        if not isinstance(node, Items):
            raise _wrong(node, kind, what)
        make: Any = origin
        return make(_value(item, arguments[0] if arguments else str, what) for item in node.items)
    if type(None) in arguments:
        if isinstance(node, Scalar) and not node.quoted and node.text in ("", "null", "~"):
            return None
        (inner,) = (a for a in arguments if a is not type(None))
        return _value(node, inner, what)
    if not isinstance(node, Scalar):
        raise _wrong(node, kind, what)
    return _scalar(node, kind, what)


def _scalar(node: Scalar, kind: Any, what: str) -> object:
    choices = _choices(kind)
    if choices:
        if node.text in choices:
            return kind(node.text) if isinstance(kind, type) else node.text
        raise PolicyError(f'{what} cannot be "{node.text[:60]}"{nearest(node.text, choices)}', node.place)
    word = node.text.lower()
    if kind is str:
        return node.text
    if not node.quoted:
        if kind is bool and word in _TRUE + _FALSE:
            return word in _TRUE
        if kind in (int, float) and len(word) <= 18:
            try:
                return kind(word)
            except ValueError:
                pass
    raise _wrong(node, kind, what)


def _choices(kind: Any) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return tuple(str(a) for a in get_args(kind)) if get_origin(kind) is Literal else ()


def _wrong(node: Node, kind: Any, what: str) -> PolicyError:
    return PolicyError(f"{what} must be {name_of(kind)}, not {kind_of(node)}", node.place)


_ALWAYS = ("severity", "on_unknown", "on_deployed")
