"""The command `imdsguard` itself. Each of its commands is imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from imdsguard.run.errors import RunError, UsageError
from imdsguard.version import __version__

COMMANDS = (
    "scan",
    "init",
    "plan",
    "apply",
    "inspect",
    "explain",
    "fix",
    "readiness",
    "report",
    "rules",
    "suppressions",
    "policy",
    "console",
    "completion",
)
"""In the order in which a newcomer needs them. Each is a module here that has `command`."""


class Commands(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Give the names, for the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"imdsguard.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for one that is not there, name the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from imdsguard.policy.errors import nearest

            ctx.fail(f'There is no command "{args[0]}"{nearest(args[0], COMMANDS)}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. What a run says against the call becomes click's here, and nowhere else."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            name = ctx.invoked_subcommand or ""
            command = self.get_command(ctx, name)
            called = click.Context(command, parent=ctx, info_name=name) if command is not None else ctx
            raise click.UsageError(str(error), called) from None
        except RunError as error:
            raise click.ClickException(str(error)) from None


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from imdsguard.cli.streams import write_out

        write_out(f"imdsguard {__version__}\n")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing found at or above the threshold, 1 findings, 2 something could not be checked or the "
    "call is wrong.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version and exit."
)
def app() -> None:
    """Find EC2 instances that would still answer IMDSv1 metadata calls, before they are deployed.

    \b
    imdsguard scan                    check the Terraform code below this folder
    imdsguard plan stacks/web         let Terraform plan, and check what it would deploy
    imdsguard inspect stacks/web      show every launch with its effective settings
    imdsguard explain RULE            say what a rule is about and how to put it right
    imdsguard explain ADDRESS         say why a launch is what it is
    imdsguard console -e EXPR         evaluate an expression inside a configuration
    """  # noqa: D301
