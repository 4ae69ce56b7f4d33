"""`imdsguard fix`: edits that make findings go away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import CLEAN, FOUND, PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    checks_option,
    color_option,
    input_options,
    inputs_of,
    no_suppressions_option,
    policy_option,
)
from imdsguard.cli.output import write_notes, write_problems, write_unseen
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.fix import Fixes
    from imdsguard.report.report import Report
    from imdsguard.run.config import RunConfig


@click.command("fix", cls=OrderedCommand, short_help="Change the code so that findings go away.")
@input_options
@click.option("--diff", "mode", flag_value="diff", default=True, help="Print a patch that `git apply` takes (default).")
@click.option("--write", "mode", flag_value="write", help="Write the files: all of them, or none.")
@click.option(
    "--hook",
    is_flag=True,
    help="As a hook of pre-commit, which stops a commit whose files were changed: what is left, or could not be "
    "checked, gives exit code 0.",
)
@click.option("--unsafe-fixes", is_flag=True, help="Take in edits that want a thought; why is told.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Mend findings of this rule only; repeatable.")
@click.option(
    "--into",
    metavar="DIR",
    help="The root module that an account's default for a Region may go into: it reaches launches outside the code.",
)
@policy_option
@checks_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "rdjson", "sarif", "markdown"]),
    default="text",
    show_default=True,
    help="What stdout gets: the patch, or the edits for a program.",
)
@no_suppressions_option
@color_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but problems.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    exclude: tuple[str, ...],
    source: str | None,
    mode: str,
    hook: bool,
    unsafe_fixes: bool,
    rules: tuple[str, ...],
    into: str | None,
    policy: str | None,
    checks: tuple[str, ...],
    form: str,
    no_suppressions: bool,
    no_color: bool,
    quiet: bool,
) -> int:
    """Find edits that make findings go away, and prove each before it is shown.

    The edit goes where the value comes from: the literal, the variable's default, the line of the tfvars file, the
    argument of the module call. For the proof the code is judged again with the edit: the finding is gone, no verdict
    is worse, and nothing else is changed. Nothing is written without --write.

    \b
    Examples:
      imdsguard fix | git apply
      imdsguard fix stacks/web --var-file prod.tfvars --unsafe-fixes
      imdsguard fix --write --rule instance-tokens-optional

    Exit codes: with --diff 1 if there is an edit, else 0; with --write 1 if findings at or above the threshold are
    left, else 0; 2 something could not be checked or written.
    """  # noqa: D301
    from imdsguard.fix.offer import offer
    from imdsguard.fix.tree import SourceTree, in_each_environment
    from imdsguard.run.config import ScanOptions, prepare
    from imdsguard.run.report import report_on

    config = prepare(policy, ScanOptions(checks=checks, no_suppressions=no_suppressions))
    # What the policy's baseline lists is what there is to mend.
    config = replace(config, options=replace(config.options, baseline=None))
    _known(rules, config)
    tree = SourceTree(paths, inputs_of(ctx, var_files, variables, workspace, exclude, source, environments), config)
    report = report_on(tree.reading, config)
    fixes = offer(tree, report.findings, unsafe=unsafe_fixes, rules=rules, into=into)
    if mode == "write":
        write(fixes)
    tell(fixes, report, form, quiet=quiet, written=mode == "write")
    write_problems(report.problems, no_color=no_color)
    if not quiet:
        write_unseen(report.unseen, no_color=no_color)
        write_notes(report.notes)
    if hook:
        return CLEAN
    if report.problems:
        return PROBLEM
    if mode == "diff":
        return FOUND if fixes.offered else CLEAN
    mended = {_of(each) for fix in fixes.offered for each in fix.findings}
    left = [each for each in report.findings if any(_of(one) not in mended for one in in_each_environment(each))]
    return replace(report, findings=tuple(left)).exit_code


def _of(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    return finding.fingerprint, finding.message, finding.environments


def _known(rules: tuple[str, ...], config: RunConfig) -> None:
    """Refuse the name of a rule that is not asked. Raises `click.BadParameter`."""
    from imdsguard.policy.errors import nearest

    names = [rule.id for rule in config.rules]
    for name in rules:
        if name not in names:
            message = f'the policy {config.policy.name} asks no rule "{name}"{nearest(name, names)}'
            raise click.BadParameter(message, param_hint="--rule")


def write(fixes: Fixes) -> None:
    """Write the files. Raises `click.ClickException` if none could be written."""
    from imdsguard.report.escape import escape
    from imdsguard.system.files import ChangedMeanwhileError, write_together

    after = dict(fixes.after)
    try:
        write_together([(file, before, after[file]) for file, before in fixes.before])
    except ChangedMeanwhileError as error:
        raise click.ClickException(escape(f"nothing was written: {error}")) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(escape(f"nothing was written: {where}{error.strerror or error}")) from None


def tell(fixes: Fixes, report: Report, form: str, *, quiet: bool, written: bool) -> None:
    """Print the patch, or the edits, and beside it what a person wants to know."""
    from imdsguard.cli.streams import write_out, write_out_bytes
    from imdsguard.report.fix_text import fixes_text

    if form == "json":
        from imdsguard.report.fix_json import fixes_json

        write_out(fixes_json(fixes, report.unseen, report.stamp()))
    elif form == "rdjson":
        from imdsguard.report.fix_json import rdjson

        write_out(rdjson(fixes))
    elif form == "sarif":
        from imdsguard.report.fix_sarif import fixes_sarif

        write_out(fixes_sarif(report, fixes))
    elif form == "markdown":
        from imdsguard.report.fix_markdown import fixes_markdown

        write_out(fixes_markdown(fixes))
    elif not written:
        from imdsguard.report.fix_patch import patch

        data = patch(fixes)
        if sys.stdout is not None and sys.stdout.isatty():
            from imdsguard.report.escape import escape_lines

            write_out(escape_lines(data.decode("utf-8", "replace")))
        else:
            write_out_bytes(data)
    if not quiet:
        sys.stderr.write(fixes_text(fixes, written=written))
