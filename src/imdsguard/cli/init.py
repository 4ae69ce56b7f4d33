"""`imdsguard init`: the files a project starts with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.streams import write_out

if TYPE_CHECKING:
    from imdsguard.run.starting import Start
    from imdsguard.starter.files import StarterFile


@click.command("init", short_help="Write a policy, a pre-commit entry and a workflow to start with.")
@click.option(
    "--policy",
    metavar="NAME",
    default="baseline",
    show_default=True,
    shell_complete=completion.policies,
    help="The policy that yours extends: one we ship.",
)
@click.option(
    "--baseline",
    is_flag=True,
    help="Take what is found today as known, in each environment: a baseline that the policy names.",
)
@click.option("--force", is_flag=True, help="Write the policy, the workflow and the baseline anew if they are there.")
@click.option("--dry-run", is_flag=True, help="Show the files, and write nothing.")
def command(policy: str, baseline: bool, force: bool, dry_run: bool) -> int:
    """Look at this repository and write what it needs, at its top: a policy (.imdsguard.yaml), an entry for pre-commit,
    and a check of pull requests where it is hosted on GitHub or GitLab. A file that is there is not changed (but see
    --force): what to add to it is printed.

    \b
    Examples:
      imdsguard init
      imdsguard init --baseline
      imdsguard init --policy observe --dry-run

    Exit codes: 0, or 2 if a file could not be written.
    """  # noqa: D205, D301
    from imdsguard.run.starting import start
    from imdsguard.starter.files import OURS

    made = start(policy, baseline=baseline, force=force)
    write_out(f"Looked at {_shown(made.top)}: {made.summary}.\n\n")
    if dry_run:
        for file in (*made.files, *([made.baseline] if made.baseline is not None else [])):
            _show(file)
        return CLEAN
    told = f" ({made.known}, known from now on)"
    # First, since a policy must not name one that is not there.
    if made.baseline is not None and _write(made.top, made.baseline, force=force, what=told) is not CLEAN:
        return PROBLEM
    codes = [_write(made.top, file, force=force and file.path in OURS) for file in made.files]
    write_out(_next(made))
    return max(codes)


def _show(file: StarterFile) -> None:
    write_out(f"# {file.path}\n{file.text}\n")


def _write(top: str, file: StarterFile, *, force: bool, what: str = "") -> int:
    """Write a file, and say what became of it."""
    from imdsguard.run.starting import StarterOutcome, write_starter

    written = write_starter(top, file, force=force)
    shown = _shown(written.path)
    if written.outcome is StarterOutcome.REFUSED:
        click.echo(f"imdsguard: {shown} cannot be written: {written.reason}", err=True)
        return PROBLEM
    write_out(_kept(shown, file) if written.outcome is StarterOutcome.KEPT else f"wrote {shown}{what}\n")
    return CLEAN


def _kept(shown: str, file: StarterFile) -> str:
    """Say what to add to a file that is there."""
    if not file.addition:
        return f"kept {shown}\n"
    where = f" {file.where}" if file.where else ""
    return f"kept {shown}; add to it{where}:\n\n{file.addition}\n"


def _next(made: Start) -> str:
    width = max(len(command) for command, _ in made.steps)
    lines = ["", "Next:", *(f"  {command:{width}}   {what}" for command, what in made.steps)]
    return "\n".join([*lines, *(f"  {text}" for text in made.edits)]) + "\n"


def _shown(path: str) -> str:
    from imdsguard.report.escape import escape

    return escape(os.path.relpath(path))
