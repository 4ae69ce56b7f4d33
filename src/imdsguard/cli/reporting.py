"""What scan, plan and apply have in common: a report in every format that was asked for, and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from imdsguard.cli.output import parse_outputs, style_for, write_notes, write_problems, write_unseen
from imdsguard.cli.streams import write_out
from imdsguard.model.record import replace
from imdsguard.report.formats import FOR_PEOPLE, FORMATS

if TYPE_CHECKING:
    from imdsguard.cli.options import ReportOptions
    from imdsguard.report.report import Report
    from imdsguard.report.style import Style
    from imdsguard.report.view import View
    from imdsguard.run.config import RunConfig
    from imdsguard.run.reading import Reading


def prepared(options: ReportOptions, *, comparable: bool = True) -> RunConfig:
    """Look at what was asked for before anything is read. Raises what `prepare` raises, and `click.BadParameter`."""
    from imdsguard.run.config import prepare

    parse_outputs(options.outputs, FORMATS)
    return prepare(options.policy, options.of_scan(), comparable=comparable)


def report(reading: Reading, config: RunConfig, options: ReportOptions, *, of_commit: bool = False) -> int:
    """Judge what was read, write the report in every format that was asked for, and give the exit code.

    `of_commit`: what was there before a commit is counted beside what it brings.
    """
    from imdsguard.report.view import View
    from imdsguard.run.report import report_on
    from imdsguard.run.writing import write_text

    found = report_on(reading, config)
    if options.verbose:
        _say_what_was_used(config, reading)
    view = View(quiet=options.quiet, suppressed=options.show_suppressed, notes=options.show_notes)
    for name, file in parse_outputs(options.outputs, FORMATS):
        write_text(file, _render(name, found, None, replace(view, quiet=False), statistics=False))
    style = style_for(sys.stdout, no_color=options.no_color)
    write_out(_render(options.form, found, style, view, statistics=options.statistics))
    problems = [problem for problem in found.problems if not (options.quiet and problem.known)]
    write_problems(problems, no_color=options.no_color)
    if of_commit:
        write_notes(older(found))
    if not options.quiet or options.strict_unseen:
        write_unseen(found.unseen, no_color=options.no_color)
    if not options.quiet:
        write_notes(found.notes)
    return found.exit_code


def older(report: Report) -> tuple[str, ...]:
    """Count in one line what was there before a commit, where something else is told above it; else nobody asked."""
    from imdsguard.model.suppression import Means
    from imdsguard.report.text import plural
    from imdsguard.report.words import counts

    known = sum(bool(problem.known) for problem in report.problems)
    if known == len(report.problems) and not any(map(counts, report.findings)):
        return ()
    old = sum(each.suppressed is not None and each.suppressed.means is Means.UNCHANGED for each in report.findings)
    told = [plural(old, "finding")] if old else []
    told += [plural(known, "problem")] if known else []
    was, do = ("was", "does") if old + known == 1 else ("were", "do")
    return ("", f"{' and '.join(told)} {was} there before this commit and {do} not count") if told else ()


def _render(name: str, report: Report, style: Style | None, view: View, *, statistics: bool) -> str:
    if name not in FOR_PEOPLE:
        from imdsguard.report.formats import render

        return render(name, report)
    from imdsguard.cli.sources import Sources
    from imdsguard.report.text import concise_text, findings_text, statistics_text

    if statistics:
        return statistics_text(report, style, view)
    return (
        concise_text(report, style, view)
        if name == "concise"
        else findings_text(report, Sources().line_of, style, view)
    )


def _say_what_was_used(config: RunConfig, reading: Reading) -> None:
    from imdsguard.report.escape import escape
    from imdsguard.report.text import plural

    lines = [f"policy: {config.policy.name}", f"rules: {', '.join(rule.id for rule in config.rules)}"]
    lines += [f"read: {root.name} ({plural(len(root.files), 'file')})" for root in reading.roots]
    if config.policy.exemptions:
        from imdsguard.run.policy_check import exemption_ends

        lines += exemption_ends(config.policy)
    sys.stderr.write("".join(f"{escape(line)}\n" for line in lines))
