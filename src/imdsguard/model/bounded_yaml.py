"""YAML as nodes with their marks, within bounds. No tag is followed, and nothing is made of any.

Policies, user data and manifests are read with it. Only `yamldecode` has a reader of its own (`hcl/functions/yaml.py`):
it makes values from the parser's events, with the messages of Terraform's reader and the bounds of an evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record

if TYPE_CHECKING:
    from yaml import Event, Node


@record(frozen=True, slots=True)
class YamlBounds:
    """How much is read: `deepest` levels of nodes in each other, and `most_nodes` in all (None: any number).

    PyYAML's work grows with the square of the depth, and what aliases (`*name`) stand for with its power.
    """

    deepest: int
    most_nodes: int | None = None
    aliases: bool = True


class YamlBoundError(Exception):
    """A bound was reached: `bound` is the name of the field of `YamlBounds`, the marks are where (from 0)."""

    def __init__(self, bound: str, event: Event) -> None:
        super().__init__(bound)
        self.bound = bound
        self.start = event.start_mark
        self.end = event.end_mark


def compose(text: str, bounds: YamlBounds, *, alone: bool) -> Node | None:
    """Give the root of the first document; None if there is none. `alone`: a second document is an error.

    Raises `YamlBoundError`, `yaml.YAMLError` for what is no YAML, and `RecursionError` where flow collections nest so
    deep that the parser itself cannot follow.
    """
    import yaml

    class Bounded(yaml.SafeLoader):
        """Ends at a bound, before what lies beyond it is read."""

        depth = 0
        nodes = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
            if not bounds.aliases and isinstance(event, yaml.AliasEvent):
                raise YamlBoundError("aliases", event)
            if self.depth == bounds.deepest:
                raise YamlBoundError("deepest", event)
            if self.nodes == bounds.most_nodes:
                raise YamlBoundError("most_nodes", event)
            self.depth += 1
            self.nodes += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    loader = Bounded(text)
    try:
        if alone:
            return loader.get_single_node()
        return loader.get_node() if loader.check_node() else None
    except (ValueError, OverflowError):  # PyYAML makes a character of whatever number an escape has: "\U00110000"
        mark: Any = loader.get_mark()
        raise yaml.MarkedYAMLError(problem="found an escape of what is no character", problem_mark=mark) from None
