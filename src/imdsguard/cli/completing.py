"""What a shell offers where a word is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


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
