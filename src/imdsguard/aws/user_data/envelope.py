"""From user data to scripts: base64, gzip, MIME parts, cloud-config, and the shebang or tag that tells the language.

Sources: cloud-init documentation, "User data formats" and the modules write_files, runcmd, bootcmd; EC2 User Guide,
"How Amazon EC2 handles user data for Windows instances" (`<powershell>` and `<script>` tags).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.aws.user_data.script import Language, Script
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_000_000
"""Bytes of user data that are read after unpacking; EC2 itself takes 16 KB."""
_MOST_PARTS = 200
_TAG = re.compile(r"<(powershell|script)>(.*?)(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_TAGS = {"powershell": Language.POWERSHELL, "script": Language.BATCH}


@record(frozen=True, slots=True)
class Opened:
    """The scripts in user data, and what of it could not be read."""

    scripts: tuple[Script, ...] = ()
    unread: tuple[str, ...] = ()


def unpacked(data: bytes) -> tuple[bytes, str | None]:
    """Take off base64 and gzip where they are; the second value says why that failed."""
    import base64
    import binascii
    import zlib

    if re.fullmatch(rb"[A-Za-z0-9+/=\s]{16,}", data):
        try:
            decoded = base64.b64decode(data.translate(None, b" \t\n\r\f\v"), validate=True)
            if decoded[:2] == b"\x1f\x8b" or decoded[:1] in b"#<C" or decoded.isascii():
                data = decoded
        except (binascii.Error, ValueError):
            pass
    if data[:2] == b"\x1f\x8b":
        try:
            inflater = zlib.decompressobj(31)
            data = inflater.decompress(data, LARGEST)
        except zlib.error as error:
            return b"", f"it is not a whole gzip file ({error})"
        if inflater.unconsumed_tail:
            return data, f"it is larger than {LARGEST:,} bytes"
        if not inflater.eof:
            return data, "it is not a whole gzip file (it ends too early)"
    return data[:LARGEST], f"it is larger than {LARGEST:,} bytes" if len(data) > LARGEST else None


def opened(text: str, name: str = "user data", line: int = 1, *, exact: bool = True, depth: int = 0) -> Opened:
    """Find the scripts in a piece of user data."""
    head = text.lstrip("\ufeff")[:400].lstrip()
    if depth > 3:
        return Opened((), (f"{name}: parts in parts too deep to follow",))
    if re.match(r"(?i)(content-type: *multipart|mime-version:)", head):
        return _multipart(text, name, depth)
    if re.match(r"(?i)(## template: *jinja.*\n)?#cloud-config", head):
        return _cloud_config(text, name, line)
    if re.match(r"#include(-once)?\b", head):
        return Opened((), (f"{name}: what it includes is fetched at boot",))
    # In a script with an interpreter, a tag is a part of what that writes.
    tags = [] if head.startswith("#!") else list(_TAG.finditer(text))
    if tags:
        found = [
            Script(name, _TAGS[m[1].lower()], m[2], line + text.count("\n", 0, m.start(2)), exact=False)
            for m in tags[:_MOST_PARTS]
        ]
        return Opened(tuple(found))
    return Opened((Script(name, _language(head), text, line, exact),) if text.strip() else ())


def _language(head: str) -> Language:
    first = head.split("\n", 1)[0]
    if first.startswith("#!"):
        if "python" in first:
            return Language.PYTHON
        if "pwsh" in first or "powershell" in first.lower():
            return Language.POWERSHELL
    return Language.SHELL


def _multipart(text: str, name: str, depth: int) -> Opened:
    from email import message_from_string, policy

    try:
        message = message_from_string(text, policy=policy.compat32)
        parts = [p for p in message.walk() if not p.is_multipart()][:_MOST_PARTS]
    except (ValueError, LookupError, RecursionError) as error:
        return Opened((), (f"{name}: not a readable MIME message ({error})",))
    scripts: list[Script] = []
    unread: list[str] = []
    for number, part in enumerate(parts, 1):
        kind = part.get_content_type()
        label = f"part {number} ({kind})"
        payload = part.get_payload(decode=True)
        data, problem = unpacked(payload if isinstance(payload, bytes) else b"")
        if problem:
            unread.append(f"{label}: {problem}")
        body = data.decode(errors="replace")
        if kind in {"text/cloud-boothook", "text/x-shellscript", "text/cloud-config", "text/plain", "text/jinja2"} or (
            body.startswith("#")
        ):
            start = text.find(body[:200]) if body.strip() else -1
            line = text.count("\n", 0, start) + 1 if start >= 0 else 1
            inner = opened(body, label, line, exact=start >= 0, depth=depth + 1)
            scripts.extend(inner.scripts)
            unread.extend(inner.unread)
    return Opened(tuple(scripts), tuple(unread))


def _cloud_config(text: str, name: str, line: int) -> Opened:
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {line + mark.line}" if mark is not None else ""
        return Opened((), (f"{name}: cloud-config that is not YAML{where}",))
    if not isinstance(node, yaml.MappingNode):
        return Opened()
    scripts: list[Script] = []
    for key, value in node.value:
        if key.value in {"runcmd", "bootcmd"}:
            scripts.extend(_commands(key.value, value, line))
        elif key.value == "write_files":
            scripts.extend(_files(value, line))
    return Opened(tuple(scripts))


def _commands(key: str, node: Any, line: int) -> Iterator[Script]:
    import yaml

    if not isinstance(node, yaml.SequenceNode):
        return
    for item in node.value[:_MOST_PARTS]:
        if isinstance(item, yaml.ScalarNode):
            text = item.value
        elif isinstance(item, yaml.SequenceNode) and all(isinstance(w, yaml.ScalarNode) for w in item.value):
            from shlex import quote

            text = " ".join(quote(w.value) for w in item.value)
        else:
            continue
        first = item.start_mark.line + (1 if getattr(item, "style", None) in {"|", ">"} else 0)
        yield Script(key, Language.SHELL, text, line + first, exact=False)


def _files(node: Any, line: int) -> Iterator[Script]:
    import yaml

    if not isinstance(node, yaml.SequenceNode):
        return
    for item in node.value[:_MOST_PARTS]:
        if not isinstance(item, yaml.MappingNode):
            continue
        entries = {k.value: v for k, v in item.value if isinstance(v, yaml.ScalarNode)}
        content, path = entries.get("content"), entries["path"].value if "path" in entries else "?"
        if content is None:
            continue
        encoding = entries["encoding"].value if "encoding" in entries else ""
        text = content.value
        if encoding:
            text = unpacked(text.encode())[0].decode(errors="replace")
        language = _file_language(path, text)
        if language is not None:
            first = content.start_mark.line + (1 if content.style in {"|", ">"} else 0)
            yield Script(f"write_files {path}", language, text, line + first, exact=False)


def _file_language(path: str, text: str) -> Language | None:
    if text.startswith("#!"):
        return _language(text)
    endings = {".sh": Language.SHELL, ".bash": Language.SHELL, ".py": Language.PYTHON, ".ps1": Language.POWERSHELL}
    return next((language for ending, language in endings.items() if path.endswith(ending)), None)
