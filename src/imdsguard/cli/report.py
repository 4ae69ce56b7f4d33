"""`imdsguard report`: the whole migration on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import PROBLEM
from imdsguard.cli.options import (
    OrderedCommand,
    baseline_option,
    changed_since_option,
    checks_option,
    color_option,
    comments_options,
    fail_on_option,
    fetch_options,
    input_options,
    inputs_of,
    no_suppressions_option,
    policy_option,
    quiet_option,
    strict_unseen_option,
    with_fetched_modules,
)
from imdsguard.cli.output import parse_outputs, write_notes, write_problems, write_unseen
from imdsguard.cli.streams import read_stdin, write_out
from imdsguard.model.record import replace
from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.migration.page import Page

FORMATS = ("html", "markdown")


def _group(_: click.Context, __: click.Parameter, given: str) -> str:
    """See that launches can be grouped by it. Raises `click.BadParameter`."""
    from imdsguard.migration.page import GROUPS, TAG
    from imdsguard.policy.errors import nearest

    if given in GROUPS or (given.startswith(TAG) and given != TAG):
        return given
    known = (*GROUPS, f"{TAG}NAME")
    raise click.BadParameter(f'"{given}" is none of {", ".join(known)}{nearest(given, known)}')


@click.command("report", cls=OrderedCommand, short_help="Write the whole migration on one page.")
@input_options
@fetch_options
@click.option(
    "--readiness-file",
    "readiness_files",
    multiple=True,
    metavar="FILE",
    shell_complete=completion.files,
    help="What `imdsguard readiness --format json` has said; can be repeated.",
)
@click.option(
    "--history",
    multiple=True,
    metavar="FILE",
    shell_complete=completion.files,
    help="Earlier JSON of `imdsguard inspect`, for the trend; can be repeated.",
)
@click.option(
    "--group-by",
    metavar="root|account|region|environment|tag.NAME",
    default="root",
    show_default=True,
    callback=_group,
    help="What the picture has a bar for.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    required=True,
    metavar="html=FILE|markdown=FILE",
    help="Write the page in this format; repeatable.",
)
@policy_option
@checks_option
@fail_on_option
@baseline_option
@changed_since_option
@no_suppressions_option
@comments_options[0]
@strict_unseen_option
@color_option
@quiet_option
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
    run_terraform: bool,
    get: bool,
    get_hosts: tuple[str, ...],
    readiness_files: tuple[str, ...],
    history: tuple[str, ...],
    group_by: str,
    outputs: tuple[str, ...],
    policy: str | None,
    checks: tuple[str, ...],
    fail_on: str | None,
    baseline: str | None,
    changed_since: str | None,
    no_suppressions: bool,
    honor_comments: tuple[str, ...],
    strict_unseen: bool,
    no_color: bool,
    quiet: bool,
) -> int:
    """Put what is to be done for IMDSv2 on one page: what is left where, what comes next, and what would break.

    A PATH is what it is for `imdsguard scan`, or a file of JSON that `imdsguard inspect` or `imdsguard scan` wrote: so
    one page has many repositories. The HTML (extra `report`) is one file that opens without a network.

    \b
    Examples:
      imdsguard report --output html=migration.html
      imdsguard report nightly/*.json --group-by tag.Team --output html=migration.html
      imdsguard report --readiness-file readiness.json --output markdown=migration.md

    Exit codes: as of scan: 0 nothing found at or above the threshold, 1 findings, 2 something could not be checked.
    """  # noqa: D301
    from imdsguard.migration.assemble import page_of_files, problems_of, write_page
    from imdsguard.migration.gather import documents_among, exit_code, gathered, live
    from imdsguard.run.config import ScanOptions, prepare

    wanted = parse_outputs(outputs, FORMATS)
    if any(form == "html" for form, _ in wanted):
        _refuse_without_jinja()
    options = ScanOptions(
        checks=checks,
        fail_on=fail_on,
        baseline=baseline,
        changed_since=changed_since,
        no_suppressions=no_suppressions,
        honor_comments=honor_comments,
        strict_unseen=strict_unseen,
    )
    config = prepare(policy, options)
    given = documents_among(paths)
    found = gathered(given)
    documents = list(found.documents)
    codes = [exit_code(documents, config.fail_on, strict_unseen=strict_unseen)]
    rest = [path for path in paths if path not in given]
    if rest or not given:
        from imdsguard.run.reading import read
        from imdsguard.run.report import report_on
        from imdsguard.terraform.overlay import Overlay

        inputs = inputs_of(ctx, var_files, variables, workspace, exclude, source, environments)
        inputs = with_fetched_modules(ctx, inputs, get=get, hosts=get_hosts, quiet=quiet)
        if config.options.changed_since is not None:
            inputs = replace(inputs, overlay=Overlay())  # as scan does: it notes what is read
        stdin = read_stdin() if "-" in rest else None
        reading = read(rest, inputs, config.policy.assumptions, stdin=stdin, run_terraform=run_terraform)
        report = report_on(reading, config)
        documents += live(reading, report)
        codes.append(report.exit_code)
        if not quiet:
            write_unseen(report.unseen, no_color=no_color)
            write_notes(report.notes)
    page = page_of_files(documents, found.problems, readiness_files, history, group_by)
    for form, file in wanted:
        write_page(form, file, page)
    write_problems(problems_of(page), no_color=no_color)
    if not quiet:
        _tell(page, wanted)
    return PROBLEM if page.problems else max(codes)


def _refuse_without_jinja() -> None:
    """See that HTML can be written before anything is read. Raises `RunError`."""
    from imdsguard.migration.html import MissingJinjaError, refuse_without_jinja
    from imdsguard.run.errors import RunError

    try:
        refuse_without_jinja()
    except MissingJinjaError as error:
        raise RunError(str(error)) from None


def _tell(page: Page, wanted: Sequence[tuple[str, str]]) -> None:
    """Say in a line what came of it, and name the files."""
    from imdsguard.migration.wording import summary

    write_out(f"{escape(summary(page))}\n")
    for _, file in wanted:
        write_out(f"written: {escape(file)}\n")
