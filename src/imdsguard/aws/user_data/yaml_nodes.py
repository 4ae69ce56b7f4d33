"""YAML of user data and of manifests, as nodes with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.bounded_yaml import YamlBoundError, YamlBounds, compose
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Node, ScalarNode

BOUNDS = YamlBounds(deepest=48, most_nodes=30_000)
"""cloud-config has aliases, which cloud-init follows; a node that many of them name is one node here."""


class NotYamlError(Exception):
    """The text is no YAML, or more than is read. `line` counts from 0."""

    def __init__(self, reason: Reason, line: int | None = None) -> None:
        super().__init__(reason.kind.value)
        self.reason = reason
        self.line = line


def root_of(text: str) -> Node | None:
    """The first document of a text, None if it has none. Raises `NotYamlError`, also where it is more than is read."""
    import yaml

    try:
        return compose(text, BOUNDS, alone=False)
    except YamlBoundError as error:
        deep = Reason(ReasonKind.YAML_TOO_DEEP, str(BOUNDS.deepest))
        reason = deep if error.bound == "deepest" else Reason(ReasonKind.YAML_TOO_LARGE)
        raise NotYamlError(reason, error.start.line if error.start is not None else None) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(Reason(ReasonKind.NOT_YAML), mark.line if mark is not None else None) from None


def entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The keys and values of a mapping; nothing for any other node."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (key.value if isinstance(key, yaml.ScalarNode) else ""), value


def items(node: Node | None) -> list[Node]:
    """The items of a sequence; nothing for any other node."""
    import yaml

    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def scalar(node: Node | None) -> str | None:
    """The text of a scalar; None for any other node."""
    import yaml

    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def scalars(node: Node) -> Iterator[ScalarNode]:
    """All scalars in a node, each once (aliases may name a node many times)."""
    import yaml

    stack, seen = [node], set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, yaml.ScalarNode):
            yield current
        elif isinstance(current, yaml.SequenceNode):
            stack.extend(reversed(current.value))
        elif isinstance(current, yaml.MappingNode):
            stack.extend(part for pair in reversed(current.value) for part in pair)
