"""Edits for calls of the metadata service in boot scripts: a token asked for once, and sent with each call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.fix.change import NewText
from imdsguard.fix.file_text import lines_of
from imdsguard.fix.proof import Declared, Proposal
from imdsguard.model.record import record
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.fix.compare import Path
    from imdsguard.fix.tree import Judged, SourceTree
    from imdsguard.model.finding import Finding
    from imdsguard.model.resource import Resource

BOOTS = "it changes what runs at boot: start an instance with it before it goes everywhere"
ADDRESS = re.compile(r"169\.254\.169\.254|fd00:ec2::254|instance-data")
SERVICE = "http://169.254.169.254/latest/api/token"
HEADER, TTL = "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"
_SKIPPED = re.compile(r"\s*(#.*|set [-+].*)?\s*")


@record(frozen=True, slots=True)
class Dialect:
    """How a language asks for a token and sends it.

    `words` finds the clients in a line, `starts` a line behind which the token can be asked for. `asks` is the request,
    given the variable's name and the client, and `sends` gives a call with the header.
    """

    words: re.Pattern[str]
    starts: re.Pattern[str]
    asks: Callable[[str, str], str]
    sends: Callable[[str, re.Match[str], str], str]
    variable: str


def _shell_asks(name: str, client: str) -> str:
    if client == "wget":
        return f'{name}=$(wget -qO- --method=PUT --header="{TTL}: 21600" {SERVICE})'
    return f'{name}=$(curl -sf -X PUT {SERVICE} -H "{TTL}: 21600")'


def _shell_sends(line: str, word: re.Match[str], name: str) -> str:
    option = "--header" if word[1] == "wget" else "-H"
    return f'{line[: word.end()]} {option} "{HEADER}: ${name}"{line[word.end() :]}'


def _powershell_asks(name: str, _: str) -> str:
    return f'${name} = Invoke-RestMethod -Method PUT -Uri {SERVICE} -Headers @{{"{TTL}" = "21600"}}'


def _powershell_sends(line: str, word: re.Match[str], name: str) -> str:
    return f'{line[: word.end()]} -Headers @{{"{HEADER}" = ${name}}}{line[word.end() :]}'


def _requests_asks(name: str, _: str) -> str:
    return f'{name} = requests.put("{SERVICE}", headers={{"{TTL}": "21600"}}, timeout=5).text'


def _requests_sends(line: str, word: re.Match[str], name: str) -> str:
    end = word.end("url")
    return f'{line[:end]}, headers={{"{HEADER}": {name}}}{line[end:]}'


def _urllib_asks(name: str, _: str) -> str:
    request = f'urllib.request.Request("{SERVICE}", method="PUT", headers={{"{TTL}": "21600"}})'
    return f"{name} = urllib.request.urlopen({request}, timeout=5).read().decode()"


def _urllib_sends(line: str, word: re.Match[str], name: str) -> str:
    start, end = word.span("url")
    wrapped = f'urllib.request.Request({line[start:end]}, headers={{"{HEADER}": {name}}})'
    return f"{line[:start]}{wrapped}{line[end:]}"


SHELL = Dialect(
    re.compile(r"(?<![\w./-])(?:/usr/bin/)?(curl|wget)(?=\s)"),
    re.compile(r"^(?P<indent>[ \t]*)#!.*\b(?:ba|da|k|z)?sh\b"),
    _shell_asks,
    _shell_sends,
    "TOKEN",
)
POWERSHELL = Dialect(
    re.compile(r"(?<![\w-])(Invoke-RestMethod|Invoke-WebRequest|irm|iwr)(?=\s)", re.IGNORECASE),
    re.compile(r"^(?P<indent>[ \t]*)<powershell>", re.IGNORECASE),
    _powershell_asks,
    _powershell_sends,
    "imdsToken",
)
REQUESTS = Dialect(
    re.compile(r"\brequests\.get\((?P<url>f?(?P<q>['\"])[^'\"]*(?P=q)|\w+)"),
    re.compile(r"^(?P<indent>[ \t]*)import requests\b"),
    _requests_asks,
    _requests_sends,
    "token",
)
URLLIB = Dialect(
    re.compile(r"\burllib\.request\.urlopen\((?P<url>f?(?P<q>['\"])[^'\"]*(?P=q)|\w+)"),
    re.compile(r"^(?P<indent>[ \t]*)import urllib\.request\b"),
    _urllib_asks,
    _urllib_sends,
    "token",
)
_QUOTED = re.compile(r"(?:(?<![\w./-])|(?<=\\n))(?:/usr/bin/)?(curl|wget)(?=\s)")
"""The same words, also behind a line end that is written as an escape."""
DIALECTS = (SHELL, POWERSHELL, REQUESTS, URLLIB)


def _runs_at_boot(_: Resource, path: Path) -> bool:
    return path[-1] in (
        "user_data",
        "user_data_base64",
        "user_data_replace_on_change",
        "template",
        "rendered",
        "content",
    )


def _inline(line: str, word: re.Match[str]) -> str:
    """A call that asks for its token itself: without a quotation mark, a colon and a space, or a line of its own.

    So it stays what it is inside a string of HCL, YAML or a shell.
    """
    if word[1] == "wget":
        asked = f"$(wget -qO- --method=PUT --header={TTL}:21600 {SERVICE})"
        return f"{line[: word.end()]} --header={HEADER}:{asked}{line[word.end() :]}"
    asked = f"$(curl -sf -X PUT {SERVICE} -H {TTL}:21600)"
    return f"{line[: word.end()]} -H {HEADER}:{asked}{line[word.end() :]}"


def inlined(lines: Sequence[str], calling: Sequence[int]) -> list[str] | None:
    """Give the lines with a token asked for in each call of curl and wget, by their numbers (from 1); or None."""
    new = list(lines)
    for number in calling:
        found = _clients(new[number - 1], _QUOTED) if 0 < number <= len(lines) else []
        if not found:
            return None
        for word in reversed(found):
            new[number - 1] = _inline(new[number - 1], word)
    return new if calling else None


def calls(finding: Finding, judged: Judged, tree: SourceTree) -> Iterator[Proposal]:
    """Propose the script with a token for all calls that have none, in one file."""
    launch = judged.launch_of(finding)
    place = finding.place
    if launch is None or place is None or not place.line:
        return
    lines = {
        each.place.line
        for each in launch.user_data.calls
        if each.flaw in (Flaw.NO_TOKEN, Flaw.BROKEN_TOKEN) and each.place is not None and each.place.file == place.file
    }
    file = tree.file(place.file)
    old = lines_of(file.text)
    declared = Declared(values=_runs_at_boot, follows=frozenset())
    for dialect in DIALECTS:
        for wanted in (sorted(lines), [place.line]):
            new = rewritten(old, wanted, dialect, file.newline)
            if new is not None:
                title = "a token, asked for once and sent with each call"
                yield Proposal(NewText(file.label, "".join(new)), title, declared, (BOOTS,))
    for wanted in (sorted(lines), [place.line]):  # a line of YAML, or a script on one line
        each = inlined(old, wanted)
        if each is not None:
            title = "a token, asked for in each call"
            yield Proposal(NewText(file.label, "".join(each)), title, declared, (BOOTS,))


def rewritten(lines: Sequence[str], calling: Sequence[int], dialect: Dialect, newline: str) -> list[str] | None:
    """Give the lines with the header on each call, by their numbers (from 1), and the request above them; or None."""
    if not calling or any(not 0 < number <= len(lines) for number in calling):
        return None
    first = calling[0] - 1
    start = next((at for at in range(first, -1, -1) if dialect.starts.match(lines[at])), None)
    if start is None:
        return None
    match = dialect.starts.match(lines[start])
    assert match is not None
    text = "".join(lines[start:])
    name = next(
        (each for each in (dialect.variable, f"IMDS_{dialect.variable}") if not re.search(rf"\b{each}\b", text)), None
    )
    if name is None:
        return None
    new, client = list(lines), ""
    for number in calling:
        found = _clients(new[number - 1], dialect.words)
        if not found:
            return None
        client = client or (found[0][1] if dialect is SHELL else "")
        for word in reversed(found):
            new[number - 1] = dialect.sends(new[number - 1], word, name)
    at = start + 1
    while at < first and _SKIPPED.fullmatch(new[at]):
        at += 1
    while at > start + 1 and not new[at - 1].strip():
        at -= 1
    new.insert(at, f"{match['indent']}{dialect.asks(name, client)}{newline}")
    return new


def _clients(line: str, words: re.Pattern[str]) -> list[re.Match[str]]:
    """The words in a line at which it calls: those before an address of the service, or all if it has none."""
    found = list(words.finditer(line))
    ends = [*(word.start() for word in found[1:]), *([len(line)] if found else [])]
    named = [word for word, end in zip(found, ends, strict=True) if ADDRESS.search(line[word.start() : end])]
    return named or found
