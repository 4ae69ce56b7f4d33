"""A Terraform of sh that notes how it was called, and does for each command what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Unwatched:
    """Shows nothing."""

    def line(self, text: bytes) -> None:
        """Drop a line."""

    def turn(self, stopping: bool) -> None:
        """Let time pass."""


DOCUMENT = '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}}}'
DEFAULTS = {
    "version": """echo '{"terraform_version": "1.11.4"}'""",
    "init": "mkdir -p .terraform",
    "plan": "echo a plan > $file",
    "show": f"echo '{DOCUMENT}'",
    "apply": "echo Apply complete!",
}
SCRIPT = """\
#!/bin/sh
# $file is what -out names, $last the last argument.
echo "$@" >> "$0.log"
for each in "$@"; do
  last=$each
  case $each in -out=*) file=${each#-out=} ;; -chdir=*) cd "${each#-chdir=}"; shift ;; esac
done
case $1 in
"""


def scripted_terraform(path: Path, **lines: str) -> Path:
    """Write the command; `calls` reads what it noted."""
    cases = [f"{name})\n{text}\n;;\n" for name, text in {**DEFAULTS, **lines}.items()]
    path.write_text(SCRIPT + "".join(cases) + "esac\n")
    path.chmod(0o755)
    return path


def calls(path: Path) -> list[str]:
    """Give the command lines so far, with FILE for the plan file."""
    log = path.with_name(f"{path.name}.log")
    lines = log.read_text().splitlines() if log.exists() else []
    return [" ".join(_without_folder(word) for word in line.split()) for line in lines]


def _without_folder(word: str) -> str:
    flag, equals, value = word.rpartition("=")
    return f"{flag}{equals}FILE" if value.endswith(".tfplan") else word


class Shown(Unwatched):
    """Shows nothing, and remembers the titles."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    @contextmanager
    def step(self, title: str, *, aloud: bool = False) -> Iterator[Unwatched]:
        self.titles.append(title)
        yield self
