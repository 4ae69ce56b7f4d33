"""The part of a policy that says what a comment in the code may suppress: `suppressions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, kind_of
from imdsguard.policy.shapes import table_of, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.rule import Rule

KEYS = ("comments", "rules")


@record(frozen=True, slots=True)
class Suppressions:
    """What comments may do. None: the policy does not say.

    Comments count unless `comments` is false. `rules` are the only ones that they may suppress; without it these are all
    but the fixed ones (`Rule.fixed`), which must be named.
    """

    comments: bool | None = None
    rules: tuple[Scalar, ...] | None = None

    def over(self, base: Suppressions) -> Suppressions:
        """Give what both say together: where they differ, this one counts."""
        return Suppressions(
            base.comments if self.comments is None else self.comments, base.rules if self.rules is None else self.rules
        )

    def allow(self, rule: Rule) -> bool:
        """Whether a comment may suppress what the rule finds."""
        if self.comments is False:
            return False
        if self.rules is None:
            return not getattr(rule, "fixed", False)
        return any(named.text == rule.id for named in self.rules)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Raise `PolicyError` for a rule that is not there."""
        names = tuple(known)
        for rule in self.rules or ():
            if rule.text not in names:
                raise PolicyError(f'there is no rule "{rule.text}"{nearest(rule.text, names)}', rule.place)


def read_suppressions(node: Node) -> Suppressions:
    """Check the shape. Raises `PolicyError`."""
    table = table_of(node, "suppressions")
    for key, _ in table.entries:
        if key.text not in KEYS:
            raise PolicyError(f'suppressions have no key "{key.text}"{nearest(key.text, KEYS)}', key.place)
    comments, rules = table.get("comments"), table.get("rules")
    allowed = word_of(comments, "comments", ("allow", "deny")) == "allow" if comments is not None else None
    return Suppressions(allowed, None if rules is None else _rules(rules))


def _rules(node: Node) -> tuple[Scalar, ...]:
    if not isinstance(node, Items):
        raise PolicyError(f"the rules of suppressions must be a list of rules, not {kind_of(node)}", node.place)
    found = []
    for item in node.items:
        if not isinstance(item, Scalar) or not item.text:
            raise PolicyError(f"a rule is named by its id, not by {kind_of(item)}", item.place)
        found.append(item)
    return tuple(found)
