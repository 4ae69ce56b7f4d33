"""The words of this folder: a script, a call in it, and what a reader gives."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.user_data import Flaw

GAP = "\ufffc"
"""Stands for text that is not known: Terraform computes it later, or only the running script knows it (U+FFFC)."""


class Language(Enum):
    """What a script is written in."""

    SHELL = "shell"
    POWERSHELL = "PowerShell"
    PYTHON = "Python"
    BATCH = "batch"


@record(frozen=True, slots=True)
class Script:
    """A piece of text that the instance will run. `line` is the line of the user data (from 1) that it starts on.

    `name` says which piece: "user data", "part 2 (text/x-shellscript)", "write_files /opt/id.sh". `exact` is false
    where the piece was decoded or re-indented, so that columns in it are not those of the user data. `known` are the
    values of variables that the script around it puts into it (a here-document without quotes).
    """

    name: str
    language: Language
    text: str
    line: int = 1
    exact: bool = True
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@record(frozen=True, slots=True)
class ScriptCall:
    """One call, at a line and column of the user data (from 1; column 0 where the script was decoded)."""

    flaw: Flaw
    what: str
    script: str
    line: int
    column: int


@record(frozen=True, slots=True)
class ScriptReading:
    """What a reader finds in one script: calls, scripts that this one writes or runs itself, and what it gave up on."""

    calls: tuple[ScriptCall, ...] = ()
    inner: tuple[Script, ...] = ()
    unread: tuple[str, ...] = ()
