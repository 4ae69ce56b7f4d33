"""Programs that fetch a URL: which metadata calls a command line of curl, wget and their like makes, and with what.

Sources: curl(1), wget(1), httpie.io/docs; EC2 User Guide, "FileUse the Instance Metadata Service to access instance
metadata": a token is asked for with PUT and a time to live from 1 to 21600 seconds, not through a proxy, and of
/latest only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import HOST, PORT, Target, has_token_header, target_of
from imdsguard.aws.user_data.script import GAP
from imdsguard.aws.user_data.shell_state import ScriptFile
from imdsguard.aws.user_data.shell_values import BAD, TOKEN, UNSET, named
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

    from imdsguard.aws.user_data.shell import Shell, Status
    from imdsguard.aws.user_data.shell_expansion import Argv

CLIENTS = frozenset(
    {
        "curl",
        "wget",
        "http",
        "https",
        "xh",
        "fetch",
        "aria2c",
        "lynx",
        "GET",
        "HEAD",
        "lwp-request",
        "wget2",
        "links",
        "elinks",
        "w3m",
    }
)
_HTTPIE = frozenset({"http", "https", "xh"})
_CURL_VALUES = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"
_WGET_VALUES = "aAeBDiIoOPQRtTUwX"
_CURL_LONG = frozenset(
    named(
        "--user-agent --cookie --cookie-jar --data --data-raw --data-binary --data-urlencode --dump-header "
        "--referer --cert --form --config --max-time --output --output-dir --proxy --noproxy --interface --retry "
        "--retry-delay --retry-max-time --connect-timeout --write-out --request --header --upload-file --user "
        "--range --resolve --connect-to --cacert --key --limit-rate --max-redirs --proto --url --dns-servers "
        "--stderr --unix-socket --local-port --tls-max --ciphers --proxy-header --proxy-user --json --get-data "
        "--speed-limit --speed-time --keepalive-time --expect100-timeout"
    )
)
_WGET_LONG = frozenset(
    named(
        "--header --method --body-data --post-data --output-document --output-file --append-output --timeout "
        "--tries --user-agent --input-file --directory-prefix --waitretry --wait --connect-timeout --read-timeout "
        "--dns-timeout --bind-address --execute --user --password --referer --level --limit-rate --ca-certificate"
    )
)
_CONFIGURED = (".curlrc", "wgetrc", "CURL_HOME", "WGETRC")
_BARE = re.compile(rf"(?:https?://)?{HOST}{PORT}/?", re.IGNORECASE)
_HEADER = re.compile(r"x-aws-ec2-metadata-token\s*[:=;]\s*(.*)", re.IGNORECASE | re.DOTALL)
_LIFETIME = re.compile(r"x-aws-ec2-metadata-token-ttl-seconds\s*[:=]\s*(.*)", re.IGNORECASE | re.DOTALL)
_PLACEHOLDER = re.compile(r"[@_%{<][@_%{<\w .-]*[@_%}>]")


@dataclass
class _Request:
    """What a command line asks for."""

    method: str = "GET"
    urls: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    output: str = ""
    write_out: str = ""
    fails: bool = False
    silent_body: bool = False
    saves: bool = False
    hidden: bool = False
    others: list[str] = field(default_factory=list)


def run_client(shell: Shell, argv: Argv, node: Node) -> Status:
    """Judge a command that fetches, and tell what it gives."""
    program = argv[0].rsplit("/", 1)[-1]
    request = _request(shell, program, argv[1:])
    line, column = shell.place(node)
    kinds = [(_kind(url), url) for url in request.urls]
    asked = next((url for kind, url in kinds if kind is Target.DATA), None)
    if asked is not None:
        shown = f"{program} {asked}"
        flaw = _flaw(shell, request)
        if flaw is not None:
            shell.found(flaw, shown, line, column)
        refused = flaw in {Flaw.NO_TOKEN, Flaw.BROKEN_TOKEN}
        return _give(
            shell, request, GAP if not refused or not request.fails else "", "401" if refused else "200", refused, node
        )
    if any(kind is Target.TOKEN for kind, _ in kinds):
        good = _gives_a_token(request, next(url for kind, url in kinds if kind is Target.TOKEN))
        text = TOKEN if good else "" if request.fails else BAD
        return _give(shell, request, text, "200" if good else "400", not good, node)
    loaded = next((url for url in request.urls if "/" in url or GAP in url), "")
    return _give(shell, request, GAP, GAP, None, node, loaded)


def _give(
    shell: Shell, request: _Request, text: str, code: str, refused: bool | None, node: Node, loaded: str = ""
) -> Status:
    path = request.output
    if request.saves and not path and request.urls:
        path = request.urls[0].split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]
    if path and path not in {"-", "/dev/stdout"}:
        if path != "/dev/null":
            shell.write_file(path, (text,), False, shell.flat_frame(node))
            if path in shell.world.files and loaded:
                shell.world.files[path] = ScriptFile((GAP,), shell.flat_frame(node), loaded_from=loaded)
    elif not request.silent_body:
        shell.write((text,))
    if request.write_out:
        shell.write((re.sub(r"%\{(?:http_code|response_code)\}", code, request.write_out).replace("\\n", "\n"),))
    return None if refused is None else not (refused and request.fails)


def _kind(url: str) -> Target:
    kind = target_of(url)
    if kind is Target.NOTHING and _BARE.fullmatch(url.replace(UNSET, "")):
        return Target.DATA
    return kind


def _flaw(shell: Shell, request: _Request) -> Flaw | None:
    """What is wrong with a call for metadata; None if it carries a token."""
    values = [m[1] for h in request.headers if (m := _HEADER.search(h)) and not _LIFETIME.search(h)]
    if values:
        verdicts = [_of_value(value) for value in values]
        return None if None in verdicts else verdicts[0]
    if any(has_token_header(h) for h in request.headers):
        return Flaw.BROKEN_TOKEN  # without its colon, a header is not sent
    if request.hidden or _configured(shell):
        return Flaw.UNDECIDED
    return Flaw.NO_TOKEN


def _of_value(value: str) -> Flaw | None:
    if TOKEN in value:
        return None
    if BAD in value:
        return Flaw.BROKEN_TOKEN
    rest = value.replace(UNSET, "").strip().strip("\"'")
    if GAP in rest:
        return None
    return Flaw.UNDECIDED if _PLACEHOLDER.fullmatch(rest) else Flaw.BROKEN_TOKEN


def _configured(shell: Shell) -> bool:
    """Whether a file that the client reads by itself may hold the header."""
    return any(
        path.endswith(_CONFIGURED[:2]) and any(has_token_header(text) for text in written.readings)
        for path, written in shell.world.files.items()
    )


def _gives_a_token(request: _Request, url: str) -> bool:
    if "/latest/" not in url.replace("//latest", "/latest").lower() and GAP not in url:
        return False  # a path of one version is refused (403)
    if request.hidden:
        return True
    if request.method.upper() != "PUT" and GAP not in request.method:
        return False
    if any(h.lower().startswith("x-forwarded-for") for h in request.headers):
        return False
    lifetimes = [m[1].replace(UNSET, "").strip() for h in request.headers if (m := _LIFETIME.search(h))]
    return any(GAP in t or (t.isdigit() and len(t) < 9 and 1 <= int(t) <= 21_600) for t in lifetimes)


def _request(shell: Shell, program: str, words: Argv) -> _Request:
    request = _Request()
    wget = program in {"wget", "wget2"}
    request.saves = wget
    if program == "HEAD":
        request.method = "HEAD"
    if program in _HTTPIE:
        _httpie(request, words)
        return request
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-") or word == "-":
            _positional(request, word)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if not equals and name in (_WGET_LONG if wget else _CURL_LONG if program == "curl" else {"--header"}):
                value = queue.pop(0) if queue else ""
            _option(shell, request, name, value, wget)
        else:
            _cluster(shell, request, word, queue, wget)
    return request


def _cluster(shell: Shell, request: _Request, word: str, queue: list[str], wget: bool) -> None:
    """Options of one letter, some of them with a value behind: `-sfX PUT`, `-qO-`."""
    takes = _WGET_VALUES if wget else _CURL_VALUES
    for at in range(1, len(word)):
        letter = word[at]
        if letter == GAP:
            request.hidden = True
            return
        if letter == "n" and wget:
            return  # -nv, -nc, -nd
        if letter in takes:
            value = word[at + 1 :] or (queue.pop(0) if queue else "")
            _option(shell, request, "-" + letter, value, wget)
            return
        _option(shell, request, "-" + letter, "", wget)


def _option(shell: Shell, request: _Request, name: str, value: str, wget: bool) -> None:
    if name in {"-H", "--header"} and not (wget and name == "-H"):
        _header(shell, request, value)
    elif name in {"--request", "--method"} or (name == "-X" and not wget):
        request.method = value
    elif name in {"-T", "--upload-file"} and not wget:
        request.method = "PUT"
    elif name == "--url":
        _positional(request, value)
    elif (name in {"-o", "--output"} and not wget) or (name in {"-O", "--output-document"} and wget):
        request.output, request.saves = value, False
    elif name in {"-O", "--remote-name", "--remote-name-all", "-J"} and not wget:
        request.saves = True
    elif name in {"-w", "--write-out"} and not wget:
        request.write_out = value
    elif name in {"-f", "--fail", "--fail-with-body"} and not wget:
        request.fails = True
    elif name in {"-K", "--config", "-i", "--input-file"} and (not wget or name in {"-i", "--input-file"}) and value:
        _config(shell, request, value)
    elif name == "--spider" and wget:
        request.saves, request.silent_body = False, True
    elif name.startswith("-") and GAP in name:
        request.hidden = True
    if wget:
        request.fails = True


def _header(shell: Shell, request: _Request, value: str) -> None:
    if value.startswith("@"):
        texts = shell.file_text(value[1:])
        if GAP in texts[0]:
            request.hidden = True
        request.headers += texts[0].split("\n")
    else:
        request.headers.append(value)
        # A header of which not even the name is known may be the one.
        if (GAP in value or UNSET in value) and ":" not in value:
            request.hidden = True


def _config(shell: Shell, request: _Request, path: str) -> None:
    for text in shell.file_text(path)[:1]:
        if GAP in text:
            request.hidden = True
        for line in text.split("\n")[:200]:
            name, _, value = line.strip().lstrip("-").replace("=", " ", 1).partition(" ")
            value = value.strip().strip("\"'")
            if name in {"header", "H"}:
                request.headers.append(value)
            elif name == "url" or name.startswith("http"):
                request.urls.append(value or name)
            elif name in {"request", "X"}:
                request.method = value


def _positional(request: _Request, word: str) -> None:
    rest = word.replace(UNSET, "")
    if rest.strip(GAP) == "":
        request.hidden = request.hidden or bool(rest)
        request.urls += [rest] if rest else []
        return
    request.urls.append(rest)
    if rest.startswith("@"):
        request.hidden = True


def _httpie(request: _Request, words: Argv) -> None:
    takes = {"--timeout", "-o", "--output", "--auth", "-a", "--verify", "--print", "-p"}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word.startswith("-"):
            value = queue.pop(0) if word in takes and queue else ""
            if word in {"-o", "--output"}:
                request.output = value
            request.fails = request.fails or word == "--check-status"
        elif word.isupper() and word.isalpha():
            request.method = word
        elif request.urls or (has_token_header(word) or _LIFETIME.match(word)):
            request.headers.append(word)
            request.hidden = request.hidden or word.strip(GAP) == ""
        else:
            _positional(request, word)


def address_in(words: list[str]) -> str:
    """The first address of code in the words of a command, for a person; "" if none is there."""
    for word in words:
        if re.match(r"(?:https?|s3|ftp|git|ssh)://", word) and target_of(word) is Target.NOTHING:
            return word.replace(GAP, "...").replace(UNSET, "")
    return ""
