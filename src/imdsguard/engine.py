"""Rules x estate under a policy: findings. Nothing is read or written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Finding, Judgement, Related, Severity, Verdict, fingerprint
from imdsguard.model.problem import Problem
from imdsguard.model.record import record
from imdsguard.model.resource import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imdsguard.model.launch import Estate
    from imdsguard.model.resource import Resource
    from imdsguard.model.rule import Rule
    from imdsguard.policy.policy import Policy, Setting


@record(frozen=True, slots=True)
class Outcome:
    """What the rules say. `findings` holds every verdict, passes too, in the order of reports.

    `problems` are rules that failed: what they would have found is not known.
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()


def judge(estate: Estate, rules: Sequence[Rule], policy: Policy) -> Outcome:
    """Ask every rule that the policy does not switch off about every subject in the estate.

    The policy's own requirements are asked, too, whether they are among `rules` or not.
    """
    findings: dict[tuple[object, ...], Finding] = {}
    problems: list[Problem] = []
    for rule in {rule.id: rule for rule in (*rules, *policy.rules)}.values():
        setting = policy.setting(rule.id)
        if setting.off:
            continue
        for subject in _subjects(estate, rule):
            try:
                for judgement in _ask(rule, subject, estate, setting):
                    finding = _finding(rule, judgement, setting, policy)
                    findings.setdefault(_identity(finding), finding)
            except Exception as error:
                problems.append(_failure(rule, subject, error))
    return Outcome(tuple(sorted(findings.values(), key=_order)), tuple(problems))


def _subjects(estate: Estate, rule: Rule) -> Iterable[object]:
    subjects: dict[str, Iterable[object]] = {
        "Launch": estate.launches,
        "RegionDefault": estate.region_defaults,
        "Alarm": estate.alarms,
        "Image": estate.images,
        "OrganizationPolicy": estate.organization_policies,
        "Estate": (estate,),
    }
    return subjects[rule.subject]


def _ask(rule: Rule, subject: object, estate: Estate, setting: Setting) -> Iterator[Judgement]:
    parameters = setting.parameters
    if parameters is None and rule.parameters is not None:
        parameters = rule.parameters()
    given = {rule.subject: subject, "Parameters": parameters}
    for judgement in rule.check(*(given.get(want, estate) for want in rule.wants)):
        if not isinstance(judgement, Judgement):
            raise TypeError(f"a rule yields judgements, not {type(judgement).__name__}")
        yield judgement


def _finding(rule: Rule, judgement: Judgement, setting: Setting, policy: Policy) -> Finding:
    resource = judgement.resource
    return Finding(
        rule=rule.id,
        verdict=judgement.verdict,
        severity=_severity(rule, judgement, setting, policy),
        address=resource.address,
        message=judgement.message,
        root=resource.root,
        fingerprint=fingerprint(rule.id, resource.root, resource.address, judgement.region),
        place=judgement.place or resource.place,
        remedy=judgement.remedy,
        trace=tuple(str(step) for step in judgement.trace),
        region=judgement.region,
        confidence=judgement.confidence,
        related=_related(resource),
        deployed=resource.action is Action.NO_OP,
        resource=resource,
    )


def _related(resource: Resource) -> tuple[Related, ...]:
    """Give the module call that the owner of the root module can change, where the resource is in another module."""
    return tuple(Related(place, "the module call") for place in resource.calls[:1])


def _severity(rule: Rule, judgement: Judgement, setting: Setting, policy: Policy) -> Severity:
    """The policy's severity, or the rule's; milder if the rule itself rates this one as milder."""
    severity = setting.severity or rule.severity
    if judgement.severity is not None:
        severity = _milder(severity, judgement.severity)
    if judgement.verdict is Verdict.UNKNOWN:
        return setting.on_unknown or _milder(severity, policy.on_unknown)
    return severity


def _milder(one: Severity, other: Severity) -> Severity:
    return other if one.at_least(other) else one


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.fingerprint, finding.verdict, finding.message, finding.place)


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    where = (place.file, place.line, place.column) if place else ("", 0, 0)
    return (*where, finding.root, finding.address, finding.rule, finding.region or "", finding.message)


def _failure(rule: Rule, subject: object, error: Exception) -> Problem:
    resource = getattr(subject, "resource", None)
    about = f" on {resource.address}" if resource is not None else ""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Problem(
        f"the rule {rule.id} failed{about} ({said}), so what it would have said is not known",
        resource.place if resource is not None else None,
        f"this is a fault of the rule, not of your code; report it to who wrote {rule.id}",
    )
