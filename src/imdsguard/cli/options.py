"""Options that several commands share, and the order in which variables were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from imdsguard.cli import completing

if TYPE_CHECKING:
    from collections.abc import Callable

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_ORDER = "imdsguard.variables.order"
_VARIABLES = {"variables": "var", "var_files": "var-file"}


class OrderedCommand(click.Command):
    """A command that knows how `--var` and `--var-file` followed each other: for Terraform the last one wins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and note the order."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = tuple(_VARIABLES[str(p.name)] for p in order if p.name in _VARIABLES)
        return super().parse_args(ctx, args)


def variables_order(ctx: click.Context) -> tuple[str, ...]:
    """Give `"var"` and `"var-file"` in the order of the command line."""
    order: tuple[str, ...] = ctx.meta.get(_ORDER, ())
    return order


def variable_options(function: _Function) -> _Function:
    """What Terraform would be given beside the code."""
    for option in (
        click.option(
            "--workspace",
            metavar="NAME",
            envvar="TF_WORKSPACE",
            default="default",
            show_default=True,
            help="The value of terraform.workspace.",
        ),
        click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="As for terraform plan."),
        click.option(
            "--var-file",
            "var_files",
            multiple=True,
            metavar="FILE",
            help="As for terraform plan.",
            shell_complete=completing.files,
        ),
    ):
        function = option(function)
    return function


def input_options(function: _Function) -> _Function:
    """What to read, and what Terraform would be given with it."""
    source = click.option(
        "--source",
        metavar="DIR",
        help="The root module that plans were made of: findings point at its lines. Without it: the code beside a "
        "plan, or in this folder, if it declares just what is planned.",
    )
    exclude = click.option(
        "--exclude", multiple=True, metavar="GLOB", help="Leave out paths that match; can be repeated."
    )
    return click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completing.files)(
        variable_options(source(exclude(function)))
    )


def policy_option(function: _Function) -> _Function:
    """Which policy counts."""
    return click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=completing.policies,
        help="A policy we ship (baseline, observe, enforce, detect, strict, ...) or a file. Without it: "
        ".imdsguard.yaml in this folder or above it up to the git root, else baseline.",
    )(function)


def checks_option(function: _Function) -> _Function:
    """More rules."""
    return click.option(
        "--checks",
        multiple=True,
        metavar="DIR",
        shell_complete=completing.files,
        help="A folder of rules of your own, in the shape of ours. They are Python and are run: name only folders you "
        "trust. Can be repeated.",
    )(function)


def color_option(function: _Function) -> _Function:
    """No colour."""
    return click.option(
        "--no-color",
        is_flag=True,
        help="No colour, even on a terminal (as NO_COLOR=1; FORCE_COLOR=1 does the reverse).",
    )(function)
