"""Metadata calls in Windows batch (`<script>` in user data): curl.exe and the other programs that fetch a URL.

Read line by line: `set` and `%NAME%` are followed, remarks are not calls, and PowerShell that a line starts is read as
such. (EC2 User Guide, "How Amazon EC2 handles user data for Windows instances")
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, names_host, target_of
from imdsguard.aws.user_data.packages import old_pins
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIENT = re.compile(r"(?<![\w.\-])(?:curl|wget|bitsadmin|certutil)(?:\.exe)?(?=[\s\"])", re.IGNORECASE)
_POWERSHELL = re.compile(
    r"(?<![\w.\-])(?:powershell|pwsh)(?:\.exe)?\s[^\n]{0,200}?-(?:c|co[a-z]{0,20})\s+(?P<code>.+)", re.IGNORECASE
)
_REMARK = re.compile(r"^[\s@(]*(?:rem\b|::)", re.IGNORECASE)
_SHOWN = re.compile(r"^[\s@(]*(?:echo|title)\b", re.IGNORECASE)
_INTO = re.compile(
    r"^[\s@(]*echo\s+(?P<text>[^>]{1,2000}?)\s*>{1,2}\s*\"?[^\s\">]{1,200}\.(?P<ending>bat|cmd|ps1)\b", re.IGNORECASE
)
_NO_CALL = re.compile(r"^[\s@(]*(?:route|netsh|ping|tracert|nslookup|if|setx|find|findstr)\b", re.IGNORECASE)
_SET = re.compile(r"^[\s@(]*set\s+(?:/a\s+)?\"?([\w.\-]{1,80})=", re.IGNORECASE)
_VARIABLE = re.compile(r"%([\w.\-]{1,80})%|!([\w.\-]{1,80})!|%%~?\w")
_HIDDEN = re.compile(rf"(?:\s-K|\s--config|\s(?:-H|--header)[\s=]{{0,5}}\"?[^\"]{{0,200}}(?:@|{GAP})|\s{GAP}(?:\s|$))")
_LONGEST = 4_000
_MOST_LINES = 20_000


def read_batch(script: Script) -> ScriptReading:
    """Find the calls in a batch script, and the PowerShell that it runs."""
    variables: dict[str, str] = {}
    calls: list[ScriptCall] = []
    inner: list[Script] = []
    for number, line in _lines(script.text):
        if _REMARK.match(line):
            continue
        row = script.line + number - 1
        for command in _commands(line):
            text = _substituted(command, variables)
            assigned = _SET.match(text)
            if assigned is not None:
                variables[assigned[1].lower()] = text[assigned.end() :].strip().rstrip(")").strip().strip('"')
                continue
            if _SHOWN.match(text):
                inner += _written(text, script.name, row)
                continue
            started = _POWERSHELL.search(text)
            if started is not None:
                code = started["code"].strip().strip('"')
                inner.append(Script(f"{script.name}, powershell", Language.POWERSHELL, code, row, exact=False))
                continue
            calls += (ScriptCall(flaw, what, script.name, row, 0) for flaw, what in _found(text))
    return ScriptReading(tuple(calls), tuple(inner))


def _found(text: str) -> Iterator[tuple[Flaw, str]]:
    client = _CLIENT.search(text)
    if client is not None:
        call = text[client.start() :]
        if target_of(call) is Target.DATA and not has_token_header(call):
            yield (
                Flaw.UNDECIDED if _HIDDEN.search(call) else Flaw.NO_TOKEN,
                call.strip().rstrip("')`").replace(GAP, "...")[:120],
            )
        return
    words = text.replace('"', " ").split()
    for pin in old_pins(words):
        yield Flaw.OLD_SDK, pin
    if names_host(text) and not _NO_CALL.match(text):
        yield Flaw.NOT_UNDERSTOOD, text.strip().replace(GAP, "...")[:120]


def _written(text: str, name: str, row: int) -> Iterator[Script]:
    """What `echo` writes into a script."""
    found = _INTO.match(text)
    if found is not None:
        language = Language.POWERSHELL if found["ending"].lower() == "ps1" else Language.BATCH
        yield Script(name, language, found["text"], row, exact=False)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines, those that end in `^` joined with what follows, each with the number of its first one."""
    pending, first = "", 1
    for number, line in enumerate(text.split("\n")[:_MOST_LINES], 1):
        line = line.rstrip("\r")
        first = first if pending else number
        if line.endswith("^") and len(pending) < _LONGEST:
            pending += line[:-1] + " "
            continue
        yield first, (pending + line)[:_LONGEST]
        pending = ""
    if pending:
        yield first, pending


def _commands(line: str) -> Iterator[str]:
    """The commands of a line, which `&` and `|` part outside quotes."""
    start, quoted = 0, ""
    for at, character in enumerate(line):
        if character == quoted:
            quoted = ""
        elif not quoted and character == '"':
            quoted = character
        elif not quoted and character in "&|" and line[at - 1 : at] != "^":
            yield line[start:at]
            start = at + 1
    yield line[start:]


def _substituted(text: str, variables: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return variables.get(name.lower(), GAP) if name else GAP

    return _VARIABLE.sub(value, text)[:_LONGEST]
