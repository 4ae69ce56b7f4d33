"""From user data to scripts: base64, gzip, MIME parts, and the first line that tells what the rest is.

Sources: cloud-init documentation, "User data formats"; EC2 User Guide, "How Amazon EC2 handles user data for Windows
instances" (`<powershell>` and `<script>` tags).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import File, Language, Script
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from imdsguard.aws.user_data.script import ScriptCall

LARGEST = 1_000_000
"""Bytes of user data that are read after unpacking; EC2 itself takes 16 KB."""
MOST_PARTS = 200
_TAG = re.compile(r"<(powershell|script)>(.*?)(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_TAGS = {"powershell": Language.POWERSHELL, "script": Language.BATCH}
_SHELL_PARTS = ("text/x-shellscript", "text/cloud-boothook", "text/plain", "text/jinja2", "text/x-not-multipart")
_CONFIG_PARTS = ("text/cloud-config", "text/cloud-config-archive")
_HARMLESS_PARTS = ("application/node.eks.aws",)
"""What nodeadm reads: settings of a node, no scripts. (Amazon EKS User Guide, "Customize managed nodes")"""


@record(frozen=True, slots=True)
class Opened:
    """What is in user data: files and scripts, in the order in which they count; calls; what could not be read."""

    scripts: tuple[Script, ...] = ()
    unread: tuple[Reason, ...] = ()
    files: tuple[File, ...] = ()
    calls: tuple[ScriptCall, ...] = ()


def not_read(kind: ReasonKind, name: str, detail: str = "", cause: Reason | None = None) -> Opened:
    """What there is of a part that could not be read, or not as a whole."""
    return Opened((), (Reason(kind, name, detail, cause=cause),))


def unpacked(data: bytes) -> tuple[bytes, Reason | None]:
    """Take off base64 and gzip where they are; the second value says why that failed, but not of which part."""
    import base64
    import binascii

    if re.fullmatch(rb"[A-Za-z0-9+/=\s]{16,}", data):
        try:
            decoded = base64.b64decode(data.translate(None, b" \t\n\r\f\v"), validate=True)
            if decoded[:2] == b"\x1f\x8b" or decoded[:1] in b"#<C" or decoded.isascii():
                data = decoded
        except (binascii.Error, ValueError):
            pass
    return gunzipped(data)


def gunzipped(data: bytes) -> tuple[bytes, Reason | None]:
    """Take off gzip where it is; the second value says why that failed, but not of which part."""
    import zlib

    too_large = Reason(ReasonKind.TOO_LARGE, detail=f"{LARGEST:,}")

    if data[:2] == b"\x1f\x8b":
        try:
            inflater = zlib.decompressobj(31)
            data = inflater.decompress(data, LARGEST)
        except zlib.error as error:
            return b"", Reason(ReasonKind.NOT_GZIP, detail=str(error))
        if inflater.unconsumed_tail:
            return data, too_large
        if not inflater.eof:
            return data, Reason(ReasonKind.NOT_GZIP, detail="it ends too early")
    return data[:LARGEST], too_large if len(data) > LARGEST else None


def opened(text: str, name: str = "user data", line: int = 1, *, exact: bool = True, depth: int = 0) -> Opened:
    """Find the scripts in a piece of user data."""
    head = text.lstrip("\ufeff")[:400].lstrip()
    if depth > 3:
        return not_read(ReasonKind.PARTS_TOO_DEEP, name)
    if re.match(r"(?i)(content-type: *multipart|mime-version:)", head):
        return _multipart(text, name, depth)
    if re.match(r"(?i)(## template: *jinja.*\n)?#cloud-config", head):
        from imdsguard.aws.user_data.cloud_config import read_cloud_config

        return read_cloud_config(text, name, line, depth)
    if re.match(r"#include(-once)?\b", head):
        return not_read(ReasonKind.FETCHED_AT_BOOT, name, "what it includes")
    if head.startswith("#part-handler"):
        return Opened((Script(name, Language.PYTHON, text, line, exact),))
    if head.startswith("#upstart-job"):
        return not_read(ReasonKind.UPSTART_UNREAD, name)
    # In a script with an interpreter, a tag is a part of what that writes.
    tags = [] if head.startswith("#!") else list(_TAG.finditer(text))
    if tags:
        found = [
            Script(name, _TAGS[m[1].lower()], m[2], line + text.count("\n", 0, m.start(2)), exact=False)
            for m in tags[:MOST_PARTS]
        ]
        return Opened(tuple(found))
    if not text.strip():
        return Opened()
    language = language_of(head)
    if language is None:
        from imdsguard.aws.user_data.boot_files import interpreter_of

        return not_read(ReasonKind.FORMAT_UNREAD, name, f"a script of {interpreter_of(head)}")
    if not head.startswith("#"):
        from imdsguard.aws.user_data.other_formats import read_other_format

        other = read_other_format(text, name, line)
        if other is not None:
            return other
    return Opened((Script(name, language, text, line, exact),))


def language_of(head: str) -> Language | None:
    """The language that the first line names, shell if it names none, None for one that is not read."""
    from imdsguard.aws.user_data.boot_files import FileUse, use_of

    if not head.startswith("#!") or "\ufffc" in head.split("\n", 1)[0]:
        return Language.SHELL
    uses = {FileUse.SHELL: Language.SHELL, FileUse.PYTHON: Language.PYTHON, FileUse.POWERSHELL: Language.POWERSHELL}
    return uses.get(use_of("", head))


def _multipart(text: str, name: str, depth: int) -> Opened:
    from email import message_from_string, policy

    try:
        message = message_from_string(text, policy=policy.compat32)
        parts = [p for p in message.walk() if not p.is_multipart()][:MOST_PARTS]
    except (ValueError, LookupError, RecursionError) as error:
        return not_read(ReasonKind.MIME_UNREAD, name, str(error))
    found: list[Opened] = []
    for number, part in enumerate(parts, 1):
        kind = part.get_content_type()
        label = f"part {number} ({kind})"
        payload = part.get_payload(decode=True)
        data, problem = unpacked(payload if isinstance(payload, bytes) else b"")
        body = data.decode(errors="replace")
        if problem:
            found.append(Opened((), (replace(problem, subject=label),)))
        if kind == "text/part-handler":
            body = body if body.startswith("#part-handler") else "#part-handler\n" + body
        if kind.startswith((*_SHELL_PARTS, *_CONFIG_PARTS, "text/part-handler")) or body.startswith("#"):
            start = text.find(body[:200]) if body.strip() else -1
            line = text.count("\n", 0, start) + 1 if start >= 0 else 1
            found.append(opened(body, label, line, exact=start >= 0, depth=depth + 1))
        elif body.strip() and not kind.startswith(_HARMLESS_PARTS):
            found.append(not_read(ReasonKind.PART_UNREAD, label))
    return together(found)


def together(found: list[Opened]) -> Opened:
    """All that several pieces hold."""
    return Opened(
        tuple(s for each in found for s in each.scripts),
        tuple(u for each in found for u in each.unread),
        tuple(f for each in found for f in each.files),
        tuple(c for each in found for c in each.calls),
    )
