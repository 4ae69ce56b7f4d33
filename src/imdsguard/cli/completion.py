"""Completion: what a shell offers where a word is being typed, and `imdsguard completion`, which makes it ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imdsguard.cli.exits import CLEAN
from imdsguard.cli.streams import write_out

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

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


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leave it to the shell: files and folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def policies(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the policies that we ship; for anything else, files."""
    from click.shell_completion import CompletionItem

    from imdsguard.policy.shipped import shipped_policies

    found = [CompletionItem(name) for name in shipped_policies() if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the ids of the rules that we ship."""
    from click.shell_completion import CompletionItem

    from imdsguard.run.rules import rule_files

    return [CompletionItem(rule) for rule in rule_files() if rule.startswith(incomplete)]


def outputs(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer `FORMAT=`; what follows is the shell's."""
    from click.shell_completion import CompletionItem

    from imdsguard.report.formats import FORMATS

    if "=" in incomplete:
        return [CompletionItem(incomplete.partition("=")[2], type="file")]
    return [CompletionItem(f"{name}=") for name in FORMATS if name.startswith(incomplete)]


def filters(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer `KEY=`, and after `state=` the states; globs are the person's own."""
    from click.shell_completion import CompletionItem

    from imdsguard.model.launch import State
    from imdsguard.run.filters import KEYS

    offered = [f"state={state.value}" for state in State] if "=" in incomplete else [f"{key}=" for key in KEYS]
    return [CompletionItem(each) for each in offered if each.startswith(incomplete)]
