"""What a policy exempts: findings that are known, and accepted for a reason and a time."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.record import record
from imdsguard.model.suppression import Means, Suppression
from imdsguard.policy.declaration import Choices, ListOf, Mapped, PolicyKey, Sentence, Special, Words
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.match import matches_address, matches_any, matches_path, matches_word
from imdsguard.policy.nodes import Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import MOST, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from imdsguard.model.place import Place
    from imdsguard.policy.declaration import About, Definitions
    from imdsguard.policy.errors import Complaints

VERDICTS = (Verdict.FAIL, Verdict.UNKNOWN)
NARROWING = ("address", "path", "root", "region")
EVERYTHING = "*"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@record(frozen=True, slots=True)
class Exemption:
    """One entry of `exemptions`. Each key that is given must match by one of its globs.

    `base` is the folder from which paths and roots count. `expires` is the last day on which it counts (ISO 8601).
    """

    place: Place
    rules: tuple[str, ...]
    reason: str
    addresses: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = VERDICTS
    expires: str | None = None
    base: str = ""

    def __str__(self) -> str:
        on = ", ".join((*self.addresses, *self.paths, *self.roots, *self.regions)) or "everything"
        return f"{', '.join(self.rules)} for {on}"

    @property
    def suppression(self) -> Suppression:
        """What the findings that it takes out of the count say of it."""
        return Suppression(Means.EXEMPTION, self.reason, self.place, self.expires)

    @staticmethod
    def means_one_of(glob: str, rules: Iterable[str]) -> bool:
        """Whether a glob of `rules` means one of these."""
        return any(matches_word(rule, glob) for rule in rules)

    def over(self, today: str) -> bool:
        """Whether it has ended."""
        return self.expires is not None and self.expires < today

    def covers(self, finding: Finding, fixed: Collection[str] = ()) -> bool:
        """Whether it is about a finding. Rules in `fixed` must be named: no glob means them."""
        if finding.verdict not in self.verdicts:
            return False
        if finding.rule in fixed:
            if finding.rule not in self.rules:
                return False
        elif not matches_any(finding.rule, self.rules):
            return False
        if self.addresses and not any(matches_address(finding.address, glob) for glob in self.addresses):
            return False
        if self.regions and not (finding.region is not None and matches_any(finding.region, self.regions)):
            return False
        if self.roots and not any(matches_path(finding.root, glob, self.base) for glob in self.roots):
            return False
        return not self.paths or any(
            matches_path(file, glob, self.base) for glob in self.paths for file in files_of(finding)
        )


def files_of(finding: Finding) -> tuple[str, ...]:
    """Give the file that a finding points at, and the one in which its resource is."""
    places = (finding.place, finding.resource.place if finding.resource is not None else None)
    return tuple(dict.fromkeys(place.file for place in places if place is not None))


def day_of(node: Node, what: str) -> str:
    """Give a day as YYYY-MM-DD. Raises `PolicyError`."""
    if isinstance(node, Scalar) and _DAY.fullmatch(node.text):
        try:
            return date.fromisoformat(node.text).isoformat()
        except ValueError:
            pass
    raise PolicyError(f"{what} must be a day like 2027-03-31, not {kind_of(node)}", node.place)


def _exemption(table: Table, given: dict[str, Any], about: About) -> Exemption:
    verdicts = given.pop("verdicts", None)
    reason = given.pop("reason").strip()
    if verdicts is not None:
        given["verdicts"] = tuple(Verdict(word) for word in verdicts)
    return Exemption(table.place, reason=reason, base=about.base, **given)


def _narrowed(table: Table, given: dict[str, Any], wrong: Complaints) -> None:
    if EVERYTHING in (given.get("rules") or ()) and not any(table.get(name) for name in NARROWING):
        wrong.add(f'rule "*" needs one of {", ".join(NARROWING)}: this would exempt everything', table.place)


def _rules(node: Node, about: About) -> tuple[str, ...]:
    return words_of(node, about.what)


def _rule_ids(definitions: Definitions) -> dict[str, Any]:
    """Ids and globs; an editor completes the ids, which the writer of the schema puts in."""
    definitions.setdefault("rule_id", {"anyOf": [{"enum": []}, {"type": "string", "pattern": "\\S"}]})
    one = {"$ref": "#/definitions/rule_id"}
    return {"anyOf": [one, {"type": "array", "minItems": 1, "maxItems": MOST, "items": one}]}


_MEANS_EVERYTHING = {
    "properties": {"rule": {"anyOf": [{"const": EVERYTHING}, {"type": "array", "contains": {"const": EVERYTHING}}]}},
    "required": ["rule"],
}
DAY = Sentence(day_of, f"^{_DAY.pattern}$")
_WORDS = Words()
EXEMPTION = Mapped(
    "an exemption",
    (
        PolicyKey(
            "rule",
            Special(_rules, _rule_ids),
            "Rules by id or glob. What is fixed must be named, and * needs something else that narrows it.",
            needed="an exemption needs `rule`: an id, a list of ids, or globs",
            field="rules",
        ),
        PolicyKey(
            "address",
            _WORDS,
            "Terraform's addresses. One without instance keys stands for all instances.",
            field="addresses",
            examples=("module.legacy.*",),
        ),
        PolicyKey(
            "path",
            _WORDS,
            "Files in which the finding or its resource is: * within one name, ** over any number of folders.",
            field="paths",
            examples=("legacy/**",),
        ),
        PolicyKey(
            "root",
            _WORDS,
            "Root modules as reports name them (a folder, or the file of a plan).",
            field="roots",
            examples=("stacks/legacy",),
        ),
        PolicyKey("region", _WORDS, "Regions.", field="regions", examples=("eu-west-1",)),
        PolicyKey(
            "verdict",
            Choices(tuple(each.value for each in VERDICTS)),
            "What is exempted: what is wrong, what cannot be told, or both, if the key is not there.",
            field="verdicts",
        ),
        PolicyKey("reason", Sentence(), "Why this is accepted.", needed="an exemption needs a `reason`"),
        PolicyKey(
            "expires",
            DAY,
            "The last day on which it counts. Without it: no end.",
            examples=("2027-03-31",),
        ),
    ),
    _exemption,
    name="exemption",
    check=_narrowed,
    more={"if": _MEANS_EVERYTHING, "then": {"anyOf": [{"required": [name]} for name in NARROWING]}},
)
EXEMPTIONS = ListOf(EXEMPTION, "exemptions")
