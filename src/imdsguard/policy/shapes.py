"""The shapes that every part of a policy is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of

if TYPE_CHECKING:
    from imdsguard.policy.errors import Complaints

MOST = 1_000
"""Words of a list, and entries of a list of requirements or exemptions: bounds the work for each finding."""
RULE_ID = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""What the id of a rule looks like, for the schema."""
_NOTHING = ("", "~", "null", "Null", "NULL")


def table_of(node: Node, what: str) -> Table:
    """Give a mapping; nothing at all is an empty one. Raises `PolicyError`."""
    if isinstance(node, Table):
        return node
    if is_nothing(node):
        return Table((), node.place)
    raise PolicyError(f"{what} must be a mapping, not {kind_of(node)}", node.place)


def is_nothing(node: Node) -> bool:
    """Whether there is no value, or YAML's word for none."""
    return isinstance(node, Scalar) and not node.quoted and node.text in _NOTHING


def word_of(node: Node, what: str, known: tuple[str, ...]) -> str:
    """Give one of the `known` words. Raises `PolicyError`."""
    if isinstance(node, Scalar) and node.text in known:
        return node.text
    if isinstance(node, Scalar) and not node.quoted and node.text.lower() == "false" and "off" in known:
        return "off"  # which is the same to many readers of YAML
    hint = nearest(node.text, known) if isinstance(node, Scalar) else ""
    listed = f"{', '.join(known[:-1])} or {known[-1]}"
    raise PolicyError(f"{what} must be {listed}, not {kind_of(node)}{hint if 'mean' in hint else ''}", node.place)


def refuse_others(table: Table, what: str, known: tuple[str, ...], wrong: Complaints) -> None:
    """Note every key of a mapping that is none of the `known` ones."""
    for key, _ in table.entries:
        if key.text not in known:
            wrong.add(f'{what} has no key "{key.text[:60]}"{nearest(key.text, known)}', key.place)


def sentence_of(node: Node, what: str) -> str:
    """Give a text that says something. Raises `PolicyError`."""
    if isinstance(node, Scalar) and node.text.strip() and "\0" not in node.text and not is_nothing(node):
        return node.text
    raise PolicyError(f"{what} must be a text, not {kind_of(node)}", node.place)


def items_of(node: Node, what: str) -> tuple[Scalar, ...]:
    """Give a word, or each word of a list that has some. Raises `PolicyError`."""
    items = node.items if isinstance(node, Items) else (node,)
    for item in items:
        if not isinstance(item, Scalar) or not item.text.strip() or "\0" in item.text or is_nothing(item):
            raise PolicyError(f"{what} must be a word or a list of words, not {kind_of(item)}", item.place)
    if not items:
        raise PolicyError(f"{what} must be a word or a list of words, not an empty list", node.place)
    if len(items) > MOST:
        raise PolicyError(f"{what} cannot have more than {MOST} words", node.place)
    return tuple(item for item in items if isinstance(item, Scalar))


def words_of(node: Node, what: str) -> tuple[str, ...]:
    """Give the same as texts. Raises `PolicyError`."""
    return tuple(item.text for item in items_of(node, what))


def choices_of(node: Node, what: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Give one or several of the `known` words. Raises `PolicyError`."""
    return tuple(word_of(item, what, known) for item in items_of(node, what))
