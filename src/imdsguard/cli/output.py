"""Where text goes: the terminal, and files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from imdsguard.model.unseen import UnseenKind
from imdsguard.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.problem import Problem
    from imdsguard.model.unseen import Unseen


_NOT_FORCED = ("0", "false")


def style_for(stream: object, *, no_color: bool) -> Style:
    """Decide: `--no-color`, then NO_COLOR and FORCE_COLOR (no-color.org, force-color.org), then the stream.

    `FORCE_COLOR=0` means none, as for Node and what takes after it ("tty", Node.js documentation).
    """
    if no_color or os.environ.get("NO_COLOR"):
        return Style()
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return Style(colour=forced.lower() not in _NOT_FORCED)
    isatty = getattr(stream, "isatty", None)
    return Style(colour=bool(isatty and isatty()) and os.environ.get("TERM") != "dumb")


def write_problems(problems: Iterable[Problem], *, no_color: bool) -> None:
    """Write one line a problem to stderr."""
    from imdsguard.report.text import problem_line

    style = style_for(sys.stderr, no_color=no_color)
    for problem in problems:
        sys.stderr.write(problem_line(problem, style) + "\n")


def write_unseen(unseen: Sequence[Unseen], *, no_color: bool) -> None:
    """Write to stderr what was not looked at, grouped; not the modules that are missing, which are problems."""
    told = [each for each in unseen if each.kind is not UnseenKind.MODULE]
    if told:
        from imdsguard.report.unseen import unseen_text

        sys.stderr.write(unseen_text(told, style_for(sys.stderr, no_color=no_color)))


def write_notes(notes: Iterable[str]) -> None:
    """Write lines for people to stderr: what is no problem, and good to know."""
    from imdsguard.report.escape import escape

    for note in notes:
        sys.stderr.write(f"{escape(note)}\n")


def parse_outputs(given: Sequence[str], formats: Sequence[str]) -> list[tuple[str, str]]:
    """Take `FORMAT=FILE` apart, and see that there is a place for each before a scan was for nothing.

    Raises `click.BadParameter`.
    """
    import click

    outputs: list[tuple[str, str]] = []
    for text in given:
        name, equals, file = text.partition("=")
        if not equals or not file:
            raise click.BadParameter(f'"{text}" is not FORMAT=FILE', param_hint="--output")
        if name not in formats:
            from imdsguard.policy.errors import nearest

            raise click.BadParameter(f'there is no format "{name}"{nearest(name, formats)}', param_hint="--output")
        if any(os.path.abspath(file) == os.path.abspath(other) for _, other in outputs):
            raise click.BadParameter(f"{file} is there twice", param_hint="--output")
        folder = os.path.dirname(file)
        if os.path.isdir(file) or (folder and not os.path.isdir(folder)):
            reason = f"there is no folder {folder}" if not os.path.isdir(file) else "it is a folder"
            raise click.BadParameter(f"{file} cannot be written: {reason}", param_hint="--output")
        outputs.append((name, file))
    return outputs
