"""Base64, JSON, URLs and character sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, native, normalised
from imdsguard.hcl.values.jsonform import from_json, to_json
from imdsguard.hcl.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
)
from imdsguard.hcl.values.value import ENCODED, Refinement, Value, sketched, string, unknown
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from imdsguard.hcl.bounds import Bounds

TEXT = Parameter("str", STRING)
GZIP_START = "H4sIAAAAAAAA/"
"""How Go's gzip header looks in base64."""


def decode_base64(text: str) -> bytes:
    """Decode standard base64 as Go does: line ends are passed over, padding is required. Raises `EvaluationError`."""
    import base64
    import binascii

    digits = text.replace("\r", "").replace("\n", "")
    if len(digits) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", digits):
        raise EvaluationError("failed to decode base64 data")
    try:
        return base64.b64decode(digits)
    except binascii.Error:
        raise EvaluationError("failed to decode base64 data") from None


def encode_base64(data: bytes) -> str:
    """Encode in standard base64."""
    import base64

    return base64.b64encode(data).decode("ascii")


def as_text(data: bytes, problem: str) -> str:
    """Read UTF-8. Raises `EvaluationError` with `problem` as message."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise EvaluationError(problem) from None


@function("base64encode", STRING, TEXT, keeps_sketch=True)
def base64encode(call: FunctionCall, text: Value) -> Value:
    """UTF-8 in base64."""
    data = str(text.raw).encode()
    call.context.bounds.text(len(data) * 4 // 3)
    return string(encode_base64(data))


@native("base64decode", STRING, TEXT)
def base64decode(text: str) -> str:
    """The text that base64 stands for."""
    return as_text(decode_base64(text), "the result of decoding the provided string is not valid UTF-8")


@function("base64gzip", STRING, TEXT, keeps_sketch=True)
def base64gzip(_: FunctionCall, text: Value) -> Value:
    """Unknown, as the bytes depend on the compressor that Terraform was built with. How they start is known."""
    reason = Reason(ReasonKind.COMPRESSOR, "base64gzip()")
    result = unknown(STRING, reason, refinement=Refinement(not_null=True, prefix=GZIP_START))
    return sketched(result, ENCODED + str(text.raw))


@function("base64gunzip", STRING, TEXT)
def base64gunzip(call: FunctionCall, text: Value) -> Value:
    """The text of base64gzip (OpenTofu)."""
    unpacked = _gunzip(decode_base64(str(text.raw)), call.context.bounds)
    return string(normalised(as_text(unpacked, "the result of decompressing the provided string is not valid UTF-8")))


def _gunzip(data: bytes, bounds: Bounds) -> bytes:
    import zlib

    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, bounds.max_string + 1)
    except zlib.error:
        raise EvaluationError("failed to decompress the data: it is not gzip") from None
    bounds.text(len(unpacked))
    if not unpacker.eof:
        raise EvaluationError("failed to decompress the data: it ends too early")
    return unpacked


@native("urlencode", STRING, TEXT)
def urlencode(text: str) -> str:
    """Escape what may not stand in the query of a URL."""
    from urllib.parse import quote_plus

    return quote_plus(text, safe="")


@native("urldecode", STRING, TEXT)
def urldecode(text: str) -> str:
    """Undo `urlencode` (OpenTofu)."""
    from urllib.parse import unquote_to_bytes

    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise EvaluationError("failed to decode URL: invalid escape")
    return as_text(unquote_to_bytes(text.replace("+", " ")), "the result of decoding is not valid UTF-8")


@function("jsonencode", STRING, Parameter("val", null=True, unknown=True, dynamic=True))
def jsonencode(call: FunctionCall, value: Value) -> Value:
    """JSON, as short as can be; of an unknown value at least the first character is known."""
    if value.wholly_known:
        return string(to_json(value))
    pending = value.pending
    if pending is not None and not pending.refinement.not_null:
        return call.unknown()
    return call.unknown(Refinement(prefix=_json_start(value.type)))


def _json_start(kind: Type) -> str:
    if isinstance(kind, (ObjectType, MapType)):
        return "{"
    if isinstance(kind, (TupleType, ListType, SetType)):
        return "["
    return '"' if kind == STRING else ""


@function("jsondecode", DYNAMIC, Parameter("str", STRING, unknown=True), not_null=False)
def jsondecode(call: FunctionCall, text: Value) -> Value:
    """The value of a JSON text; of an unknown text the start may tell the type."""
    if text.pending is None:
        return from_json(str(text.raw))
    start = text.pending.refinement.prefix.strip()[:1]
    if not start or start in "{[n":
        return call.unknown()
    if start == '"':
        kind: Type = STRING
    elif start in "tf":
        kind = BOOL
    elif start in "-0123456789.":
        kind = NUMBER
    else:
        raise ArgumentProblem(0, f'a JSON document cannot begin with the character "{start}"')
    return Value(kind, call.unknown().raw)


@native("textencodebase64", STRING, Parameter("string", STRING), Parameter("encoding", STRING))
def textencodebase64(text: str, name: str) -> str:
    """A text in a character set, in base64."""
    from imdsguard.hcl.functions.charsets import encode

    try:
        return encode_base64(encode(text, name))
    except UnicodeError:
        raise EvaluationError(f"the given string contains characters that cannot be represented in {name}") from None


@native("textdecodebase64", STRING, Parameter("source", STRING), Parameter("encoding", STRING))
def textdecodebase64(text: str, name: str) -> str:
    """The text that base64 stands for, in a character set."""
    from imdsguard.hcl.functions.charsets import check, decode

    check(name)
    try:
        data = decode_base64(text)
    except EvaluationError:
        raise ArgumentProblem(0, "the given value is not valid base64") from None
    try:
        decoded = decode(data, name)
    except UnicodeError:
        decoded = "\ufffd"
    if "\ufffd" in decoded:
        raise ArgumentProblem(0, f"the given string contains symbols that are not defined for {name}")
    return decoded
