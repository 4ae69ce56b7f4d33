"""Where text goes: the terminal, and files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from imdsguard.report.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.problem import Problem


def style_for(stream: object, *, no_color: bool) -> Style:
    """Decide: `--no-color`, then NO_COLOR and FORCE_COLOR (no-color.org, force-color.org), then the stream."""
    if no_color or os.environ.get("NO_COLOR"):
        return Style()
    if os.environ.get("FORCE_COLOR"):
        return Style(colour=True)
    isatty = getattr(stream, "isatty", None)
    return Style(colour=bool(isatty and isatty()) and os.environ.get("TERM") != "dumb")


def write_out(text: str) -> None:
    """Write to stdout. If its reader has gone away, the rest is dropped: what was found still decides the exit code.

    Raises `click.ClickException` if it cannot be written for another reason, such as a full disk.
    """
    from imdsguard.cli.guard import silence_stdout

    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise click.ClickException(f"stdout cannot be written: {error.strerror}") from None


def write_problems(problems: Iterable[Problem], *, no_color: bool) -> None:
    """Write one line a problem to stderr."""
    from imdsguard.report.text import problem_line

    style = style_for(sys.stderr, no_color=no_color)
    for problem in problems:
        sys.stderr.write(problem_line(problem, style) + "\n")


def parse_outputs(given: Sequence[str], formats: Sequence[str]) -> list[tuple[str, str]]:
    """Take `FORMAT=FILE` apart, and see that there is a place for each before a scan was for nothing.

    Raises `click.BadParameter`.
    """
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


def write_file(file: str, text: str) -> None:
    """Write a file beside the one that is meant and rename it, so that nobody ever sees half of it.

    Raises `click.ClickException` if it cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.exists(file) and not os.path.isfile(file):  # a pipe, a device: it can only be written to
            with open(file, "wb") as target:
                target.write(data)
            return
        beside = f"{file}.{os.getpid()}.tmp"
        try:
            with open(beside, "xb") as target:
                target.write(data)
            os.replace(beside, file)
        except BaseException:
            if os.path.lexists(beside):
                os.unlink(beside)
            raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise click.ClickException(f"{file} cannot be written: {reason}") from None
