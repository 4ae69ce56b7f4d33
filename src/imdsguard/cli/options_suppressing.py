"""Options that say what counts: comments in the code, a baseline, an earlier version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from imdsguard.cli import completing

if TYPE_CHECKING:
    from collections.abc import Callable

PEERS = ("checkov", "trivy", "tfsec")


def _peers(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Take lists apart. Raises `click.BadParameter`."""
    found = tuple(dict.fromkeys(name.strip().lower() for text in given for name in text.split(",") if name.strip()))
    for name in found:
        if name not in PEERS:
            from imdsguard.policy.errors import nearest

            raise click.BadParameter(f'the comments of "{name}" are not known{nearest(name, PEERS)}')
    return found


comments_options: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--honor-comments",
        multiple=True,
        metavar="TOOL[,TOOL]",
        callback=_peers,
        help="Heed the comments of other scanners, too: checkov, trivy, tfsec.",
    ),
)

suppressing_options: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--baseline",
        metavar="FILE",
        shell_complete=completing.files,
        help="Leave out of the count what this file says was there before.",
    ),
    click.option(
        "--write-baseline",
        is_flag=False,
        flag_value="",
        metavar="[=FILE]",
        shell_complete=completing.files,
        help="Write a baseline of what is found (.imdsguard-baseline.json); with --baseline only take out of it what "
        "is fixed.",
    ),
    click.option(
        "--changed-since",
        metavar="REF",
        help="Count only what this branch adds: judge the version at which it left REF, too, and compare.",
    ),
    click.option("--no-suppressions", is_flag=True, help="Heed no comments in the code and no exemptions."),
    *comments_options,
    click.option("--show-suppressed", is_flag=True, help="Show what does not count, and why, too."),
)
