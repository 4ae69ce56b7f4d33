"""`--help`: options stand in groups, each of them once, and every command has the same."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from imdsguard.cli.app import COMMANDS, app
from imdsguard.cli.grouped_help import GROUPS


def _commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command: click.Command = import_module(f"imdsguard.cli.{name}").command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", each) for below, each in command.commands.items())
        else:
            yield name, command


ALL = tuple(_commands())


def sections(*words: str) -> dict[str, list[str]]:
    """The options of each section of a help, by the words that stand before their texts."""
    text = CliRunner().invoke(app, [*words, "--help"], terminal_width=100).output
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            found[line[:-1]] = []
        elif line.startswith("  -") and found:
            found[list(found)[-1]].append(next(word for word in line.replace(",", "").split() if word.startswith("--")))
    return found


def test_scan_has_the_groups_in_their_order() -> None:
    found = sections("scan")
    assert list(found) == ["Input", "Policy", "Adoption", "Readiness", "Output"]
    assert found["Policy"] == ["--policy", "--checks", "--fail-on", "--strict-unseen"]
    assert {"--var-file", "--environment", "--exclude", "--get"} <= set(found["Input"])
    assert {"--baseline", "--write-baseline", "--changed-since", "--honor-comments"} <= set(found["Adoption"])
    assert found["Output"][0] == "--format"
    assert found["Output"][-1] == "--help"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (("fix",), ["--diff", "--write", "--unsafe-fixes", "--rule", "--into"]),
        (("plan",), ["--out"]),
        (("completion",), ["--help"]),
        (("rules",), None),
    ],
)
def test_what_is_a_commands_own_comes_first(words: tuple[str, ...], own: list[str] | None) -> None:
    found = sections(*words)
    assert found.get("Options") == own
    assert own is None or next(iter(found)) == "Options"


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_every_option_stands_in_one_group(name: str, command: click.Command) -> None:
    shown = [option for options in sections(*name.split()).values() for option in options]
    with click.Context(command, info_name=name) as ctx:
        meant = [each for each in command.get_params(ctx) if isinstance(each, click.Option) and not each.hidden]
    assert len(shown) == len(set(shown)) == len(meant)


def test_no_name_of_a_group_is_of_an_option_that_no_command_has() -> None:
    known = {parameter.name for _, command in ALL for parameter in command.params}
    assert [name for names in GROUPS.values() for name in names if name not in known] == []
