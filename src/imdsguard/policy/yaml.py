"""A policy's text to nodes. It is read for its structure only: no tag is looked at, nothing is built from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.bounded_yaml import YamlBoundError, YamlBounds, compose
from imdsguard.model.place import Place
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table
from imdsguard.policy.plain import read_plain

if TYPE_CHECKING:
    import yaml

LARGEST = 256 * 1024
"""Bytes of a policy file. Those that people write have a few thousand."""
BOUNDS = YamlBounds(deepest=64, aliases=False)
"""No key of a policy is deeper than ten, and none needs aliases."""
_ALIAS = "a policy cannot use YAML aliases (`*name`): write it out"
_TOO_DEEP = "this policy is nested too deeply"


def read_nodes(data: bytes, file: str) -> Node:
    """Read the text of a policy. Raises `PolicyError` if it is not YAML, is too large, or uses what no policy needs."""
    if len(data) > LARGEST:
        raise PolicyError(f"this policy is larger than {LARGEST // 1024} KiB", Place(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError("this policy is not UTF-8 text", Place(file, line)) from None
    text = text.replace("\r\n", "\n")
    return read_plain(text, file) or read_yaml(text, file)


def read_yaml(text: str, file: str) -> Node:
    """Read any YAML. Raises `PolicyError`."""
    import yaml
    from yaml.reader import ReaderError

    try:
        node = compose(text, BOUNDS, alone=True)
        if node is None:
            return Table((), Place(file, 1, 1))
        return _convert(node, file)
    except YamlBoundError as error:
        place = _place(error.start, error.end, file)
        raise PolicyError(_ALIAS if error.bound == "aliases" else _TOO_DEEP, place) from None
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark, error.problem_mark, file) if error.problem_mark else Place(file)
        raise PolicyError(_words(error), place) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"this is not YAML: it cannot hold the character U+{ord(text[error.position]):04X}"
        raise PolicyError(message, Place(file, line, column)) from None
    except yaml.YAMLError as error:
        raise PolicyError(f"this is not YAML: {str(error).splitlines()[0]}", Place(file)) from None
    except RecursionError:
        raise PolicyError(_TOO_DEEP, Place(file)) from None


def _words(error: yaml.MarkedYAMLError) -> str:
    if error.problem == "but found another document":
        return "a policy is one document, and here another one begins"
    said = error.problem or error.context
    return f"this is not YAML: {'a tab cannot indent' if said == _TAB else said}"


_TAB = "found character '\\t' that cannot start any token"


def _convert(node: yaml.Node, file: str) -> Node:
    import yaml

    place = _place(node.start_mark, node.end_mark, file)
    if isinstance(node, yaml.ScalarNode):
        half = next((character for character in node.value if "\ud800" <= character <= "\udfff"), None)
        if half is not None:  # by an escape: such text can be neither a file's name nor written to a report
            raise PolicyError(f"this is not YAML: it cannot hold the character U+{ord(half):04X}", place)
        return Scalar(node.value, place, quoted=node.style is not None)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_convert(item, file) for item in node.value), place)
    entries: dict[str, tuple[Scalar, Node]] = {}
    for name, value in node.value:
        key = _convert(name, file)
        if not isinstance(key, Scalar):
            raise PolicyError("a key must be a word", key.place)
        if key.text in entries:
            first = entries[key.text][0].place.line
            raise PolicyError(f'the key "{key.text}" is there twice (first in line {first})', key.place)
        entries[key.text] = (key, _convert(value, file))
    return Table(tuple(entries.values()), place)


def _place(start: Any, end: Any, file: str) -> Place:
    return Place(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
