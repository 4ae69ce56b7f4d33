"""The words of this folder: a script, a call in it, and what a reader gives."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.reason import Reason
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
    where the piece was decoded or re-indented, so that columns in it are not those of the user data. Scripts with the
    same `session` (not "") are run by one shell, one after the other: what one sets, the next one knows. A `late` one
    is started by something out of sight, with an environment that nobody knows. Of a
    `flat` one all lines stand on one line of the user data.
    """

    name: str
    language: Language
    text: str
    line: int = 1
    exact: bool = True
    session: str = ""
    late: bool = False
    flat: bool = False


@record(frozen=True, slots=True)
class File:
    """A file that the instance gets before its scripts run, `path` there; `line` and `exact` as in a script."""

    name: str
    path: str
    text: str
    line: int = 1
    exact: bool = False
    executable: bool = False
    flat: bool = False


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
    """What a reader finds in one script: calls, scripts that it writes or runs itself, and what it gave up on.

    `not_seen` are the addresses of code that it downloads and runs.
    """

    calls: tuple[ScriptCall, ...] = ()
    inner: tuple[Script, ...] = ()
    unread: tuple[Reason, ...] = ()
    not_seen: tuple[str, ...] = ()
