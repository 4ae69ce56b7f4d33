"""The text that an expression of Python stands for, as far as the script tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.syntax_tree import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 40
_LONGEST = 4_000
_SAME = frozenset({"str", "Request", "urllib.request.Request", "urllib2.Request", "urljoin", "bytes", "encode"})
_OPENERS = frozenset({"HTTPConnection", "HTTPSConnection", "HTTPConnectionPool", "Client", "AsyncClient"})
_SKIPPED = frozenset({"string_start", "string_end", "comment"})


@dataclass
class PythonNames:
    """What names stand for: those of imports, and the text that was last assigned to a variable."""

    imports: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def resolved(self, name: str) -> str:
        """The full name of a function: `u.urlopen` after `import urllib.request as u`."""
        first, dot, rest = name.partition(".")
        return self.imports.get(first, first) + dot + rest


def expanded(node: Node, names: PythonNames, depth: int = 0) -> str:
    """Strings joined, names replaced by what they were last set to; `GAP` for what is not known."""
    if depth > _DEEPEST:
        return GAP
    if node.type in {"identifier", "attribute"}:
        name = text_of(node)
        return names.values.get(name, names.values.get(name.rpartition(".")[2], GAP))
    if node.type == "string_content" or not node.named_children:
        return text_of(node) if node.type not in {"string", "none", "true", "false", "list", "dictionary"} else ""
    if node.type == "call":
        return _called(node, names, depth)
    if node.type == "binary_operator" and any(c.type == "%" for c in node.children):
        left, right = node.named_children[0], node.named_children[-1]
        return _filled(expanded(left, names, depth + 1), _items(right, names, depth), r"%\(?\w*\)?[sdr]")
    children = [c for c in node.named_children if c.type not in _SKIPPED]
    between = "" if node.type in {"string", "binary_operator", "concatenated_string", "interpolation"} else " "
    if node.type == "keyword_argument":
        children = children[1:]
    return between.join(expanded(c, names, depth + 1) for c in children)[:_LONGEST]


def spread_arguments(arguments: Node, names: PythonNames) -> dict[str, str]:
    """The texts of arguments: by position ("0", "1", ...) and by name."""
    found: dict[str, str] = {}
    for number, child in enumerate(arguments.named_children):
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        found[text_of(name) if name is not None else str(number)] = expanded(child, names)
    return found


def _called(node: Node, names: PythonNames, depth: int) -> str:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return GAP
    name = names.resolved(text_of(function))
    last = name.rsplit(".", 1)[-1]
    if function.type == "attribute" and last in {"format", "join"}:
        owner = function.child_by_field_name("object")
        text = expanded(owner, names, depth + 1) if owner is not None else GAP
        if last == "join" and arguments.named_children:
            return text.join(_items(arguments.named_children[0], names, depth))[:_LONGEST]
        return _filled(text, [expanded(c, names, depth + 1) for c in arguments.named_children], r"\{\w*\}")
    if last in _SAME or name in _SAME or last in _OPENERS:
        between = "" if last == "urljoin" else " "
        return between.join(expanded(c, names, depth + 1) for c in arguments.named_children)[:_LONGEST]
    if function.type == "attribute" and last in {"encode", "strip", "rstrip", "lower"}:
        owner = function.child_by_field_name("object")
        return expanded(owner, names, depth + 1) if owner is not None else GAP
    return GAP


def _items(node: Node, names: PythonNames, depth: int) -> list[str]:
    if node.type in {"list", "tuple"}:
        return [expanded(c, names, depth + 1) for c in node.named_children]
    return [expanded(node, names, depth + 1)]


def _filled(text: str, values: list[str], mark: str) -> str:
    """The text with its marks replaced, one value after the other."""
    rest = list(values)
    return re.sub(mark, lambda _: rest.pop(0) if rest else GAP, text[:_LONGEST])[:_LONGEST]
