"""Judge what was read, and take out of the count what something suppresses: one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.run.errors import UsageError
from imdsguard.run.stamping import stamp_of
from imdsguard.run.suppressions import Suppressed, apply_comments_and_exemptions
from imdsguard.system.paths import folder_in_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.environment import Stack
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.report.report import Report
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading


def report_on(reading: Reading, config: RunConfig) -> Report:
    """Ask every rule about what was read, and say of each finding and problem whether it counts.

    Raises `UsageError` if an earlier version is asked for of what has none, or if something was read from another
    working directory than the process's; and `RunError` for a baseline or a revision that cannot be used.
    """
    if reading.inputs is not None and reading.inputs.working_directory != ".":
        raise UsageError(
            f"what is in {reading.inputs.working_directory} can be read, and not judged: "
            "comments and baselines count from the working directory of the process"
        )
    from imdsguard.model.finding import Verdict
    from imdsguard.model.problem import told_once
    from imdsguard.report.report import Report
    from imdsguard.run.judge import judge
    from imdsguard.run.remedies import with_remedies

    outcome = judge(reading.estate, config.rules, config.policy, passes=config.options.show_passed)
    reading = replace(reading, problems=reading.problems + not_told_yet(outcome.refused, reading.problems))
    counted = apply_suppressions(outcome.findings, reading.problems + outcome.failed, reading, config)
    found = counted.findings
    if any(root.environment for root in reading.roots):
        from imdsguard.run.merging import merged

        found = merged(found, [root.stack for root in reading.roots])
    found = with_remedies(found, reading.estate)
    shown = tuple(f for f in found if config.options.show_passed or f.verdict is not Verdict.PASS)
    rules = config.rules
    if counted.comments:
        from imdsguard.suppress.rules import rules_of_comments

        rules += rules_of_comments()
    notes = reading.notes + counted.notes + _silent(outcome.not_deployed)
    return Report(
        reading.estate,
        shown,
        told_once(counted.problems),
        rules,
        config.policy.name,
        notes,
        fail_on=config.fail_on,
        unseen=reading.unseen,
        strict_unseen=config.options.strict_unseen,
        no_launch=reading.no_launch,
        folder=folder_in_repository(),
        stamp=lambda: stamp_of(reading),
    )


def _silent(stacks: Sequence[Stack]) -> tuple[str, ...]:
    """Say of which root modules nothing is said about accounts."""
    roots = list(dict.fromkeys(stack.root for stack in stacks))
    if not roots:
        return ()
    which = f"{roots[0]}: it shows" if len(roots) == 1 else f"{len(roots)} root modules that show"
    return (f"the rules about accounts say nothing of {which} a module (below examples or tests of its repository)",)


def not_told_yet(problems: tuple[Problem, ...], told: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Leave out what was said before of the same line, perhaps at a column of it."""
    known = {(each.message, each.place.file, each.place.line) for each in told if each.place is not None}
    return tuple(
        each for each in problems if each.place is None or (each.message, each.place.file, each.place.line) not in known
    )


def apply_suppressions(
    findings: tuple[Finding, ...], problems: tuple[Problem, ...], reading: Reading, config: RunConfig
) -> Suppressed:
    """Say of each finding, and of each problem, whether it counts.

    `problems` are what could not be read, and the rules that did not answer. Raises as `report_on`.
    """
    options = config.options
    counted = replace(
        apply_comments_and_exemptions(findings, reading, config, ".", complete=not problems), problems=problems
    )
    there = counted.findings
    if options.changed_since is not None:
        from imdsguard.run.changed_since import leave_out_unchanged

        findings, problems = leave_out_unchanged(counted.findings, problems, reading, config)
        counted = replace(counted, findings=findings, problems=problems)
    if options.baseline is not None or options.write_baseline is not None:
        from imdsguard.run.baseline import leave_out_known

        counted = leave_out_known(counted, reading, config, there)
    return counted
