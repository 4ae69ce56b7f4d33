"""`imdsguard console`: expressions, evaluated inside a configuration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.options import OrderedCommand, color_option, inputs_of, policy_option, variable_options
from imdsguard.cli.output import write_notes, write_problems
from imdsguard.cli.streams import write_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imdsguard.terraform.source.console import Console


@click.command("console", cls=OrderedCommand, short_help="Evaluate expressions inside a configuration.")
@variable_options
@policy_option
@click.argument("directory", default=".", metavar="[DIR]")
@click.option(
    "-e", "--expression", "expressions", multiple=True, metavar="EXPR", help="Evaluate this; can be repeated."
)
@click.option("--dump", is_flag=True, help="Compute all root outputs and all resources instead, as JSON.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    directory: str,
    expressions: tuple[str, ...],
    dump: bool,
    environments: tuple[str, ...],
    var_files: tuple[str, ...],
    variables: tuple[str, ...],
    workspace: str | None,
    policy: str | None,
    form: str,
    no_color: bool,
) -> int:
    """Evaluate expressions in the root module DIR, one a line of the standard input or with -e.

    It is `terraform console` without init, providers or credentials, and the way to find out why something is unknown.
    With --format json each answer is one object on a line: type, value, unknown, sensitive (mirrors of the value), why
    (the reason for an unknown); or error and stage (syntax, static, dynamic or store). As in Terraform's own JSON,
    sensitive values are written there beside their marks; the text form never shows them.

    \b
    Examples:
      imdsguard console -e 'local.metadata_options'
      imdsguard console stacks/web --var-file prod.tfvars -e 'module.web.launch_template_id'
      imdsguard console --dump stacks/web

    Exit codes: 0, or 2 if an expression is in error or the configuration could not be read.
    """  # noqa: D301
    from imdsguard.report.escape import escape_json
    from imdsguard.report.reasons import sentence
    from imdsguard.terraform.source.console import Console, to_text

    if dump and expressions:
        raise click.UsageError("--dump computes everything: it does not go with -e")
    inputs = inputs_of(ctx, var_files, variables, workspace, environments=environments)
    if environments:
        from imdsguard.run.config import assumptions_of
        from imdsguard.run.environments import one_environment

        inputs = inputs.within(one_environment(directory, environments, assumptions_of(policy)))
    from imdsguard.run.environments import refuse_missing_files

    refuse_missing_files(inputs, [directory])
    try:
        console = Console(directory, inputs, sentence)
    except NotADirectoryError:
        raise click.UsageError(f'There is no folder "{directory}": name the folder of a root module') from None
    if dump:
        found = console.dump()
        write_out(escape_json(to_text(found)) + "\n")
        failed = "error" in found
    else:
        failed = _answer(console, expressions or _typed(), as_json=form == "json")
    write_notes(console.notes)
    write_problems(console.problems, no_color=no_color)
    return PROBLEM if failed or console.problems else CLEAN


def _answer(console: Console, expressions: Iterable[str], *, as_json: bool) -> bool:
    from imdsguard.report.escape import escape_json
    from imdsguard.terraform.source.console import to_text

    failed = False
    for text in expressions:
        if as_json:
            answer = console.answer(text)
            failed |= "error" in answer
            write_out(escape_json(to_text(answer)) + "\n")
            continue
        shown, error = _shown(console, text)
        failed |= error
        if error:
            sys.stderr.write(shown + "\n")
        else:
            write_out(shown + "\n")
    return failed


def _shown(console: Console, text: str) -> tuple[str, bool]:
    """Give the answer for a person, and whether it is an error."""
    from imdsguard.hcl.errors import EvaluationError, LimitReached
    from imdsguard.hcl.values.display import display
    from imdsguard.report.escape import escape
    from imdsguard.report.reasons import sentence
    from imdsguard.terraform.source.console import why

    try:
        value = console.evaluate(text)
    except EvaluationError as error:
        column = f" at column {error.place.column}" if error.place is not None and error.place.line == 1 else ""
        return f"error: {escape(error.message)}{column}", True
    except LimitReached as reached:
        return f"(unknown)\n  # because {escape(reached.message)}", False
    reason = why(value)
    shown = display(value, lambda part: '"' + escape(part).replace('"', '\\"') + '"')
    return shown + (f"\n  # because {escape(sentence(reason))}" if reason is not None else ""), False


def _typed() -> Iterator[str]:
    """One expression a line; a prompt where a person types."""
    asking = sys.stdin.isatty()
    while True:
        if asking:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line or (asking and line.strip() == "exit"):
            return
        if line.strip():
            yield line.rstrip("\r\n")
