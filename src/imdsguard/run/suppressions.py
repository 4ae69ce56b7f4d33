"""What the code and the policy take out of the count: comments and exemptions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Read
    from imdsguard.suppress.apply import Comment
    from imdsguard.suppress.baseline_match import BaselineEntry, Examples
    from imdsguard.suppress.moved import Rename


ONLY_SOURCE = (
    "--changed-since compares two versions of Terraform source, and a plan or a state is of one: "
    "for these use --baseline, or leave it out (a plan says itself what it changes)"
)


@record(frozen=True, slots=True)
class Suppressed:
    """Findings and problems with what takes them out of the count; the comments that were seen; lines for people."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()
    notes: tuple[str, ...] = ()


def apply_comments_and_exemptions(
    findings: tuple[Finding, ...], found: Read, gate: RunConfig, folder: str, *, complete: bool
) -> Suppressed:
    """Heed comments and exemptions. Files are looked for from `folder`: that of the run, or where another tree lies."""
    from imdsguard.suppress.marked import blocks_of, marked_files
    from imdsguard.terraform.boundary import read_bytes

    options = gate.options
    if options.no_suppressions:
        return Suppressed(findings)
    comments: tuple[Comment, ...] = ()
    blocks = blocks_of(resource for root in found.roots for resource in root.resources)
    foreign = None
    if options.honor_comments:
        from imdsguard.suppress.foreign_comments import foreign_comments_of

        foreign = foreign_comments_of(options.honor_comments, gate.rules)
    marks = foreign.marks if foreign is not None else ()
    files = marked_files(blocks, lambda file: read_bytes(os.path.join(folder, file)), marks)
    if files:
        from imdsguard.policy.read import RESERVED
        from imdsguard.run.rules import rule_files
        from imdsguard.run.today import today
        from imdsguard.suppress.apply import Asked, apply_comments
        from imdsguard.suppress.foreign_comments import ForeignComments

        on = frozenset(rule.id for rule in gate.rules)
        asked = Asked(
            policy=gate.policy,
            known=on.union(rule_files(options.checks), RESERVED, (rule.id for rule in gate.policy.rules)),
            on=on,
            today=today(),
            fixed=frozenset(rule.id for rule in gate.rules if rule.fixed),
            foreign=foreign or ForeignComments(),
            complete=complete,
        )
        commented = apply_comments(findings, blocks, files, asked)
        findings, comments = commented.findings, commented.comments
    if gate.policy.exemptions:
        from imdsguard.run.exempting import exempted

        findings = exempted(findings, found, gate.policy, gate.rules, complete=complete)
    return Suppressed(findings, comments=comments)


def examples_of(found: Read, gate: RunConfig, root_of: Callable[[str], str]) -> Examples:
    """Say which findings stand for a whole account and Region."""
    from imdsguard.suppress.baseline_match import Examples

    rated = {rule.id: gate.policy.setting(rule.id).severity or rule.severity for rule in gate.rules if rule.example}
    there = frozenset((root_of(root.name), each.address) for root in found.roots for each in root.resources)
    return Examples(rated, there)


def followed(
    entries: Sequence[BaselineEntry], found: Read, examples: Examples, root_of: Callable[[str], str]
) -> tuple[BaselineEntry, ...]:
    """Give entries the addresses under which Terraform goes on with what they are about: see `moved` blocks."""
    if all((entry.root, entry.address) in examples.there for entry in entries):
        return tuple(entries)
    from functools import cache

    from imdsguard.suppress.moved import follow, moves_of
    from imdsguard.terraform.boundary import read_bytes

    roots = {root_of(root.name): root for root in found.roots}

    @cache
    def moves(name: str) -> Rename:
        root = roots.get(name)
        return moves_of(root.resources, root.files, read_bytes) if root is not None else str

    return tuple(follow(entries, examples.there, moves))


def never_known(gate: RunConfig) -> frozenset[str]:
    """Give the rules whose findings are always new: the fixed ones, and what is said of suppressions themselves."""
    from imdsguard.policy.read import RESERVED

    return frozenset(rule.id for rule in gate.rules if rule.fixed) | frozenset(RESERVED)
