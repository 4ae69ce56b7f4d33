"""The part of a policy that says what a comment in the code may suppress: `suppressions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record
from imdsguard.policy.declaration import Choice, Mapped, PolicyKey, Special
from imdsguard.policy.errors import Complaints, PolicyError, nearest
from imdsguard.policy.nodes import Items, Node, Scalar, kind_of
from imdsguard.policy.shapes import MOST, RULE_ID, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.policy.declaration import About
    from imdsguard.policy.nodes import Table


@record(frozen=True, slots=True)
class Suppressions:
    """What comments may do. None: the policy does not say.

    Comments count unless `comments` is false. `rules` are the only ones that they may suppress; without it these are
    all but the fixed ones (`Rule.fixed`), which must be named.
    """

    comments: bool | None = None
    rules: tuple[Scalar, ...] | None = None

    def over(self, base: Suppressions) -> Suppressions:
        """Give what both say together: where they differ, this one counts."""
        return Suppressions(
            base.comments if self.comments is None else self.comments, base.rules if self.rules is None else self.rules
        )

    def allow(self, rule: str, fixed: bool) -> bool:
        """Whether a comment may suppress what a rule finds. `fixed`: the rule declares itself so."""
        if self.comments is False:
            return False
        if self.rules is None:
            return not fixed
        return any(named.text == rule for named in self.rules)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Raise `PolicyError` for rules that are not there."""
        names = tuple(known)
        wrong = Complaints()
        for rule in self.rules or ():
            if rule.text not in names:
                wrong.add(f'there is no rule "{rule.text[:60]}"{nearest(rule.text, names)}', rule.place)
        wrong.raise_if_any()


def _rules(node: Node, about: About) -> tuple[Scalar, ...]:
    """A list of ids; an empty one: nothing may be suppressed."""
    if isinstance(node, Items):
        return items_of(node, about.what) if node.items else ()
    raise PolicyError(f"{about.what} must be a list of rules, not {kind_of(node)}", node.place)


def _suppressions(_: Table, given: dict[str, Any], __: About) -> Suppressions:
    word = given.get("comments")
    return Suppressions(None if word is None else word == "allow", given.get("rules"))


_AN_ID = {"type": "string", "pattern": RULE_ID}
SUPPRESSIONS = Mapped(
    "suppressions",
    (
        PolicyKey("comments", Choice(("allow", "deny")), "Whether comments count at all.", default="allow"),
        PolicyKey(
            "rules",
            Special(
                _rules, lambda _: {"type": "array", "maxItems": MOST, "items": {"type": "string", "pattern": RULE_ID}}
            ),
            "The only rules that a comment may suppress. Without it: all but those that are fixed.",
            called="the rules of suppressions",
        ),
    ),
    _suppressions,
    refused="the part suppressions",
)
