"""`imdsguard suppressions`: what is taken out of the count, by what, and whether it is still needed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    checks_option,
    color_option,
    input_options,
    policy_option,
    variables_order,
)
from imdsguard.cli.options_suppressing import comments_options

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.policy.exemption import Exemption
    from imdsguard.report.style import Style
    from imdsguard.suppress.apply import Comment


@click.command(
    "suppressions", cls=OrderedCommand, short_help="List what comments and exemptions take out of the count."
)
@input_options
@policy_option
@checks_option
@comments_options[0]
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
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
    honor_comments: tuple[str, ...],
    form: str,
    no_color: bool,
    source: str | None,
) -> int:
    """List every comment in the code and every exemption of the policy that takes findings out of the count.

    Each is used, unused, expired, invalid (it cannot count, and why) or idle (its rule is off, or nothing is made of
    the block it stands at).

    \b
    Examples:
      imdsguard suppressions
      imdsguard suppressions stacks/web --format json
      imdsguard suppressions --honor-comments checkov,trivy

    Exit codes: 0, or 2 if something could not be read.
    """  # noqa: D301
    from imdsguard.cli.output import style_for, write_out, write_problems
    from imdsguard.cli.reporting import open_gate
    from imdsguard.run.config import Reporting
    from imdsguard.run.judge import judge
    from imdsguard.run.reading import make_inputs, read_estate
    from imdsguard.run.suppressions import apply_comments_and_exemptions

    options = Reporting(policy, checks, form, (), None, True, no_color, False, False, honor_comments=honor_comments)
    gate = open_gate(options)
    inputs = make_inputs(var_files, variables, variables_order(ctx), workspace, exclude, source)
    found = read_estate(paths, inputs, gate.policy.assumptions)
    outcome = judge(found.estate, gate.rules, gate.policy)
    problems = found.problems + outcome.problems
    heeded = apply_comments_and_exemptions(outcome.findings, found, gate, ".", complete=not problems)
    listed = [_of_comment(each) for each in heeded.comments]
    fixed = frozenset(rule.id for rule in gate.rules if rule.fixed)
    listed += [_of_exemption(each, heeded.findings, fixed) for each in gate.policy.exemptions]
    if form == "json":
        write_out(_json(listed, problems))
    else:
        write_out(_text(listed, style_for(sys.stdout, no_color=no_color)))
    write_problems(problems, no_color=no_color)
    return PROBLEM if problems else CLEAN


def _of_comment(comment: Comment) -> dict[str, Any]:
    each = comment.directive
    return {
        "by": "comment",
        "tool": each.tool,
        **_place(each.place),
        "about": each.address or None,
        "root": comment.root,
        "rules": [comment.rule] if comment.rule else [],
        "reason": each.said.reason or None,
        "until": each.said.until,
        "state": comment.state.value,
        "why": comment.fault or None,
    }


def _of_exemption(exemption: Exemption, findings: tuple[Finding, ...], fixed: frozenset[str]) -> dict[str, Any]:
    from imdsguard.model.finding import Verdict
    from imdsguard.run.today import today
    from imdsguard.suppress.apply import SuppressionState

    used = any(each.verdict is not Verdict.PASS and exemption.covers(each, fixed) for each in findings)
    state = (
        SuppressionState.EXPIRED
        if exemption.over(today())
        else SuppressionState.USED
        if used
        else SuppressionState.UNUSED
    )
    about = ", ".join((*exemption.addresses, *exemption.paths, *exemption.roots, *exemption.regions))
    return {
        "by": "exemption",
        "tool": "imdsguard",
        **_place(exemption.place),
        "about": about or None,
        "root": None,
        "rules": list(exemption.rules),
        "reason": exemption.reason,
        "until": exemption.expires,
        "state": state.value,
        "why": None,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}


def _json(listed: list[dict[str, Any]], problems: tuple[Problem, ...]) -> str:
    from imdsguard.report.json import json_text, problem_json

    document = {
        "schema": "imdsguard/suppressions/v1",
        "suppressions": listed,
        "problems": [problem_json(problem) for problem in problems],
    }
    return json_text(document)


_SEVERITIES = {"invalid": "warning", "expired": "warning", "unused": "note"}


def _text(listed: list[dict[str, Any]], style: Style) -> str:
    """Two lines each: where it is and what becomes of it; what it is about, until when and why."""
    from imdsguard.report.escape import escape, shorten
    from imdsguard.report.text import plural

    lines: list[str] = []
    counts: dict[str, int] = {}
    for each in listed:
        state = each["state"]
        counts[state] = counts.get(state, 0) + 1
        word = style.severity(_SEVERITIES.get(state, "pass"), f"{state:7}")
        where = f"{each['file']}:{each['line']}" if each["line"] else each["file"]
        means = each["by"] if each["tool"] == "imdsguard" else f"{each['tool']}'s comment"
        rules = ", ".join(each["rules"]) or "(no rule)"
        about = f" on {each['about']}" if each["about"] else ""
        until = f" (until {each['until']})" if each["until"] else ""
        lines.append(f"{word} {escape(where)}: {means} for {shorten(escape(rules), 500)}{shorten(escape(about), 500)}")
        lines.append(f"        {shorten(escape(each['why'] or each['reason'] or 'no reason'), 500)}{until}")
    total = plural(len(listed), "suppression")
    said = ", ".join(f"{count} {state}" for state, count in counts.items())
    lines.append(f"{total} ({said})" if said else total)
    return "".join(f"{line}\n" for line in lines)
