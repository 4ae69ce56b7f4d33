"""`imdsguard policy`: what a team does with its policy before others run it: check it, look at it, test it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imdsguard.cli import completion
from imdsguard.cli.exits import CLEAN, PROBLEM
from imdsguard.cli.grouped_help import GroupedCommand
from imdsguard.cli.options import checks_option, color_option, policy_option

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group("policy", short_help="Check, show and test a policy.")
def command() -> None:
    """Check a policy's file, show what it comes to, and run its tests."""


@command.command("check", cls=GroupedCommand, short_help="Say everything that is wrong with a policy.")
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=completion.policies)
@checks_option
def check(files: tuple[str, ...], checks: tuple[str, ...]) -> int:
    """Read each policy and all it extends, and say everything that is wrong, as FILE:LINE:COLUMN: MESSAGE.

    Without a FILE it is the policy that counts in this folder. Exemptions that have ended, or will within two weeks,
    are named; they are no mistake.

    \b
    Examples:
      imdsguard policy check
      imdsguard policy check policies/*.yaml

    Exit codes: 0, or 2 if a policy cannot be used.
    """  # noqa: D301
    from imdsguard.cli.streams import write_out
    from imdsguard.run.policy_check import check_policy

    good = True
    for file in files or (None,):
        checked = check_policy(file, checks)
        write_out("".join(f"{line}\n" for line in checked.lines))
        good &= checked.usable
    return CLEAN if good else PROBLEM


@command.command("show", cls=GroupedCommand, short_help="Show what a policy comes to, and where each value is from.")
@click.argument("file", required=False, metavar="[NAME|FILE]", shell_complete=completion.policies)
def show(file: str | None) -> int:
    """Print the policy with all that it extends taken in: YAML that means the same, with the place of each value.

    Without a FILE it is the policy that counts in this folder. `imdsguard rules` shows what it makes of each rule.

    \b
    Examples:
      imdsguard policy show
      imdsguard policy show strict
    """  # noqa: D301
    from imdsguard.cli.streams import write_out
    from imdsguard.run.policy_check import merged_policy

    write_out(merged_policy(file))
    return CLEAN


@command.command("test", cls=GroupedCommand, short_help="Run a policy's own tests.")
@click.argument("paths", nargs=-1, required=True, metavar="DIR...")
@policy_option
@checks_option
@click.option("--format", "form", type=click.Choice(["text", "junit"]), default="text", show_default=True)
@color_option
@click.option("-q", "--quiet", is_flag=True, help="Failures only.")
def test(
    paths: Sequence[str], policy: str | None, checks: tuple[str, ...], form: str, *, no_color: bool, quiet: bool
) -> int:
    """Judge small pieces of Terraform under a policy, and compare with what the tests expect.

    A test is a folder with `expected.yaml` beside Terraform code or a plan, or an entry of a file `*.test.yaml`. All
    below each DIR are run. The policy is `policy.yaml` in DIR, if --policy names none, else the one that counts here.
    Findings that are not expected fail a test just as those that are missing.

    \b
    Examples:
      imdsguard policy test policies/tests
      imdsguard policy test policies/tests --policy policies/team.yaml --format junit

    Exit codes: 0 all as expected, 1 something else was found, 2 a test or the policy cannot be read.
    """  # noqa: D301
    from imdsguard.cli.policy_test import tell
    from imdsguard.run.policy_tests import run_tests

    return tell(run_tests(paths, policy, checks), form, no_color=no_color, quiet=quiet)
