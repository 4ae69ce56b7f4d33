"""A policy as written, checked as far as that is possible without the rules it speaks of."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.finding import Severity
from imdsguard.model.record import record
from imdsguard.policy.errors import PolicyError, nearest
from imdsguard.policy.nodes import Node, Scalar, Table, kind_of
from imdsguard.policy.outside import Outside, read_assume, read_estates
from imdsguard.policy.shapes import table_of, word_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place

KEYS = ("version", "extends", "fail_on", "on_unknown", "rules", "estates", "assume")
LATER = ("requirements", "exemptions")
"""Keys that the format has, and that this version cannot act on: it refuses them, since it must not ignore them."""
NEVER = "never"
_ON = ("on", "true", "yes")
_OFF = ("off", "false", "no")


@record(frozen=True, slots=True)
class Entry:
    """What policies say about one rule, `extends` already taken in. `parameters` are as written.

    `place` is the rule's name in the policy that spoke last.
    """

    place: Place
    off: bool = False
    severity: Severity | None = None
    on_unknown: Severity | None = None
    parameters: Mapping[str, tuple[Scalar, Node]] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Draft:
    """One policy file. `fail_on` is a severity or `never`; None where the file does not say."""

    extends: Scalar | None = None
    fail_on: str | None = None
    on_unknown: Severity | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    outside: Outside = field(default_factory=Outside)

    def over(self, base: Draft) -> Draft:
        """Give what both say together: where they differ, this one counts."""
        entries = dict(base.entries)
        for rule, mine in self.entries.items():
            entries[rule] = _over(mine, entries[rule]) if rule in entries else mine
        return Draft(
            extends=base.extends,
            fail_on=self.fail_on or base.fail_on,
            on_unknown=self.on_unknown or base.on_unknown,
            entries=entries,
            outside=self.outside.over(base.outside),
        )


def read_draft(node: Node, base: str = "") -> Draft:
    """Check the shape of a policy. `base` is the folder its estates count from. Raises `PolicyError`."""
    table = table_of(node, "a policy")
    for key, _ in table.entries:
        if key.text in LATER:
            raise PolicyError(f'"{key.text}" is not supported yet by this version of imdsguard', key.place)
        if key.text not in KEYS:
            raise PolicyError(f'a policy has no key "{key.text}"{nearest(key.text, KEYS)}', key.place)
    _version(table)
    extends = table.get("extends")
    if extends is not None and not (isinstance(extends, Scalar) and extends.text):
        raise PolicyError("extends must be the name of a policy or a path", extends.place)
    fail_on = table.get("fail_on")
    on_unknown = table.get("on_unknown")
    rules = table.get("rules")
    return Draft(
        extends=extends if isinstance(extends, Scalar) else None,
        fail_on=word_of(fail_on, "fail_on", (*(s.value for s in Severity), NEVER)) if fail_on else None,
        on_unknown=_severity(on_unknown, "on_unknown") if on_unknown else None,
        entries={key.text: _entry(key, value) for key, value in table_of(rules, "rules").entries} if rules else {},
        outside=_outside(table, base),
    )


def _outside(table: Table, base: str) -> Outside:
    estates, assume = table.get("estates"), table.get("assume")
    if estates is None and assume is None:
        return Outside()
    return Outside(read_estates(estates, base) if estates else (), read_assume(assume) if assume else ())


def _version(table: Table) -> None:
    version = table.get("version")
    if version is None:
        raise PolicyError("a policy needs `version: 1`", table.place)
    if not isinstance(version, Scalar) or version.text != "1" or version.quoted:
        raise PolicyError(f"the version of a policy is 1, not {kind_of(version)}", version.place)


def _entry(key: Scalar, node: Node) -> Entry:
    """`off`, `on`, a severity, or a mapping of severity, on_unknown and the rule's parameters."""
    if isinstance(node, Scalar):
        word = node.text.lower()
        if word in _OFF + _ON and not node.quoted:
            return Entry(key.place, off=word in _OFF)
        return Entry(key.place, severity=Severity(word_of(node, key.text, (*(s.value for s in Severity), "off", "on"))))
    severity = on_unknown = None
    parameters: dict[str, tuple[Scalar, Node]] = {}
    for name, value in table_of(node, key.text).entries:
        if name.text == "severity":
            severity = _severity(value, "severity")
        elif name.text == "on_unknown":
            on_unknown = _severity(value, "on_unknown")
        else:
            parameters[name.text] = (name, value)
    return Entry(key.place, severity=severity, on_unknown=on_unknown, parameters=parameters)


def _over(mine: Entry, base: Entry) -> Entry:
    return Entry(
        place=mine.place,
        off=mine.off,
        severity=mine.severity or base.severity,
        on_unknown=mine.on_unknown or base.on_unknown,
        parameters={**base.parameters, **mine.parameters},
    )


def _severity(node: Node, what: str) -> Severity:
    return Severity(word_of(node, what, tuple(severity.value for severity in Severity)))
