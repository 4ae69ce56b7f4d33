"""`--baseline` and `--write-baseline`: what was known when the file was written, and what of it is fixed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.run.errors import RunError
from imdsguard.run.writing import write_text
from imdsguard.system.paths import repository_top

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading
    from imdsguard.run.suppressions import Suppressed
    from imdsguard.suppress.baseline import Baseline
    from imdsguard.suppress.baseline_match import BaselineEntry, Compared
    from imdsguard.suppress.problems import Gap


def leave_out_known(counted: Suppressed, reading: Reading, config: RunConfig, there: tuple[Finding, ...]) -> Suppressed:
    """Take out what a baseline holds, and write one.

    `there` are the findings before `--changed-since` took out those of the earlier version: what they keep in a
    baseline is not fixed.

    With `--baseline`, writing only takes out of it what is fixed. Without, it takes in all that is found, and what of
    the source could not be read. Raises `RunError`.
    """
    from imdsguard.model.suppression import Means, Suppression
    from imdsguard.run.suppressions import examples_of, followed, never_known
    from imdsguard.suppress.baseline import DEFAULT, Baseline, BaselineError, baseline_text, read_baseline
    from imdsguard.suppress.baseline_match import compare, entries_of, gone_everywhere, in_environments
    from imdsguard.suppress.problems import closed_gaps, gaps_of, mark_known, without

    options, never = config.options, never_known(config)
    given, target = options.baseline, options.write_baseline
    if target == "":
        target = given or DEFAULT
    named = given or target or DEFAULT
    name_of, paths = names_from(named), reading.paths or (".",)
    try:  # nothing but a baseline may be overwritten
        old = read_baseline(target) if target is not None and os.path.lexists(target) else Baseline()
        if given is not None:
            known = read_baseline(given)
        else:
            known = Baseline(entries_of(counted.findings, name_of, never), gaps_of(reading.problems, name_of, paths))
    except BaselineError as error:
        raise RunError(str(error)) from None
    examples = examples_of(reading, config, name_of)
    environments = {name_of(root): names for root, names in reading.environments.items()}
    known = replace(known, entries=followed(known.entries, reading, examples, name_of))
    entries = in_environments(known.entries, environments)
    why = Suppression(Means.BASELINE, f"it was there when {named} was written")

    def held_against(findings: tuple[Finding, ...]) -> Compared:
        return compare(findings, entries, name_of, never, why, examples)

    compared = held_against(counted.findings)
    problems = mark_known(counted.problems, known.gaps, name_of, why.reason, paths)
    scope = _Scope(reading, config, name_of, complete=all(problem.known for problem in problems))
    gone = compared.gone if there is counted.findings else held_against(there).gone
    fixed = tuple(entry for entry in gone_everywhere(known.entries, gone, environments) if scope.covers(entry))
    closed = tuple(gap for gap in closed_gaps(known.gaps, gaps_of(problems, name_of, paths)) if scope.reads(gap))
    if target is not None:
        kept = Baseline(_without(known.entries, fixed), without(known.gaps, closed))
        write_text(target, baseline_text(kept if given is not None else scope.beyond(old, kept)))
    named_now = [(str(e), e.count) for e in sorted(fixed, key=lambda e: e.order)] + [(str(g), g.count) for g in closed]
    notes = _fixed_notes(named_now, named, writing=target is not None)
    return replace(counted, findings=compared.findings, problems=problems, notes=notes)


VAR_FILES = (".tfvars", ".tfvars.json")
_DOCUMENTS = (".json", ".tfstate", ".tfplan")
"""How the names of plans and states end: such a root module is not gone because a folder was read without it."""


class _Scope:
    """Of what in a baseline a run can say that it is gone: it asked the rule about the root module, or read the file.

    `complete`: nothing kept it from that but what the baseline knows. A plan that leaves something out (`-target`) says
    nothing of what it does not hold.
    """

    def __init__(self, reading: Reading, config: RunConfig, name_of: Callable[[str], str], *, complete: bool) -> None:
        self._stacks = {(name_of(root.name), root.environment) for root in reading.roots}
        self._roots = {root for root, _ in self._stacks}
        self._elsewhere = {(name_of(root), name) for root, names in reading.environments.items() for name in names}
        self._replaced = reading.inputs is not None and reading.inputs.replaces_environments
        self._in_part = {name_of(each.name) for each in reading.roots if each.plan and each.plan.complete is False}
        # A root module that is judged with a file that was given as a path: of its own values nothing is said.
        self._in_part |= {name_of(each.name) for each in reading.roots if each.environment.endswith(VAR_FILES)}
        self._files = {name_of(file) for root in reading.roots for file in root.files}
        self._folders = [name_of(folder) for folder in reading.folders]
        self._rules = {rule.id for rule in config.rules}
        self._complete = complete

    def covers(self, entry: BaselineEntry) -> bool:
        """Whether this run can say that an entry is fixed."""
        if not self._complete or entry.rule not in self._rules or entry.root in self._in_part:
            return False
        if not entry.environment and any(root == entry.root for root, _ in self._elsewhere):
            return all(stack in self._stacks for stack in self._elsewhere if stack[0] == entry.root)
        if (entry.root, entry.environment) in self._stacks:
            return True
        if (entry.root, entry.environment) in self._elsewhere or (entry.environment and self._replaced):
            return False  # in an environment that was not judged
        if entry.root in self._roots:
            return True
        return not (entry.root == "-" or entry.root.endswith(_DOCUMENTS)) and self._below(entry.root)

    def reads(self, gap: Gap) -> bool:
        """Whether this run can say that a gap is closed."""
        return self._complete and (gap.file in self._files or self._below(gap.file))

    def _below(self, name: str) -> bool:
        return any(folder == "." or f"{name}/".startswith(f"{folder}/") for folder in self._folders)

    def beyond(self, there: Baseline, new: Baseline) -> Baseline:
        """Add what is there already and this run has not judged."""
        entries, gaps = {entry.key for entry in new.entries}, {gap.key for gap in new.gaps}
        return replace(
            new,
            entries=new.entries + tuple(e for e in there.entries if e.key not in entries and not self.covers(e)),
            gaps=new.gaps + tuple(gap for gap in there.gaps if gap.key not in gaps and not self.reads(gap)),
        )


def names_from(baseline: str) -> Callable[[str], str]:
    """Name roots from the top of the repository, so that a baseline fits from every working directory.

    Without a repository they are named from the baseline's own folder.
    """
    folder = os.path.realpath(".")
    top = repository_top(folder) or os.path.dirname(os.path.realpath(baseline))

    def name(root: str) -> str:
        if root == "-":
            return root
        try:
            return os.path.relpath(os.path.realpath(os.path.join(folder, root)), top).replace(os.sep, "/")
        except ValueError:  # another drive
            return root

    return name


def _without(entries: tuple[BaselineEntry, ...], fixed: tuple[BaselineEntry, ...]) -> tuple[BaselineEntry, ...]:
    from imdsguard.model.record import replace

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


def _fixed_notes(fixed: Sequence[tuple[str, int]], baseline: str, *, writing: bool) -> tuple[str, ...]:
    """Name what is fixed, each with how many of it are."""
    if not fixed:
        return ()
    from imdsguard.report.text import plural

    count = sum(number for _, number in fixed)
    are, them = ("is", "it") if count == 1 else ("are", "them")
    what = "taken out" if writing else f"take {them} out with --write-baseline"
    lines = [f"{plural(count, 'entry', 'entries')} of the baseline {baseline} {are} fixed ({what}):"]
    lines += [f"  {name}" for name, _ in fixed[:_MOST_NAMED]]
    if len(fixed) > _MOST_NAMED:
        lines.append(f"  and {len(fixed) - _MOST_NAMED} more")
    return tuple(lines)
