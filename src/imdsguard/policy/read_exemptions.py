"""`exemptions`: from what is written to what the findings are held against."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.exemption import VERDICTS, Exemption
from imdsguard.policy.nodes import Items, Node, Scalar, kind_of
from imdsguard.policy.shapes import MOST, choices_of, refuse_others, sentence_of, table_of, words_of

if TYPE_CHECKING:
    from imdsguard.policy.nodes import Table

KEYS = ("rule", "address", "path", "root", "region", "verdict", "reason", "expires")
NARROWING = ("address", "path", "root", "region")
EVERYTHING = "*"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_exemptions(node: Node, base: str) -> tuple[Exemption, ...]:
    """Read the list. `base` is the folder from which paths and roots count. Raises `PolicyError`."""
    if not isinstance(node, Items):
        raise PolicyError(f"exemptions must be a list, not {kind_of(node)}", node.place)
    if len(node.items) > MOST:
        raise PolicyError(f"a policy cannot have more than {MOST} exemptions", node.place)
    wrong = Complaints()
    found = [wrong.attempt(_exemption, item, base) for item in node.items]
    wrong.settle()
    return tuple(each for each in found if each is not None)


def _exemption(node: Node, base: str) -> Exemption:
    table = table_of(node, "an exemption")
    wrong = Complaints()
    refuse_others(table, "an exemption", KEYS, wrong)
    rules = wrong.attempt(_rules, table)
    reason = wrong.attempt(_reason, table)
    narrowed = {
        name: wrong.attempt(words_of, value, name) or () for name in NARROWING if (value := table.get(name)) is not None
    }
    verdict, expires = table.get("verdict"), table.get("expires")
    known = tuple(each.value for each in VERDICTS)
    verdicts = wrong.attempt(choices_of, verdict, "verdict", known) if verdict else known
    day = wrong.attempt(day_of, expires, "expires") if expires else None
    if rules and EVERYTHING in rules and not any(name in narrowed for name in NARROWING):
        wrong.add(f'rule "*" needs one of {", ".join(NARROWING)}: this would exempt everything', table.place)
    wrong.settle()
    return Exemption(
        place=table.place,
        rules=rules or (),
        reason=reason or "",
        addresses=narrowed.get("address", ()),
        paths=narrowed.get("path", ()),
        roots=narrowed.get("root", ()),
        regions=narrowed.get("region", ()),
        verdicts=tuple(Verdict(word) for word in verdicts or ()),
        expires=day,
        base=base,
    )


def _rules(table: Table) -> tuple[str, ...]:
    node = table.get("rule")
    if node is None:
        raise PolicyError("an exemption needs `rule`: an id, a list of ids, or globs", table.place)
    return words_of(node, "rule")


def _reason(table: Table) -> str:
    node = table.get("reason")
    if node is None:
        raise PolicyError("an exemption needs a `reason`", table.place)
    return sentence_of(node, "reason").strip()


def day_of(node: Node, what: str) -> str:
    """Give a day as YYYY-MM-DD. Raises `PolicyError`."""
    if isinstance(node, Scalar) and _DAY.fullmatch(node.text):
        try:
            return date.fromisoformat(node.text).isoformat()
        except ValueError:
            pass
    raise PolicyError(f"{what} must be a day like 2027-03-31, not {kind_of(node)}", node.place)
