"""Comments held against findings: what they take out of the count, and what is to be said of the comments."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.finding import Finding, Verdict, fingerprint
from imdsguard.model.record import record, replace
from imdsguard.model.suppression import Means, Suppression, SuppressionState
from imdsguard.suppress.comments import directives
from imdsguard.suppress.foreign_comments import ForeignComments
from imdsguard.suppress.marked import key_of
from imdsguard.suppress.rules import EXPIRED, INVALID, UNUSED, severity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from imdsguard.policy.policy import Policy
    from imdsguard.suppress.directive import Directive
    from imdsguard.suppress.marked import Key


@record(frozen=True, slots=True)
class Comment:
    """One rule in one comment. `fault` says why it is invalid, `root` is a root module that it takes part in."""

    directive: Directive
    rule: str
    state: SuppressionState
    root: str
    fault: str = ""


@record(frozen=True, slots=True)
class Asked:
    """Under which conditions comments count.

    `known` are the ids of all rules, `on` those that were asked, `fixed` those that declare themselves so. `complete`:
    all rules answered, so that a comment which nothing needs can be told. `today` is the day in ISO 8601.
    """

    policy: Policy
    known: frozenset[str]
    on: frozenset[str]
    today: str
    fixed: frozenset[str] = frozenset()
    foreign: ForeignComments = field(default_factory=ForeignComments)
    complete: bool = True


@record(frozen=True, slots=True)
class Commented:
    """Findings with what comments say of them, those on the comments among them; and the comments themselves."""

    findings: tuple[Finding, ...]
    comments: tuple[Comment, ...] = ()


def apply_comments(
    findings: Sequence[Finding], judged: Mapping[Key, str], files: Iterable[tuple[str, bytes]], asked: Asked
) -> Commented:
    """Take what comments suppress out of the count, and say what is wrong with comments.

    `judged` are the blocks of `marked.blocks_of`, `files` those of `marked.marked_files`.
    """
    found = [directive for file, data in files for directive in directives(file, data, asked.foreign)]
    by_block: dict[Key, list[int]] = {}
    for number, each in enumerate(found):
        if each.block is not None:
            by_block.setdefault(key_of(each.block), []).append(number)
    used: dict[int, set[str]] = {}
    marked: list[Finding] = []
    for finding in findings:
        for number in _matching(finding, by_block, found) if finding.verdict is not Verdict.PASS else ():
            each = found[number]
            if _fault(each, finding.rule, asked):
                continue
            used.setdefault(number, set()).add(finding.rule)
            if not _over(each, asked) and finding.suppressed is None:
                finding = replace(finding, suppressed=_suppression(each))
        marked.append(finding)
    told = [
        comment
        for number, each in enumerate(found)
        for comment in _comments(each, used.get(number, set()), judged, asked)
    ]
    said = tuple(finding for comment in told for finding in _said(comment, asked))
    return Commented((*marked, *_distinct(said)), tuple(told))


def _matching(finding: Finding, by_block: dict[Key, list[int]], found: list[Directive]) -> Iterator[int]:
    """Give the comments on a finding, nearest first: on its resource, then on the calls that lead to it."""
    resource = finding.resource
    if resource is None:
        return
    for place in (resource.place, *resource.overrides, *reversed(resource.calls)):
        for number in by_block.get(key_of(place), ()):
            if finding.rule in found[number].said.rules:
                yield number


def _suppression(each: Directive) -> Suppression:
    return Suppression(Means.COMMENT, each.said.reason, each.place, each.said.until)


def _over(each: Directive, asked: Asked) -> bool:
    return each.said.until is not None and each.said.until < asked.today


def _fault(each: Directive, rule: str, asked: Asked) -> str:
    """Say why a comment cannot suppress a rule, or nothing."""
    if each.said.fault:
        return each.said.fault
    if each.block is None:
        return "it stands at nothing that can be found wrong: put it above or in a resource, data or module block"
    if rule not in asked.known:
        from imdsguard.policy.errors import nearest

        return f'there is no rule "{rule[:60]}"{nearest(rule, asked.known)}'
    if not asked.policy.suppressions.allow(rule, rule in asked.fixed):
        return f"the policy does not let a comment suppress {rule}"
    return ""


def _comments(each: Directive, used: set[str], judged: Mapping[Key, str], asked: Asked) -> Iterator[Comment]:
    """Say what becomes of each rule in a comment."""
    folder = each.place.file.rpartition("/")[0] or "."
    root = judged.get(key_of(each.block)) if each.block is not None else None
    for rule in each.said.rules or ("",):
        fault = _fault(each, rule, asked)
        if fault:
            state = SuppressionState.INVALID
        elif _over(each, asked):
            state = SuppressionState.EXPIRED
        elif rule in used:
            state = SuppressionState.USED
        else:
            told = root is not None and rule in asked.on and asked.complete
            state = SuppressionState.UNUSED if told else SuppressionState.IDLE
        yield Comment(each, rule, state, root or folder, fault)


def _said(comment: Comment, asked: Asked) -> Iterator[Finding]:
    """Give the finding on a comment. Other scanners' comments are for them: nobody need remove those."""
    name = {SuppressionState.INVALID: INVALID, SuppressionState.EXPIRED: EXPIRED, SuppressionState.UNUSED: UNUSED}.get(
        comment.state
    )
    each = comment.directive
    if name is None or each.tool != "imdsguard":
        return
    setting = asked.policy.setting(name)
    if setting.off:
        return
    message, remedy = _words(comment)
    address = each.address or each.place.file
    yield Finding(
        rule=name,
        verdict=Verdict.FAIL,
        severity=setting.severity or severity_of(name),
        address=address,
        message=message,
        root=comment.root,
        fingerprint=fingerprint(name, comment.root, f"{address} {comment.rule}", None),
        place=each.place,
        remedy=remedy,
    )


def _words(comment: Comment) -> tuple[str, str]:
    said = comment.directive.said
    if comment.state is SuppressionState.EXPIRED:
        message = f"the comment that suppresses {comment.rule} ended on {said.until}: {said.reason}"
        return message, "put the finding right, or give the comment a new day and reason"
    if comment.state is SuppressionState.UNUSED:
        return f"the comment suppresses nothing: {comment.rule} finds nothing here", "remove it"
    return f"the comment suppresses nothing: {comment.fault}", "# imdsguard: ignore[rule-id] reason"


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what is said twice: one fault of a comment that names several rules."""
    seen: dict[tuple[object, ...], Finding] = {}
    for each in findings:
        seen.setdefault((each.rule, each.message, each.place), each)
    return tuple(seen.values())
