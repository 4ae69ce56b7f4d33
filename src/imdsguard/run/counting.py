"""What counts in the end: the options that take findings out of the count, one after the other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imdsguard.run.suppressions import ONLY_SOURCE, Suppressed, apply_comments_and_exemptions

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.run.config import Reporting, RunConfig
    from imdsguard.run.reading import Read


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


def apply_suppressions(
    findings: tuple[Finding, ...], problems: tuple[Problem, ...], found: Read, gate: RunConfig
) -> Suppressed:
    """Say of each finding, and of each problem, whether it counts.

    `problems` are what could not be read, and the rules that did not answer. Raises `click.ClickException` for a
    baseline or a revision that cannot be used.
    """
    from dataclasses import replace

    options = gate.options
    settled = replace(
        apply_comments_and_exemptions(findings, found, gate, ".", complete=not problems), problems=problems
    )
    if options.changed_since is not None:
        from imdsguard.run.changed_since import leave_out_unchanged

        findings, problems = leave_out_unchanged(settled.findings, problems, found, gate)
        settled = replace(settled, findings=findings, problems=problems)
    if options.baseline is not None or options.write_baseline is not None:
        from imdsguard.run.baseline import leave_out_known

        settled = leave_out_known(settled, found, gate)
    return settled
