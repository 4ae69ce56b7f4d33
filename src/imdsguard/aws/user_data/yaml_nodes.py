"""YAML as nodes with their lines, and bounded: nothing is made of tags, and nothing may nest without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Node, ScalarNode

_DEEPEST = 48
_MOST_NODES = 30_000


class NotYamlError(Exception):
    """The text is no YAML, or more than is read. `line` counts from 0."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def root_of(text: str) -> Node | None:
    """The first document of a text. Raises NotYamlError."""
    import yaml

    class BoundedLoader(yaml.SafeLoader):
        """Ends early: the reader's work grows with the square of the depth."""

        depth = 0
        nodes = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.depth == _DEEPEST or self.nodes == _MOST_NODES:
                reason = f"nests deeper than {_DEEPEST} levels" if self.depth == _DEEPEST else "is too large to be read"
                event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
                raise NotYamlError(reason, event.start_mark.line if event.start_mark else None)
            self.depth += 1
            self.nodes += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    try:
        loader = BoundedLoader(text)
        return loader.get_node() if loader.check_node() else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError("is not YAML", mark.line if mark is not None else None) from None


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
