"""What a file that is written at boot will run: units of systemd, tables of cron, scripts, playbooks.

Sources: systemd.service(5), crontab(5), run-parts(8); cloud-init documentation, "Scripts Per Boot".
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import names_host

if TYPE_CHECKING:
    from collections.abc import Iterator


class FileUse(Enum):
    """What becomes of a file."""

    TEXT = "text"
    SHELL = "shell"
    PYTHON = "python"
    POWERSHELL = "powershell"
    BATCH = "batch"
    UNIT = "unit"
    CRON = "cron"
    PLAYBOOK = "playbook"
    UNREAD = "unread"


_ENDINGS = {
    ".sh": FileUse.SHELL, ".bash": FileUse.SHELL, ".py": FileUse.PYTHON, ".ps1": FileUse.POWERSHELL,
    ".bat": FileUse.BATCH, ".cmd": FileUse.BATCH, ".service": FileUse.UNIT,
}  # fmt: skip
_UNREAD = (
    ".pl",
    ".rb",
    ".js",
    ".mjs",
    ".ts",
    ".php",
    ".lua",
    ".go",
    ".java",
    ".groovy",
    ".nix",
    ".tcl",
    ".r",
    ".vbs",
    ".tf",
)
_UNREAD_NAMES = ("dockerfile", "containerfile", "makefile", "gnumakefile", "jenkinsfile", "rakefile")
_PATHS = (
    (
        re.compile(r"/etc/cron\.(?:hourly|daily|weekly|monthly)/|/etc/rc\.(?:d/rc\.)?local$|/etc/init\.d/"),
        FileUse.SHELL,
    ),
    (re.compile(r"/etc/cron\.d/|/var/spool/cron|/etc/crontab$"), FileUse.CRON),
    (
        re.compile(r"/(?:s?bin|per-boot|per-instance|per-once|profile\.d)/[^/]+$|/\.bash(?:rc|_profile)$|/\.profile$"),
        FileUse.SHELL,
    ),
    (re.compile(r"\.service\.d/[^/]+\.conf$"), FileUse.UNIT),
)


def interpreter_of(text: str) -> str:
    """The program that the first line names, without its folder; "" where it names none."""
    first = text.lstrip("\ufeff \t\r\n").split("\n", 1)[0]
    if not first.startswith("#!"):
        return ""
    names = [w.rsplit("/", 1)[-1] for w in first[2:].split() if not w.startswith("-") and "=" not in w]
    return names[1] if names[:1] == ["env"] and len(names) > 1 else names[0] if names else "?"


def use_of(path: str, text: str, executable: bool = False) -> FileUse:
    """Tell what a file is for, by its first line, its name and its shape."""
    program = interpreter_of(text)
    if program:
        if re.fullmatch(r"r?(?:ba|da|a|z|k|mk)?sh", program):
            return FileUse.SHELL
        if program.startswith("python"):
            return FileUse.PYTHON
        return FileUse.POWERSHELL if program.startswith(("pwsh", "powershell")) else FileUse.UNREAD
    for ending, use in _ENDINGS.items():
        if path.lower().endswith(ending):
            return use
    for pattern, use in _PATHS:
        if pattern.search(path):
            return use
    if path.lower().endswith(_UNREAD) or path.lower().rsplit("/", 1)[-1] in _UNREAD_NAMES:
        return FileUse.UNREAD
    if re.search(r"^\s*Exec(?:Start|Stop|Reload)\w*\s*=", text, re.MULTILINE):
        return FileUse.UNIT
    if (
        path.lower().endswith((".yml", ".yaml"))
        and names_host(text)
        and re.search(r"^\s*-?\s*(?:hosts|tasks|name):", text, re.MULTILINE)
    ):
        return FileUse.PLAYBOOK
    return FileUse.SHELL if executable else FileUse.TEXT


def unit_commands(text: str) -> Iterator[tuple[int, str]]:
    """The command lines of a unit, each with the number of its line (from 0); its `Environment` stands before them."""
    given: list[str] = []
    for number, line in _joined_lines(text):
        name, equals, value = line.strip().partition("=")
        name, value = name.strip(), value.strip()
        if not equals or line.lstrip().startswith(("#", ";")):
            continue
        if name == "Environment":
            given.append(value)
        elif re.fullmatch(r"Exec(?:Start|StartPre|StartPost|Condition|Reload|Stop|StopPost)", name) and value:
            command = value.lstrip("-+!@:").replace("$$", "\\$" if "'" not in value and '"' not in value else "$")
            command = command.replace("%%", "%")
            yield number, "".join(f"export {each}; " for each in given) + command


def cron_commands(text: str, user: bool) -> Iterator[tuple[int, str]]:
    """The command lines of a table of cron; `user` where a name stands before each."""
    given: list[str] = []
    for number, line in enumerate(text.split("\n")[:2_000]):
        if line.lstrip().startswith("#"):
            continue
        assigned = re.match(r"\s*([A-Za-z_]\w*)\s*=\s*(.*)$", line)
        if assigned is not None:
            given.append(f"export {assigned[1]}={assigned[2]}; ")
            continue
        found = re.match(r"\s*(?:@\w+|(?:[\d*/,A-Za-z-]+[ \t]+){4}[\d*/,A-Za-z-]+)[ \t]+(.*)$", line)
        if found is not None:
            command = found[1]
            if user:
                command = re.sub(r"^\S+\s+", "", command, count=1)
            # An unescaped % ends the command (crontab(5)).
            command = re.split(r"(?<!\\)%", command)[0].replace("\\%", "%")
            yield number, "".join(given) + command


def _joined_lines(text: str) -> Iterator[tuple[int, str]]:
    pending, first = "", 0
    for number, line in enumerate(text.split("\n")[:5_000]):
        first = first if pending else number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        yield first, pending + line
        pending = ""
    if pending:
        yield first, pending
