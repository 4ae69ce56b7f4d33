"""What the options, the policy and the code take out of the count: comments, exemptions, what was there before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.cli.reporting import Gate, Reporting
    from imdsguard.cli.session import Read
    from imdsguard.model.finding import Finding
    from imdsguard.suppress.apply import Comment
    from imdsguard.suppress.known import Entry, Examples


ONLY_SOURCE = (
    "--changed-since compares two versions of Terraform source, and a plan or a state is of one: "
    "for these use --baseline, or leave it out (a plan says itself what it changes)"
)


@record(frozen=True, slots=True)
class Settled:
    """Findings with what takes them out of the count; the comments that were seen; lines to say beside the report."""

    findings: tuple[Finding, ...]
    comments: tuple[Comment, ...] = ()
    notes: tuple[str, ...] = ()


def refuse_contradictions(options: Reporting, *, comparable: bool) -> None:
    """Say what is wrong with the options before anything is read or run. `comparable`: source may be what is judged.

    Raises `click.ClickException`.
    """
    from imdsguard.suppress.baseline import BaselineError, read_baseline

    if options.changed_since is not None:
        if not comparable:
            raise click.UsageError(ONLY_SOURCE)
        if options.write_baseline is not None:
            raise click.UsageError("--write-baseline keeps all that is found: give it without --changed-since")
    try:
        if options.baseline is not None:
            read_baseline(options.baseline)
        target = options.write_baseline
        if target and os.path.isdir(target):
            raise BaselineError(f"{target} is a folder: write --write-baseline=FILE, or name what to check before it")
        if target and os.path.lexists(target):
            read_baseline(target)
    except BaselineError as error:
        raise click.ClickException(str(error)) from None


def settle(findings: tuple[Finding, ...], found: Read, gate: Gate, *, complete: bool) -> Settled:
    """Say of each finding whether it counts. `complete`: everything was read, and every rule answered.

    Raises `click.ClickException` for a baseline or a revision that cannot be used.
    """
    options = gate.options
    settled = heed(findings, found, gate, ".", complete=complete)
    if options.changed_since is not None:
        from imdsguard.cli.since import leave_out_unchanged

        settled = Settled(leave_out_unchanged(settled.findings, found, gate), settled.comments)
    if options.baseline is not None or options.write_baseline is not None:
        marked, notes = _baseline(settled.findings, found, gate, complete=complete)
        settled = Settled(marked, settled.comments, notes)
    return settled


def heed(findings: tuple[Finding, ...], found: Read, gate: Gate, folder: str, *, complete: bool) -> Settled:
    """Heed comments and exemptions. Files are looked for from `folder`: that of the run, or where another tree lies."""
    from imdsguard.suppress.marked import blocks_of, marked_files
    from imdsguard.terraform.boundary import read_bytes

    options = gate.options
    if options.no_suppressions:
        return Settled(findings)
    comments: tuple[Comment, ...] = ()
    blocks = blocks_of(resource for root in found.roots for resource in root.resources)
    peers = None
    if options.honor_comments:
        from imdsguard.suppress.peers import peers_of

        peers = peers_of(options.honor_comments, gate.rules)
    marks = peers.marks if peers is not None else ()
    files = marked_files(blocks, lambda file: read_bytes(os.path.join(folder, file)), marks)
    if files:
        from imdsguard.cli.today import today
        from imdsguard.loader import rule_files
        from imdsguard.policy.read import RESERVED
        from imdsguard.suppress.apply import Asked, heed_comments
        from imdsguard.suppress.peers import Peers

        on = frozenset(rule.id for rule in gate.rules)
        asked = Asked(
            policy=gate.policy,
            known=on.union(rule_files(options.checks), RESERVED, (rule.id for rule in gate.policy.rules)),
            on=on,
            today=today(),
            fixed=frozenset(rule.id for rule in gate.rules if rule.fixed),
            peers=peers or Peers(),
            complete=complete,
        )
        commented = heed_comments(findings, blocks, files, asked)
        findings, comments = commented.findings, commented.comments
    if gate.policy.exemptions:
        from imdsguard.cli.exempting import exempted

        findings = exempted(findings, found, gate.policy, gate.rules, complete=complete)
    return Settled(findings, comments)


def examples_of(found: Read, gate: Gate, root_of: Callable[[str], str]) -> Examples:
    """Say which findings stand for a whole account and Region."""
    from imdsguard.suppress.known import Examples

    rated = {rule.id: gate.policy.setting(rule.id).severity or rule.severity for rule in gate.rules if rule.example}
    there = frozenset((root_of(root.name), each.address) for root in found.roots for each in root.resources)
    return Examples(rated, there)


def never_known(gate: Gate) -> frozenset[str]:
    """Give the rules whose findings are always new: the fixed ones, and what is said of suppressions themselves."""
    from imdsguard.policy.read import RESERVED

    return frozenset(rule.id for rule in gate.rules if rule.fixed) | frozenset(RESERVED)


def _baseline(
    findings: tuple[Finding, ...], found: Read, gate: Gate, *, complete: bool
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Take out what a baseline holds, and write one.

    With `--baseline`, writing only takes out of it what is fixed. Without, it takes in all that is found.
    """
    from imdsguard.cli.output import write_file
    from imdsguard.model.suppression import Means, Suppression
    from imdsguard.suppress.baseline import DEFAULT, BaselineError, baseline_text, read_baseline
    from imdsguard.suppress.known import compare, entries_of

    options, never = gate.options, never_known(gate)
    given, target = options.baseline, options.write_baseline
    if target == "":
        target = given or DEFAULT
    named = given or target or DEFAULT
    root_of = _names_from(named)
    try:
        if target is not None and os.path.lexists(target):
            read_baseline(target)  # nothing else may be overwritten
        entries = read_baseline(given) if given is not None else entries_of(findings, root_of, never)
    except BaselineError as error:
        raise click.ClickException(str(error)) from None
    suppression = Suppression(Means.BASELINE, f"it was there when {named} was written")
    compared = compare(findings, entries, root_of, never, suppression, examples_of(found, gate, root_of))
    scope = _Scope(found, gate, root_of, complete=complete)
    fixed = tuple(entry for entry in compared.gone if scope.covers(entry))
    notes = _fixed_notes(fixed, named, writing=target is not None)
    if target is not None:
        kept = _without(entries, fixed) if given is not None else entries + scope.beyond(target, entries)
        write_file(target, baseline_text(kept))
    return compared.findings, notes


_DOCUMENTS = (".json", ".tfstate", ".tfplan")
"""How the names of plans and states end: such a root module is not gone because a folder was read without it."""


class _Scope:
    """Of which entries of a baseline a run can say that they are gone: it asked their rule about their root module."""

    def __init__(self, found: Read, gate: Gate, root_of: Callable[[str], str], *, complete: bool) -> None:
        self._roots = {root_of(root.name) for root in found.roots}
        self._folders = [root_of(folder) for folder in found.folders]
        self._rules = {rule.id for rule in gate.rules}
        self._complete = complete

    def covers(self, entry: Entry) -> bool:
        if not self._complete or entry.rule not in self._rules:
            return False
        if entry.root in self._roots:
            return True
        if entry.root == "-" or entry.root.endswith(_DOCUMENTS):
            return False
        return any(folder == "." or f"{entry.root}/".startswith(f"{folder}/") for folder in self._folders)

    def beyond(self, file: str, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Give what the file holds already and this run does not speak of."""
        from imdsguard.suppress.baseline import read_baseline

        if not os.path.lexists(file):
            return ()
        keys = {entry.key for entry in entries}
        return tuple(e for e in read_baseline(file) if e.key not in keys and not self.covers(e))


def _names_from(baseline: str) -> Callable[[str], str]:
    """Name roots from the top of the repository, so that a baseline fits from every working directory.

    Without a repository they are named from the baseline's own folder.
    """
    folder = top = os.path.realpath(".")
    while not os.path.lexists(os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top:
            top = os.path.dirname(os.path.realpath(baseline))
            break
        top = above

    def name(root: str) -> str:
        if root == "-":
            return root
        try:
            return os.path.relpath(os.path.realpath(os.path.join(folder, root)), top).replace(os.sep, "/")
        except ValueError:  # another drive
            return root

    return name


def _without(entries: tuple[Entry, ...], fixed: tuple[Entry, ...]) -> tuple[Entry, ...]:
    from dataclasses import replace

    less: dict[tuple[str, ...], int] = {}
    for entry in fixed:
        less[entry.order] = less.get(entry.order, 0) + entry.count
    kept = []
    for entry in entries:
        gone = min(entry.count, less.get(entry.order, 0))
        less[entry.order] = less.get(entry.order, 0) - gone
        if entry.count > gone:
            kept.append(replace(entry, count=entry.count - gone))
    return tuple(kept)


_MOST_NAMED = 20


def _fixed_notes(fixed: tuple[Entry, ...], baseline: str, *, writing: bool) -> tuple[str, ...]:
    if not fixed:
        return ()
    from imdsguard.report.text import plural

    count = sum(entry.count for entry in fixed)
    are, them = ("is", "it") if count == 1 else ("are", "them")
    what = "taken out" if writing else f"take {them} out with --write-baseline"
    lines = [f"{plural(count, 'entry', 'entries')} of the baseline {baseline} {are} fixed ({what}):"]
    lines += [f"  {entry}" for entry in sorted(fixed, key=lambda e: e.order)[:_MOST_NAMED]]
    if len(fixed) > _MOST_NAMED:
        lines.append(f"  and {len(fixed) - _MOST_NAMED} more")
    return tuple(lines)
