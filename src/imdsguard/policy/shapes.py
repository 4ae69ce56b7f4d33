"""The shapes that every part of a policy is made of."""

from __future__ import annotations

from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.nodes import Node, Scalar, Table, kind_of


def table_of(node: Node, what: str) -> Table:
    """Give a mapping; nothing at all is an empty one. Raises `PolicyError`."""
    if isinstance(node, Table):
        return node
    if isinstance(node, Scalar) and not node.text and not node.quoted:
        return Table((), node.place)
    raise PolicyError(f"{what} must be a mapping, not {kind_of(node)}", node.place)


def word_of(node: Node, what: str, known: tuple[str, ...]) -> str:
    """Give one of the `known` words. Raises `PolicyError`."""
    if isinstance(node, Scalar) and node.text in known:
        return node.text
    hint = nearest(node.text, known) if isinstance(node, Scalar) else ""
    listed = f"{', '.join(known[:-1])} or {known[-1]}"
    raise PolicyError(f"{what} must be {listed}, not {kind_of(node)}{hint if 'mean' in hint else ''}", node.place)
