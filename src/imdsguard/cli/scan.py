"""`imdsguard scan`: the main job."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import exit_code
from imdsguard.cli.options import (
    OrderedCommand,
    checks_option,
    color_option,
    input_options,
    policy_option,
    variables_order,
)
from imdsguard.cli.output import parse_outputs, style_for, write_file, write_out, write_problems

if TYPE_CHECKING:
    from imdsguard.cli.session import Read
    from imdsguard.model.rule import Rule
    from imdsguard.policy.policy import Policy
    from imdsguard.report.report import Report
    from imdsguard.report.style import Style

FORMATS = ("text", "json")


@click.command("scan", cls=OrderedCommand, short_help="Check Terraform code, plans and states.")
@input_options
@policy_option
@checks_option
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What stdout gets."
)
@click.option(
    "--output", "outputs", multiple=True, metavar="FORMAT=FILE", help="Write this format to a file, too; repeatable."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The mildest severity that gives exit code 1 (overrules the policy's fail_on).",
)
@click.option("--show-passed", is_flag=True, help="Show what is as it should be, too.")
@color_option
@click.option("-q", "--quiet", is_flag=True, help="Findings and problems only: nothing to say means no output.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr which policy, rules and files were used.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str,
    exclude: tuple[str, ...],
    policy: str | None,
    checks: tuple[str, ...],
    form: str,
    outputs: tuple[str, ...],
    fail_on: str | None,
    show_passed: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check every launch in Terraform code, plan JSON and state JSON.

    A PATH is a folder (all root modules in it are checked), a Terraform file (its root module is checked), the output
    of `terraform show -json`, or `-` for such output on stdin. Without a PATH it is this folder. Nothing is run, and
    nothing is asked of the network.

    \b
    Examples:
      imdsguard scan
      imdsguard scan stacks/web --var-file prod.tfvars
      terraform show -json tfplan | imdsguard scan -
      imdsguard scan --policy strict --output json=findings.json

    Exit codes: 0 nothing found at or above the threshold, 1 findings, 2 something could not be checked.
    """  # noqa: D301
    from imdsguard.cli.session import make_inputs, read_estate, select_rules
    from imdsguard.engine import judge
    from imdsguard.model.finding import Verdict
    from imdsguard.policy.read import threshold
    from imdsguard.report.report import Report

    files = parse_outputs(outputs, FORMATS)
    chosen, rules = select_rules(policy, checks)
    found = read_estate(
        paths, make_inputs(var_files, variables, variables_order(ctx), workspace, exclude), chosen.outside
    )
    outcome = judge(found.estate, rules, chosen)
    findings = tuple(f for f in outcome.findings if show_passed or f.verdict is not Verdict.PASS)
    report = Report(found.estate, findings, found.problems + outcome.problems)
    if verbose:
        _say_what_was_used(chosen, rules, found)
    for name, file in files:
        write_file(file, _render(name, report, None, quiet=False))
    write_out(_render(form, report, style_for(sys.stdout, no_color=no_color), quiet=quiet))
    write_problems(report.problems, no_color=no_color)
    limit = chosen.fail_on if fail_on is None else threshold(fail_on)
    return exit_code(report.findings, report.problems, limit)


def _render(name: str, report: Report, style: Style | None, *, quiet: bool) -> str:
    if name == "json":
        from imdsguard.report.json import findings_json

        return findings_json(report)
    from imdsguard.cli.sources import Sources
    from imdsguard.report.text import findings_text

    return findings_text(report, Sources().line_of, style, quiet=quiet)


def _say_what_was_used(policy: Policy, rules: tuple[Rule, ...], found: Read) -> None:
    from imdsguard.report.escape import escape
    from imdsguard.report.text import plural

    lines = [f"policy: {policy.name}", f"rules: {', '.join(rule.id for rule in rules)}"]
    lines += [f"read: {root.name} ({plural(len(root.files), 'file')})" for root in found.roots]
    sys.stderr.write("".join(f"{escape(line)}\n" for line in lines))
