"""What the code and the policy take out of the count: comments and exemptions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.model.rule import Rule
    from imdsguard.policy.exemption import Exemption
    from imdsguard.policy.policy import Policy
    from imdsguard.report.suppressions import ListedSuppression
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.suppress.apply import Comment
    from imdsguard.suppress.baseline_match import BaselineEntry, Examples
    from imdsguard.suppress.moved import Rename


@record(frozen=True, slots=True)
class Suppressed:
    """Findings and problems with what takes them out of the count; the comments that were seen; lines for people."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()
    notes: tuple[str, ...] = ()


def list_suppressions(reading: Reading, config: RunConfig) -> tuple[tuple[ListedSuppression, ...], tuple[Problem, ...]]:
    """Give every comment and every exemption, with what becomes of it; and what could not be read or judged."""
    from imdsguard.run.judge import judge

    outcome = judge(reading.estate, config.rules, config.policy, passes=False)
    problems = reading.problems + outcome.problems
    applied = apply_comments_and_exemptions(outcome.findings, reading, config, ".", complete=not problems)
    fixed = frozenset(rule.id for rule in config.rules if rule.fixed)
    listed = [_of_comment(each) for each in applied.comments]
    listed += [_of_exemption(each, applied.findings, fixed) for each in config.policy.exemptions]
    return tuple(listed), problems


def _of_comment(comment: Comment) -> ListedSuppression:
    from imdsguard.report.suppressions import ListedSuppression

    each = comment.directive
    return ListedSuppression(
        by="comment",
        tool=each.tool,
        place=each.place,
        about=each.address,
        root=comment.root,
        rules=(comment.rule,) if comment.rule else (),
        reason=each.said.reason,
        until=each.said.until,
        state=comment.state,
        why=comment.fault,
    )


def _of_exemption(exemption: Exemption, findings: Sequence[Finding], fixed: frozenset[str]) -> ListedSuppression:
    from imdsguard.model.finding import Verdict
    from imdsguard.model.suppression import SuppressionState
    from imdsguard.report.suppressions import ListedSuppression
    from imdsguard.run.today import today

    used = any(each.verdict is not Verdict.PASS and exemption.covers(each, fixed) for each in findings)
    otherwise = SuppressionState.USED if used else SuppressionState.UNUSED
    return ListedSuppression(
        by="exemption",
        tool="imdsguard",
        place=exemption.place,
        about=", ".join((*exemption.addresses, *exemption.paths, *exemption.roots, *exemption.regions)),
        root=None,
        rules=tuple(exemption.rules),
        reason=exemption.reason,
        until=exemption.expires,
        state=SuppressionState.EXPIRED if exemption.over(today()) else otherwise,
    )


def apply_comments_and_exemptions(
    findings: tuple[Finding, ...], reading: Reading, config: RunConfig, folder: str, *, complete: bool
) -> Suppressed:
    """Apply comments and exemptions. Files are looked for from `folder`: the run's, or where another tree lies."""
    from imdsguard.suppress.marked import blocks_of, marked_files
    from imdsguard.system.files import read_bytes

    options = config.options
    if options.no_suppressions:
        return Suppressed(findings)
    comments: tuple[Comment, ...] = ()
    blocks = blocks_of(resource for root in reading.roots for resource in root.resources)
    foreign = None
    if options.honor_comments:
        from imdsguard.suppress.foreign_comments import foreign_comments_of

        foreign = foreign_comments_of(options.honor_comments, config.rules)
    marks = foreign.marks if foreign is not None else ()
    files = marked_files(blocks, lambda file: read_bytes(os.path.join(folder, file)), marks)
    if files:
        from imdsguard.policy.read import RESERVED
        from imdsguard.run.rules import rule_files
        from imdsguard.run.today import today
        from imdsguard.suppress.apply import Asked, apply_comments
        from imdsguard.suppress.foreign_comments import ForeignComments

        on = frozenset(rule.id for rule in config.rules)
        asked = Asked(
            policy=config.policy,
            known=on.union(rule_files(options.checks), RESERVED, (rule.id for rule in config.policy.rules)),
            on=on,
            today=today(),
            fixed=frozenset(rule.id for rule in config.rules if rule.fixed),
            foreign=foreign or ForeignComments(),
            complete=complete,
        )
        commented = apply_comments(findings, blocks, files, asked)
        findings, comments = commented.findings, commented.comments
    if config.policy.exemptions:
        findings = exempted(findings, reading, config.policy, config.rules, complete=complete)
    return Suppressed(findings, comments=comments)


def examples_of(reading: Reading, config: RunConfig, root_of: Callable[[str], str]) -> Examples:
    """Say which findings stand for a whole account and Region."""
    from imdsguard.suppress.baseline_match import Examples

    rated = {rule.id: config.policy.setting(rule.id).severity or rule.severity for rule in config.rules if rule.example}
    there = frozenset((root_of(root.name), each.address) for root in reading.roots for each in root.resources)
    return Examples(rated, there)


def followed(
    entries: Sequence[BaselineEntry], reading: Reading, examples: Examples, root_of: Callable[[str], str]
) -> tuple[BaselineEntry, ...]:
    """Give entries the addresses under which Terraform goes on with what they are about: see `moved` blocks."""
    if all((entry.root, entry.address) in examples.there for entry in entries):
        return tuple(entries)
    from functools import cache

    from imdsguard.suppress.moved import follow, moves_of
    from imdsguard.system.files import read_bytes

    roots = {root_of(root.name): root for root in reading.roots}

    @cache
    def moves(name: str) -> Rename:
        root = roots.get(name)
        return moves_of(root.resources, root.files, read_bytes) if root is not None else str

    return tuple(follow(entries, examples.there, moves))


def never_known(config: RunConfig) -> frozenset[str]:
    """Give the rules whose findings are always new: the fixed ones, and what is said of suppressions themselves."""
    from imdsguard.policy.read import RESERVED

    return frozenset(rule.id for rule in config.rules if rule.fixed) | frozenset(RESERVED)


def exempted(
    findings: tuple[Finding, ...], reading: Reading, policy: Policy, rules: Sequence[Rule], *, complete: bool
) -> tuple[Finding, ...]:
    """Mark what the policy exempts today, and add what is to be said of the exemptions themselves.

    `complete`: nothing kept the run from reading and judging all it was given. Only then, and only if it was given the
    whole project of a policy, it may say that nothing needs an exemption: a run on a few changed files cannot tell.
    """
    from imdsguard.policy.exempt import exempt
    from imdsguard.run.today import today

    seen = [os.path.realpath(folder) for folder in reading.folders] if complete else []

    def whole(exemption: Exemption) -> bool:
        project = project_of(exemption.place.file)
        return any(project == folder or project.startswith(os.path.join(folder, "")) for folder in seen)

    return exempt(findings, policy, today(), rules, whole)


def project_of(policy: str) -> str:
    """Give the folder that a policy's file is about: that of `.imdsguard.yaml`, else the repository, else its own."""
    from imdsguard.policy.read import CONFIG

    own = os.path.dirname(os.path.realpath(policy))
    if os.path.basename(policy) == CONFIG:
        return own
    folder = own
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return own
        folder = above
    return folder
