"""Rules x estate under a policy: findings. Nothing is read or written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.environment import Stack
from imdsguard.model.finding import Finding, Judgement, Related, Verdict, fingerprint
from imdsguard.model.instead import Instead, preceded
from imdsguard.model.problem import Problem
from imdsguard.model.reason import ReasonKind
from imdsguard.model.record import record, replace
from imdsguard.model.resolution import resolution
from imdsguard.model.severity import Confidence, Severity
from imdsguard.report.remedies import remedy_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from imdsguard.model.estate import Estate
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.model.rule import Rule
    from imdsguard.policy.policy import Policy, Setting


@record(frozen=True, slots=True)
class Outcome:
    """What the rules say. `findings` holds every verdict, passes too where they are asked for, in the order of reports.

    `failed` are rules that crashed, `refused` values that Terraform refuses, which are gaps in what was read.
    `not_deployed` are the stacks that only show a module, of which rules about accounts had something to say: it is
    left out.
    """

    findings: tuple[Finding, ...] = ()
    failed: tuple[Problem, ...] = ()
    refused: tuple[Problem, ...] = ()
    not_deployed: tuple[Stack, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All for which it is not known what would be found."""
        return self.failed + self.refused


def judge(estate: Estate, rules: Sequence[Rule], policy: Policy, *, passes: bool = True) -> Outcome:
    """Ask every rule that the policy does not switch off about every subject in the estate.

    The policy's own requirements are asked, too, whether they are among `rules` or not. Without `passes` the outcome
    may lack what is as it should be: most of all verdicts, and few look at them.
    """
    passes = passes or bool(estate.modules)  # a script that a call has shown to be right is not told of its module
    asked = tuple({rule.id: rule for rule in (*rules, *policy.rules)}.values())
    findings, problems = _judged(estate, asked, policy, passes=passes)
    findings, not_deployed = _of_accounts_with_stacks(findings, estate)
    findings += _of_defaults(findings, estate, asked, policy)
    refused = _refused(findings, estate)
    if estate.history.plans or estate.history.states:
        findings = _told(findings, estate, rules, policy)
    return Outcome(tuple(sorted(findings, key=_order)), tuple(problems), tuple(refused), not_deployed)


def _judged(
    estate: Estate, rules: Iterable[Rule], policy: Policy, *, passes: bool = True
) -> tuple[list[Finding], list[Problem]]:
    findings: dict[tuple[object, ...], Finding] = {}
    problems: list[Problem] = []
    for rule in rules:
        setting = policy.setting(rule.id)
        if setting.off:
            continue
        arguments = _arguments_of(rule, estate, setting)
        for subject in _subjects(estate, rule):
            try:
                for judgement in _ask(rule, arguments(subject)):
                    if judgement.verdict is Verdict.PASS and not passes:
                        continue
                    finding = _finding(rule, judgement, setting, policy, estate)
                    findings.setdefault(_identity(finding), finding)
            except Exception as error:
                problems.append(_failure(rule, subject, error))
    return list(findings.values()), problems


def _of_accounts_with_stacks(findings: list[Finding], estate: Estate) -> tuple[list[Finding], tuple[Stack, ...]]:
    """Leave out what is said of accounts because of stacks that only show a module, and name these stacks."""
    silent: dict[Stack, None] = {}
    kept = []
    for finding in findings:
        stack = finding.resource.stack if finding.resource is not None else None
        if finding.account is None or stack not in estate.showing or stack in estate.joined:
            kept.append(finding)
        elif finding.verdict is not Verdict.PASS:
            silent[stack] = None
    return kept, tuple(silent)


def _of_defaults(findings: list[Finding], estate: Estate, rules: Iterable[Rule], policy: Policy) -> list[Finding]:
    """Give what is wrong in the scripts that modules have by default, at places where no call has shown it."""
    if not estate.modules:
        return []
    own = replace(estate, launches=estate.modules, modules=())
    told = {(finding.rule, finding.place) for finding in findings}
    found = _judged(own, [rule for rule in rules if rule.scripts and rule.subject == "Launch"], policy)[0]
    return [each for each in found if each.verdict is Verdict.FAIL and (each.rule, each.place) not in told]


def _refused(findings: list[Finding], estate: Estate) -> list[Problem]:
    """Say which errors of the code are why something cannot be told: Terraform would not get past them.

    Not of plans and states: Terraform has made them.
    """
    from imdsguard.report.reasons import sentence

    found: dict[Problem, set[Stack]] = {}
    for finding in findings:
        reason = finding.because.root if finding.because is not None else None
        made = finding.root in estate.history.plans or finding.root in estate.history.states
        if reason is not None and reason.kind is ReasonKind.REFUSED and reason.place is not None and not made:
            problem = Problem(sentence(replace(reason, place=None)), reason.place, "Terraform refuses this")
            stacks = found.setdefault(problem, set())
            stacks.update(Stack(finding.root, name) for name in finding.environments or ("",))
    judged = {launch.resource.stack for launch in estate.launches}
    return [_in_environments(problem, stacks, judged) for problem, stacks in found.items()]


def _in_environments(problem: Problem, stacks: set[Stack], judged: set[Stack]) -> Problem:
    """Name the environments of a problem, if it is not in all of those in which its root modules are judged."""
    roots = {stack.root for stack in stacks}
    if {stack for stack in judged if stack.root in roots} <= stacks:
        return problem
    return replace(problem, environments=tuple(sorted(stack.environment for stack in stacks if stack.environment)))


def _told(findings: list[Finding], estate: Estate, rules: Sequence[Rule], policy: Policy) -> list[Finding]:
    """Mark what is deployed already, and make it as bad as the policy says; leave out what is not to be told."""
    from imdsguard.policy.deployed import deployed_already

    by_id = {rule.id: rule for rule in (*rules, *policy.rules)}

    def ask(before: Estate, ids: frozenset[str]) -> list[Finding]:
        return _judged(before, [by_id[name] for name in by_id if name in ids], policy, passes=False)[0]

    deployed = deployed_already(findings, estate, ask)
    told: list[Finding] = []
    for finding in findings:
        if finding not in deployed or by_id[finding.rule].fixed:
            told.append(finding)
            continue
        word = policy.setting(finding.rule).on_deployed or policy.on_deployed
        if word != "off" or finding.verdict is Verdict.PASS:
            told.append(replace(finding, deployed=True, severity=_deployed(finding, word)))
    return told


def _deployed(finding: Finding, word: str | None) -> Severity:
    """How bad a finding is that is deployed already; one that cannot tell never gets worse by it."""
    if word is None or word == "off":
        return finding.severity
    severity = Severity(word)
    return _milder(finding.severity, severity) if finding.verdict is Verdict.UNKNOWN else severity


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


def _arguments_of(rule: Rule, estate: Estate, setting: Setting) -> Callable[[object], Sequence[object]]:
    """Give what gives the arguments that a rule is called with, for each of its subjects."""
    parameters = setting.parameters
    if parameters is None and rule.parameters is not None:
        parameters = rule.parameters()
    given = {rule.subject: None, "Parameters": parameters}
    at = rule.wants.index(rule.subject)
    before, after = [[given.get(want, estate) for want in part] for part in (rule.wants[:at], rule.wants[at + 1 :])]
    return lambda subject: (*before, subject, *after)


def _ask(rule: Rule, arguments: Sequence[object]) -> Iterator[Judgement]:
    for judgement in rule.check(*arguments):
        if not isinstance(judgement, Judgement):
            raise TypeError(f"a rule yields judgements, not {type(judgement).__name__}")
        yield judgement


def _finding(rule: Rule, judgement: Judgement, setting: Setting, policy: Policy, estate: Estate) -> Finding:
    judgement = _where_it_exists(judgement)
    resource = judgement.resource
    trace = tuple(str(step) for step in judgement.trace)
    confidence = judgement.confidence
    if resource.doubt:  # what comes of the whole block (an argument that is missing) has no value to say it
        trace = trace if resource.doubt in trace else (*trace, resource.doubt)
        confidence = Confidence.MEDIUM if confidence is Confidence.HIGH else confidence
    place, related = _places(judgement.place or resource.place, resource)
    return Finding(
        rule=rule.id,
        verdict=judgement.verdict,
        severity=_severity(rule, judgement, setting, policy),
        address=resource.address,
        message=judgement.message,
        root=resource.root,
        fingerprint=fingerprint(rule.id, resource.root, resource.address, judgement.region, judgement.aspect),
        place=place,
        remedy=remedy_text(judgement.remedy),
        trace=trace,
        region=judgement.region,
        confidence=confidence,
        related=related,
        aspect=judgement.aspect,
        because=judgement.because,
        environments=(resource.environment,) if resource.environment else (),
        account=judgement.account,
        shared=estate.joined.get(resource.stack) if judgement.account is not None else None,
        cause=_cause(judgement),
        decided=judgement.trace[-1].place if judgement.trace else None,
        instead=judgement.remedy if isinstance(judgement.remedy, Instead) else None,
        resource=resource,
    )


def _where_it_exists(judgement: Judgement) -> Judgement:
    """Say that it cannot be told, of what is wrong with something that perhaps only another workspace makes."""
    resource = judgement.resource
    if judgement.verdict is not Verdict.FAIL or resource.certain or resource.instances is None:
        return judgement
    if not resource.instances.reason.comes_to(ReasonKind.NO_WORKSPACE):
        return judgement
    reason = resource.instances.reason
    way_out = resolution(reason)
    return replace(
        judgement,
        verdict=Verdict.UNKNOWN,
        message=f"may exist: terraform.workspace decides, and is not given; where it does, it {judgement.message}",
        remedy=preceded(way_out, judgement.remedy),
        because=reason,
    )


def _cause(judgement: Judgement) -> str:
    """Give the message without the addresses that name this one instance, or its module's: alike for all like it."""
    resource = judgement.resource
    text = judgement.message.replace(resource.address, "")
    return text.replace(f"{resource.module}.", "") if resource.module else text


def _places(place: Place, resource: Resource) -> tuple[Place, tuple[Related, ...]]:
    """Give the place that a person can edit, and where else to look.

    Of what is in a downloaded module that is the innermost call that is not itself in one. Of what is in another module
    of the repository, the call that the owner of the root module can change is related.
    """
    if not place.downloaded:
        return place, tuple(Related(each, "the module call") for each in resource.calls[:1])
    calls = [each for each in (resource.place, *reversed(resource.calls)) if not each.downloaded]
    if not calls:
        return place, ()
    further = [Related(each, "the module call") for each in resource.calls[:1] if each != calls[0]]
    return calls[0], (Related(place, "in the downloaded module"), *further)


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
    return (finding.fingerprint, finding.verdict, finding.message, finding.place, finding.environments)


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
