"""The command line of plan and apply: their own options, and Terraform's arguments after `--`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.terraform.driver.arguments import Arguments

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_REST = "imdsguard.terraform.arguments"


class DrivingCommand(click.Command):
    """A command whose arguments after `--` are Terraform's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set apart what follows the first `--`; tell who has forgotten it."""
        from imdsguard.terraform.driver.arguments import FLAGS, flag_of

        mine, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        for argument in mine:
            if argument.startswith("-") and not argument.startswith("--"):
                name = flag_of(argument)[0]
                if name in FLAGS and len(name) > 1:
                    raise click.UsageError(f"{argument} is Terraform's: give it after --, as in -- {argument}", ctx)
        ctx.meta[_REST] = tuple(rest)
        return super().parse_args(ctx, list(mine))


def terraform_arguments(ctx: click.Context) -> Arguments:
    """Give what stood after `--`. Raises `click.UsageError` for what we must refuse."""
    from imdsguard.terraform.driver.arguments import understand
    from imdsguard.terraform.driver.errors import DriverError

    try:
        return understand(ctx.meta.get(_REST, ()))
    except DriverError as error:
        raise click.UsageError(str(error), ctx) from None


def driving_options(function: _Function) -> _Function:
    """Where to run which Terraform."""
    directory = click.argument(
        "directory",
        default=".",
        metavar="[DIR] [-- TERRAFORM_ARGS]",
        type=click.Path(exists=True, file_okay=False),
    )
    terraform = click.option(
        "--terraform",
        metavar="PATH",
        help="The terraform or tofu to run, or `embedded`. Without it: IMDSGUARD_TERRAFORM, then terraform or tofu on "
        "the PATH, then the embedded Terraform (extra `terraform`).",
    )
    return directory(terraform(function))
