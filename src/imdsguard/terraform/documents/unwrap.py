"""Take off what programs put around Terraform's JSON: compression, UTF-16, a byte order mark, a wrapper's lines."""

from __future__ import annotations

import codecs

GZIP = b"\x1f\x8b"
MOST = 512 * 1024 * 1024
"""Bytes that a compressed document may have when it is decompressed."""

_PIECE = 1024 * 1024
_HEAD = 4096
_WRAPPER = (b"[command]", b"::")
"""How lines begin that the `terraform` wrapper of GitHub's setup-terraform action puts around Terraform's output: the
command that it runs, and the workflow commands `::debug::` and `::set-output` (its releases differ in which)."""

SMALLER = "decompress it yourself and check the file that this makes"


class UnwrapError(Exception):
    """What is around the document cannot be taken off. `remedy` says what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def unwrap(data: bytes) -> bytes:
    """Give the JSON inside; bytes that are nothing of the kind stay as they are. Raises `UnwrapError`.

    Unwrapping twice gives the same as once.
    """
    if data.startswith(GZIP):
        data = _decompressed(data)
    return _unwrapped(_utf8(data))


def _decompressed(data: bytes) -> bytes:
    """The members of a gzip file, one after another; of one that cannot be a document no more than its head."""
    import zlib

    pieces: list[bytes] = []
    size = 0
    rest = data
    try:
        while rest.startswith(GZIP):
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                piece = member.decompress(rest, _PIECE)
                rest = member.unused_data if member.eof else member.unconsumed_tail
                if not piece and not rest and not member.eof:
                    raise UnwrapError("the gzip file is cut off", "compress the document again")
                if piece:
                    pieces.append(piece)
                    size += len(piece)
                if len(pieces) == 1 and not _hopeful(piece):
                    return piece
                if size > MOST:
                    raise UnwrapError(f"the gzip file holds more than {MOST // 1024**2} MB", SMALLER)
    except zlib.error as error:
        raise UnwrapError(f"the gzip file is broken: {error}", "compress the document again") from None
    return b"".join(pieces)


def _hopeful(head: bytes) -> bool:
    """Whether this can be the beginning of a document."""
    text = head[:_HEAD].removeprefix(codecs.BOM_UTF8).lstrip()
    return text.startswith((b"{", *_WRAPPER, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0{", b"\0["))


def _utf8(data: bytes) -> bytes:
    """Drop a byte order mark, and recode UTF-16, which PowerShell's `>` writes."""
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith((b"{\0", b"[\0")):
        encoding = "utf-16-le"
    elif data.startswith((b"\0{", b"\0[")):
        encoding = "utf-16-be"
    else:
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        remedy = "write it again, as UTF-8 (in PowerShell: `| Out-File -Encoding utf8 plan.json`)"
        raise UnwrapError("the document is UTF-16 and cut off or broken", remedy) from None


def _unwrapped(text: bytes) -> bytes:
    """Drop the lines of a wrapper. A line of JSON can begin with neither `[command]` nor `::`."""
    at = _past_space(text, 0)
    if not text.startswith(_WRAPPER, at):
        return _without_end(text) if text.startswith(b"{", at) else text
    while text.startswith(_WRAPPER, at):
        end = text.find(b"\n", at)
        if end < 0:
            return text
        at = _past_space(text, end)
    return _without_end(text[at:]) if text.startswith(b"{", at) else text


def _without_end(text: bytes) -> bytes:
    """Drop a wrapper's lines behind the document: they are looked for only where its last line is not the JSON's."""
    last = text[-_HEAD:].rstrip()
    if last.endswith(b"}") and b"\n::" not in last:
        return text
    end = text.find(b"\n::")
    return text[:end] if end >= 0 else text


def _past_space(text: bytes, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at
