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
    comments_options,
    input_options,
    inputs_of,
    policy_option,
)

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.style import Style
    from imdsguard.run.suppressions import ListedSuppression


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
    from imdsguard.cli.output import style_for, write_problems
    from imdsguard.cli.streams import read_stdin, write_out
    from imdsguard.run.config import ScanOptions, prepare
    from imdsguard.run.reading import read
    from imdsguard.run.suppressions import list_suppressions

    config = prepare(policy, ScanOptions(checks=checks, honor_comments=honor_comments))
    inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source)
    stdin = read_stdin() if "-" in paths else None
    found, problems = list_suppressions(read(paths, inputs, config.policy.assumptions, stdin=stdin), config)
    listed = [_entry(each) for each in found]
    if form == "json":
        write_out(_json(listed, problems))
    else:
        write_out(_text(listed, style_for(sys.stdout, no_color=no_color)))
    write_problems(problems, no_color=no_color)
    return PROBLEM if problems else CLEAN


def _entry(each: ListedSuppression) -> dict[str, Any]:
    return {
        "by": each.by,
        "tool": each.tool,
        **_place(each.place),
        "about": each.about or None,
        "root": each.root,
        "rules": list(each.rules),
        "reason": each.reason or None,
        "until": each.until,
        "state": each.state.value,
        "why": each.why or None,
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
