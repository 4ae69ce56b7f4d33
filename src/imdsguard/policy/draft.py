"""A policy as written, checked as far as that is possible without the rules it speaks of."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.model.severity import Severity
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.outside import Assumptions, read_assume, read_estates
from imdsguard.policy.shapes import refuse_others, table_of, word_of
from imdsguard.policy.suppressions import Suppressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place
    from imdsguard.policy.exemption import Exemption
    from imdsguard.policy.requirement import Requirement

KEYS = (
    "version", "extends", "fail_on", "on_unknown", "on_deployed", "rules", "requirements", "exemptions", "suppressions",
    "estates", "assume",
)  # fmt: skip
NEVER = "never"
ON_DEPLOYED = (*(severity.value for severity in Severity), "off")
"""How bad a finding can be that is deployed already; `off`: it is not told."""
_ON = ("on", "true", "yes")
_OFF = ("off", "false", "no")


@record(frozen=True, slots=True)
class RuleEntry:
    """What policies say about one rule, `extends` already taken in. `parameters` are as written.

    `place` is the rule's name in the policy that spoke last.
    """

    place: Place
    off: bool = False
    severity: Severity | None = None
    on_unknown: Severity | None = None
    on_deployed: str | None = None
    parameters: Mapping[str, tuple[Scalar, Node]] = field(default_factory=dict)


@record(frozen=True, slots=True)
class PolicyDocument:
    """One policy file. `fail_on` is a severity or `never`; None where the file does not say.

    `extends` names policies, weakest first. Paths in it count from the folder `base`.
    """

    extends: tuple[Scalar, ...] = ()
    fail_on: str | None = None
    on_unknown: Severity | None = None
    on_deployed: str | None = None
    entries: Mapping[str, RuleEntry] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    outside: Assumptions = field(default_factory=Assumptions)
    suppressions: Suppressions = Suppressions()

    def over(self, base: PolicyDocument) -> PolicyDocument:
        """Give what both say together: where they differ, this one counts. Exemptions add up."""
        entries = dict(base.entries)
        for rule, mine in self.entries.items():
            entries[rule] = _over(mine, entries[rule]) if rule in entries else mine
        return PolicyDocument(
            extends=self.extends,
            fail_on=self.fail_on or base.fail_on,
            on_unknown=self.on_unknown or base.on_unknown,
            on_deployed=self.on_deployed or base.on_deployed,
            entries=entries,
            requirements={**base.requirements, **self.requirements},
            exemptions=base.exemptions + self.exemptions,
            outside=self.outside.over(base.outside),
            suppressions=self.suppressions.over(base.suppressions),
        )


def read_draft(node: Node, base: str = "") -> PolicyDocument:
    """Check the shape of a policy. `base` is the folder its globs on paths count from. Raises `PolicyError`."""
    table = table_of(node, "a policy")
    wrong = Complaints()
    refuse_others(table, "a policy", KEYS, wrong)
    wrong.attempt(_version, table)
    fail_on, on_unknown, rules = table.get("fail_on"), table.get("on_unknown"), table.get("rules")
    extends = wrong.attempt(_extends, table)
    limit = wrong.attempt(word_of, fail_on, "fail_on", (*(s.value for s in Severity), NEVER)) if fail_on else None
    unknown = wrong.attempt(_severity, on_unknown, "on_unknown") if on_unknown else None
    there = table.get("on_deployed")
    deployed = wrong.attempt(word_of, there, "on_deployed", ON_DEPLOYED) if there else None
    entries = wrong.attempt(_entries, rules) if rules else None
    requirements = wrong.attempt(_requirements, table, base)
    exemptions = wrong.attempt(_exemptions, table, base)
    outside = wrong.attempt(_outside, table, base)
    suppressions = wrong.attempt(_suppressions, table)
    wrong.settle()
    return PolicyDocument(
        extends=extends or (),
        fail_on=limit,
        on_unknown=unknown,
        on_deployed=deployed,
        entries=entries or {},
        requirements=requirements or {},
        exemptions=exemptions or (),
        outside=outside or Assumptions(),
        suppressions=suppressions or Suppressions(),
    )


def _extends(table: Table) -> tuple[Scalar, ...]:
    node = table.get("extends")
    if node is None:
        return ()
    items = node.items if isinstance(node, Items) else (node,)
    wrong = next((item for item in items if not isinstance(item, Scalar) or not item.text), None)
    if wrong is not None or not items:
        place = wrong.place if wrong is not None else node.place
        raise PolicyError("extends must be the name of a policy, a path, or a list of these", place)
    return tuple(item for item in items if isinstance(item, Scalar))


def _entries(node: Node) -> dict[str, RuleEntry]:
    wrong = Complaints()
    found = {key.text: wrong.attempt(_entry, key, value) for key, value in table_of(node, "rules").entries}
    wrong.settle()
    return {rule: entry for rule, entry in found.items() if entry is not None}


def _requirements(table: Table, base: str) -> Mapping[str, Requirement]:
    node = table.get("requirements")
    if node is None:
        return {}
    from imdsguard.policy.read_requirements import read_requirements

    return read_requirements(node, base)


def _exemptions(table: Table, base: str) -> tuple[Exemption, ...]:
    node = table.get("exemptions")
    if node is None:
        return ()
    from imdsguard.policy.read_exemptions import read_exemptions

    return read_exemptions(node, base)


def _suppressions(table: Table) -> Suppressions:
    node = table.get("suppressions")
    if node is None:
        return Suppressions()
    from imdsguard.policy.suppressions import read_suppressions

    return read_suppressions(node)


def _outside(table: Table, base: str) -> Assumptions:
    estates, assume = table.get("estates"), table.get("assume")
    if estates is None and assume is None:
        return Assumptions()
    wrong = Complaints()
    read = wrong.attempt(read_estates, estates, base) if estates else ()
    assumed = wrong.attempt(read_assume, assume) if assume else ()
    wrong.settle()
    return Assumptions(read or (), assumed or ())


def _version(table: Table) -> None:
    version = table.get("version")
    if version is None:
        raise PolicyError("a policy needs `version: 1`", table.place)
    if not isinstance(version, Scalar) or version.text != "1" or version.quoted:
        raise PolicyError(f"the version of a policy is 1, not {kind_of(version)}", version.place)


def _entry(key: Scalar, node: Node) -> RuleEntry:
    """`off`, `on`, a severity, or a mapping of severity, on_unknown, on_deployed and the rule's parameters."""
    if isinstance(node, Scalar):
        word = node.text.lower()
        if word in _OFF + _ON and not node.quoted:
            return RuleEntry(key.place, off=word in _OFF)
        return RuleEntry(
            key.place, severity=Severity(word_of(node, key.text, (*(s.value for s in Severity), "off", "on")))
        )
    severity = on_unknown = on_deployed = None
    parameters: dict[str, tuple[Scalar, Node]] = {}
    wrong = Complaints()
    for name, value in table_of(node, key.text).entries:
        if name.text == "severity":
            severity = wrong.attempt(_severity, value, "severity")
        elif name.text == "on_unknown":
            on_unknown = wrong.attempt(_severity, value, "on_unknown")
        elif name.text == "on_deployed":
            on_deployed = wrong.attempt(word_of, value, "on_deployed", ON_DEPLOYED)
        else:
            parameters[name.text] = (name, value)
    wrong.settle()
    return RuleEntry(
        key.place, severity=severity, on_unknown=on_unknown, on_deployed=on_deployed, parameters=parameters
    )


def _over(mine: RuleEntry, base: RuleEntry) -> RuleEntry:
    return RuleEntry(
        place=mine.place,
        off=mine.off,
        severity=mine.severity or base.severity,
        on_unknown=mine.on_unknown or base.on_unknown,
        on_deployed=mine.on_deployed or base.on_deployed,
        parameters={**base.parameters, **mine.parameters},
    )


def _severity(node: Node, what: str) -> Severity:
    return Severity(word_of(node, what, tuple(severity.value for severity in Severity)))
