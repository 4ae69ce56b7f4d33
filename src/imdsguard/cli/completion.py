"""`imdsguard completion`: what makes a shell complete our commands and options."""

from __future__ import annotations

import click

from imdsguard.cli.exits import CLEAN
from imdsguard.cli.output import write_out

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print what makes a shell complete commands and options.")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print a script for bash (4.4 or later), zsh or fish. The shell reads it once at its start.

    \b
    Examples:
      imdsguard completion bash > ~/.local/share/bash-completion/completions/imdsguard
      imdsguard completion zsh > ~/.zfunc/_imdsguard
      imdsguard completion fish > ~/.config/fish/completions/imdsguard.fish
    """  # noqa: D301
    from click.shell_completion import get_completion_class

    from imdsguard.cli.app import app

    kind = get_completion_class(shell)
    assert kind is not None  # SHELLS are those that click knows
    write_out(kind(app, {}, "imdsguard", "_IMDSGUARD_COMPLETE").source().rstrip("\n") + "\n")
    return CLEAN
