"""A policy file: what it may say, declared, and what it says, as far as that can be told without the rules."""

from __future__ import annotations

import posixpath
from dataclasses import field
from typing import TYPE_CHECKING, Any

from imdsguard.model.record import record, replace
from imdsguard.model.severity import Severity
from imdsguard.policy.assumptions import ASSUME, ESTATES, Assumptions
from imdsguard.policy.declaration import SCALAR, About, Choice, Choices, Mapped, Names, PolicyKey, ReadLater, Special
from imdsguard.policy.errors import Complaints, PolicyError
from imdsguard.policy.nodes import Items, Node, Scalar, Table, kind_of
from imdsguard.policy.shapes import RULE_ID, sentence_of, table_of, word_of
from imdsguard.policy.suppressions import SUPPRESSIONS, Suppressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place
    from imdsguard.policy.declaration import Definitions, Shape
    from imdsguard.policy.exemption import Exemption
    from imdsguard.policy.requirement import Requirement
    from imdsguard.policy.selection import Controls, Selection

NEVER = "never"
_SEVERITIES = tuple(severity.value for severity in Severity)
ON_DEPLOYED = (*_SEVERITIES, "off")
"""How bad a finding can be that is deployed already; `off`: it is not told."""
_ON = ("on", "true", "yes")
_OFF = ("off", "false", "no")
SCANNERS = ("checkov", "trivy", "tfsec")
"""Those whose comments we can read."""


@record(frozen=True, slots=True)
class RuleEntry:
    """What policies say about one rule, `extends` already taken in. `parameters` are as written.

    `place` is the rule's name in the policy that spoke last. `switches`: it says whether the rule is on (`off`: it is
    not); what stands in a policy below one that selects rules does not.
    """

    place: Place
    off: bool = False
    severity: Severity | None = None
    on_unknown: Severity | None = None
    on_deployed: str | None = None
    parameters: Mapping[str, tuple[Scalar, Node]] = field(default_factory=dict)
    switches: bool = True


@record(frozen=True, slots=True)
class PolicyDocument:
    """One policy file. `fail_on` is a severity or `never`; None where the file does not say.

    `extends` names policies, weakest first. `baseline` is a path, relative to the working directory.
    """

    extends: tuple[Scalar, ...] = ()
    fail_on: str | None = None
    on_unknown: Severity | None = None
    on_deployed: str | None = None
    selection: Selection | None = None
    entries: Mapping[str, RuleEntry] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    assumptions: Assumptions = field(default_factory=Assumptions)
    suppressions: Suppressions = Suppressions()
    baseline: str | None = None
    honor_comments: tuple[str, ...] = ()

    def over(self, base: PolicyDocument) -> PolicyDocument:
        """Give what both say together: where they differ, this one counts. Exemptions add up."""
        entries = dict(base.entries)
        if self.selection is not None:
            entries = {rule: replace(entry, off=False, switches=False) for rule, entry in entries.items()}
        for rule, mine in self.entries.items():
            entries[rule] = _over(mine, entries[rule]) if rule in entries else mine
        return PolicyDocument(
            extends=self.extends,
            fail_on=self.fail_on or base.fail_on,
            on_unknown=self.on_unknown or base.on_unknown,
            on_deployed=self.on_deployed or base.on_deployed,
            selection=self.selection or base.selection,
            entries=entries,
            requirements={**base.requirements, **self.requirements},
            exemptions=base.exemptions + self.exemptions,
            assumptions=self.assumptions.over(base.assumptions),
            suppressions=self.suppressions.over(base.suppressions),
            baseline=self.baseline if self.baseline is not None else base.baseline,
            honor_comments=self.honor_comments or base.honor_comments,
        )

    def has_on(self, rule: str, controls: Controls) -> bool:
        """Whether a rule is on that declares these controls."""
        entry = self.entries.get(rule)
        if entry is not None and entry.switches:
            return not entry.off
        return self.selection is None or self.selection.means(rule, controls)


def read_document(node: Node, base: str = "") -> PolicyDocument:
    """Check the shape of a policy. `base` is the folder its globs on paths count from. Raises `PolicyError`."""
    document: PolicyDocument = POLICY.read(node, About("a policy", base))
    return document


def _document(_: Table, given: dict[str, Any], __: About) -> PolicyDocument:
    unknown = given.get("on_unknown")
    return PolicyDocument(
        extends=given.get("extends", ()),
        fail_on=given.get("fail_on"),
        on_unknown=Severity(unknown) if unknown else None,
        on_deployed=given.get("on_deployed"),
        selection=given.get("select"),
        entries=given.get("rules", {}),
        requirements={each.id: each for each in given.get("requirements", ())},
        exemptions=given.get("exemptions", ()),
        assumptions=replace(
            given.get("assume") or Assumptions(),
            estates=tuple((given.get("estates") or {}).values()),
            stacks=given.get("stacks") or (),
            excluded=given.get("exclude") or (),
        ),
        suppressions=given.get("suppressions") or Suppressions(),
        baseline=given.get("baseline"),
        honor_comments=given.get("honor_comments") or (),
    )


def _version(node: Node, _: About) -> None:
    if not isinstance(node, Scalar) or node.text != "1" or node.quoted:
        raise PolicyError(f"the version of a policy is 1, not {kind_of(node)}", node.place)


def _extends(node: Node, _: About) -> tuple[Scalar, ...]:
    items = node.items if isinstance(node, Items) else (node,)
    wrong = next((item for item in items if not isinstance(item, Scalar) or not item.text), None)
    if wrong is not None or not items:
        place = wrong.place if wrong is not None else node.place
        raise PolicyError("extends must be the name of a policy, a path, or a list of these", place)
    return tuple(item for item in items if isinstance(item, Scalar))


def _extends_schema(definitions: Definitions) -> dict[str, Any]:
    named = {"anyOf": [{"enum": []}, {"type": SCALAR, "minLength": 1}]}
    definitions.setdefault("policy_name", named)
    one = {"$ref": "#/definitions/policy_name"}
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _entry(node: Node, about: About) -> RuleEntry:
    """`off`, `on`, a severity, or a mapping of severity, on_unknown, on_deployed and the rule's parameters."""
    assert about.place is not None
    if isinstance(node, Scalar):
        word = node.text.lower()
        if word in _OFF + _ON and not node.quoted:
            return RuleEntry(about.place, off=word in _OFF)
        return RuleEntry(about.place, severity=Severity(word_of(node, about.what, (*_SEVERITIES, "off", "on"))))
    given: dict[str, Any] = {}
    parameters: dict[str, tuple[Scalar, Node]] = {}
    wrong = Complaints()
    for name, value in table_of(node, about.what).entries:
        key = _OF_A_RULE.get(name.text)
        if key is None:
            parameters[name.text] = (name, value)
        else:
            given[name.text] = wrong.attempt(key.shape.read, value, About(name.text))
    wrong.raise_if_any()
    return RuleEntry(
        about.place,
        severity=Severity(given["severity"]) if "severity" in given else None,
        on_unknown=Severity(given["on_unknown"]) if "on_unknown" in given else None,
        on_deployed=given.get("on_deployed"),
        parameters=parameters,
    )


def _entry_schema(definitions: Definitions) -> dict[str, Any]:
    definitions["switch"] = {
        "description": "Off, on, or how bad what the rule finds is.",
        "anyOf": [{"type": "boolean"}, {"enum": ["off", "on", "no", "yes", *_SEVERITIES]}],
    }
    table = {
        "type": "object",
        "properties": {name: key.schema(definitions) for name, key in _OF_A_RULE.items()},
        "additionalProperties": {"description": "A parameter of the rule (`imdsguard explain RULE` lists them)."},
    }
    return {
        "description": "`off`, `on`, a severity, or a mapping of severity, on_unknown, on_deployed and the rule's own "
        "parameters.",
        "anyOf": [{"$ref": "#/definitions/switch"}, table],
    }


def _over(mine: RuleEntry, base: RuleEntry) -> RuleEntry:
    return RuleEntry(
        place=mine.place,
        off=mine.off,
        severity=mine.severity or base.severity,
        on_unknown=mine.on_unknown or base.on_unknown,
        on_deployed=mine.on_deployed or base.on_deployed,
        parameters={**base.parameters, **mine.parameters},
    )


def _requirements() -> Shape:
    from imdsguard.policy.requirement import REQUIREMENTS

    return REQUIREMENTS


def _exemptions() -> Shape:
    from imdsguard.policy.exemption import EXEMPTIONS

    return EXEMPTIONS


def _stacks() -> Shape:
    from imdsguard.policy.stacks import STACKS

    return STACKS


def _exclude() -> Shape:
    from imdsguard.policy.stacks import EXCLUDE

    return EXCLUDE


def _baseline(node: Node, about: About) -> str:
    """A path that counts from the policy's own folder, wherever globs count from."""
    file = sentence_of(node, about.what)
    return posixpath.join(posixpath.dirname(node.place.file), file)


def _select() -> Shape:
    from imdsguard.policy.selection import SELECT

    return SELECT


_SEVERITY = Choice(_SEVERITIES, name="severity")
_ON_DEPLOYED = Choice(ON_DEPLOYED, name="on_deployed")
_OF_A_RULE = {
    "severity": PolicyKey("severity", _SEVERITY, "How bad what the rule finds is."),
    "on_unknown": PolicyKey("on_unknown", _SEVERITY, "How bad it is when this rule cannot tell."),
    "on_deployed": PolicyKey(
        "on_deployed", _ON_DEPLOYED, "How bad what this rule finds is where it is deployed already."
    ),
}
POLICY = Mapped(
    "a policy",
    (
        PolicyKey(
            "version",
            Special(_version, lambda _: {"const": 1}),
            "The version of this format.",
            needed="a policy needs `version: 1`",
        ),
        PolicyKey(
            "extends",
            Special(_extends, _extends_schema),
            "What counts where this policy says nothing: a policy that imdsguard ships, or a path relative to this "
            "file; of a list, the later one counts.",
            default="baseline",
            examples=("baseline", "strict", "policies/team.yaml", ["strict", "company.yaml"]),
        ),
        PolicyKey(
            "fail_on",
            Choice((*_SEVERITIES, NEVER)),
            "The mildest severity that ends a run with exit code 1.",
            default=Severity.ERROR.value,
        ),
        PolicyKey(
            "on_unknown",
            _SEVERITY,
            "How bad it is when a rule cannot tell, though never worse than what it would have found.",
            default=Severity.WARNING.value,
        ),
        PolicyKey(
            "on_deployed",
            _ON_DEPLOYED,
            "How bad a finding is that is deployed already, as a plan or a state shows; off: it is not told. Without "
            "it: as bad as any other.",
        ),
        PolicyKey(
            "select",
            ReadLater(_select),
            "Which rules are on, by id or by the controls that they check, and no others but those that are fixed. "
            "Without it: all. What `rules` says in the same policy, or in one that extends it, comes on top.",
        ),
        PolicyKey(
            "rules",
            Names(Special(_entry, _entry_schema, name="rule"), RULE_ID),
            "Rules by id, as `imdsguard rules` lists them.",
        ),
        PolicyKey(
            "requirements",
            ReadLater(_requirements),
            "Rules of your own, declared: what the effective settings of launches must be. The id is the rule's id "
            "everywhere.",
        ),
        PolicyKey(
            "exemptions",
            ReadLater(_exemptions),
            "Findings that are known and accepted, each with a reason. Exemptions of policies that extend each other "
            "add up.",
        ),
        PolicyKey(
            "suppressions",
            SUPPRESSIONS,
            "What a comment in the code may suppress (`# imdsguard: ignore[rule] reason`).",
        ),
        PolicyKey(
            "estates",
            ESTATES,
            "Root modules (stacks) that share one AWS account, by a name for it: Region defaults and alarms in one of "
            "them count for launches in the others.",
        ),
        PolicyKey("assume", ASSUME, "What is set outside the code."),
        PolicyKey(
            "stacks",
            ReadLater(_stacks),
            "How root modules are deployed: in which environments, with which values. Each is judged in each of its "
            "environments. Without it, each is judged once.",
        ),
        PolicyKey(
            "exclude",
            ReadLater(_exclude),
            "Globs on folders in which no root modules are looked for; --exclude adds to them.",
            examples=(["vendor/**"],),
        ),
        PolicyKey(
            "baseline",
            Special(_baseline, lambda _: {"type": "string", "pattern": "\\S"}),
            "The file of known findings, relative to this file; --baseline overrules it.",
            examples=(".imdsguard-baseline.json",),
        ),
        PolicyKey(
            "honor_comments",
            Choices(SCANNERS),
            "Other scanners whose comments count; --honor-comments overrules it.",
        ),
    ),
    _document,
)
"""All that a policy file may say."""
