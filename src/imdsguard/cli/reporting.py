"""What scan, plan and apply have in common: ask the rules about what was read, and say what they answer."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imdsguard.cli import completing
from imdsguard.cli.exits import exit_code
from imdsguard.cli.options import checks_option, color_option, policy_option
from imdsguard.cli.options_suppressing import suppressing_options
from imdsguard.cli.output import parse_outputs, style_for, write_file, write_out, write_problems
from imdsguard.report.formats import FORMATS
from imdsguard.run.config import Reporting, RunConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.report.report import Report
    from imdsguard.report.style import Style
    from imdsguard.run.reading import Read

_Function = TypeVar("_Function", bound="Callable[..., Any]")


def report_options(function: _Function) -> _Function:
    """Give a command the options of every command that judges; it gets them as one argument `reporting`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        mine = {name: options.pop(name) for name in Reporting.__dataclass_fields__}
        return function(*arguments, reporting=Reporting(**mine), **options)

    wrapped: Any = command
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: _Function = wrapped
    return result


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    policy_option,
    checks_option,
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What stdout gets."
    ),
    click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT=FILE",
        shell_complete=completing.outputs,
        help="Write this format to a file, too; repeatable.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "note", "never"]),
        help="The mildest severity that gives exit code 1 (overrules the policy's fail_on).",
    ),
    click.option("--show-passed", is_flag=True, help="Show what is as it should be, too."),
    *suppressing_options,
    color_option,
    click.option("-q", "--quiet", is_flag=True, help="Findings and problems only: nothing to say means no output."),
    click.option("-v", "--verbose", is_flag=True, help="Say on stderr which policy, rules and files were used."),
)


def open_gate(options: Reporting, *, comparable: bool = True) -> RunConfig:
    """Read the policy and import its rules: what is wrong with the call shows before anything is read.

    `comparable`: what is judged may be source, of which there is an earlier version. Raises `PolicyError`, `RuleError`
    and `click.ClickException`.
    """
    from imdsguard.run.reading import select_rules

    files = tuple(parse_outputs(options.outputs, FORMATS))
    if options.baseline is not None or options.write_baseline or options.changed_since is not None:
        from imdsguard.run.counting import refuse_contradictions

        refuse_contradictions(options, comparable=comparable)
    policy, rules = select_rules(options.policy, options.checks)
    return RunConfig(policy, rules, files, options)


def conclude(found: Read, gate: RunConfig) -> int:
    """Judge what was read, write the report in every format that was asked for, and give the exit code."""
    report = make_report(found, gate)
    options = gate.options
    if options.verbose:
        _say_what_was_used(gate, found)
    for name, file in gate.files:
        write_file(file, _render(name, report, None, quiet=False, suppressed=options.show_suppressed))
    style = style_for(sys.stdout, no_color=options.no_color)
    write_out(_render(options.form, report, style, quiet=options.quiet, suppressed=options.show_suppressed))
    write_problems(report.problems, no_color=options.no_color)
    if report.notes and not options.quiet:
        from imdsguard.report.escape import escape

        sys.stderr.write("".join(f"{escape(note)}\n" for note in report.notes))
    from imdsguard.policy.read import threshold

    limit = gate.policy.fail_on if options.fail_on is None else threshold(options.fail_on)
    return exit_code(report.findings, report.problems, limit)


def make_report(found: Read, gate: RunConfig) -> Report:
    """Ask every rule, and take out of the count what something suppresses. Raises `click.ClickException`."""
    from imdsguard.model.finding import Verdict
    from imdsguard.report.report import Report
    from imdsguard.run.counting import apply_suppressions
    from imdsguard.run.judge import judge

    outcome = judge(found.estate, gate.rules, gate.policy)
    settled = apply_suppressions(outcome.findings, found.problems + outcome.problems, found, gate)
    shown = tuple(f for f in settled.findings if gate.options.show_passed or f.verdict is not Verdict.PASS)
    rules = gate.rules
    if settled.comments:
        from imdsguard.suppress.rules import rules_of_comments

        rules += rules_of_comments()
    return Report(found.estate, shown, settled.problems, rules, gate.policy.name, settled.notes)


def _render(name: str, report: Report, style: Style | None, *, quiet: bool, suppressed: bool) -> str:
    if name != "text":
        from imdsguard.report.formats import render

        return render(name, report)
    from imdsguard.cli.sources import Sources
    from imdsguard.report.text import findings_text

    return findings_text(report, Sources().line_of, style, quiet=quiet, suppressed=suppressed)


def _say_what_was_used(gate: RunConfig, found: Read) -> None:
    from imdsguard.report.escape import escape
    from imdsguard.report.text import plural

    lines = [f"policy: {gate.policy.name}", f"rules: {', '.join(rule.id for rule in gate.rules)}"]
    lines += [f"read: {root.name} ({plural(len(root.files), 'file')})" for root in found.roots]
    if gate.policy.exemptions:
        from imdsguard.cli.policy_check import ends

        lines += ends(gate.policy)
    sys.stderr.write("".join(f"{escape(line)}\n" for line in lines))
