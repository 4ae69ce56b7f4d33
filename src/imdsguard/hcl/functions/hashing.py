"""Digests, identifiers and decryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.arguments import whole
from imdsguard.hcl.functions.encoding import decode_base64, encode_base64
from imdsguard.hcl.functions.function import ArgumentProblem, Function, FunctionCall, Parameter, function, native
from imdsguard.hcl.values.types import NUMBER, STRING
from imdsguard.hcl.values.value import NOT_NULL, Value, string, unknown
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = Parameter("str", STRING)


def digest(algorithm: str, data: bytes) -> bytes:
    """The digest of `data`: md5, sha1, sha256 or sha512."""
    import hashlib

    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def _hash(name: str, algorithm: str, show: Callable[[bytes], str]) -> Function:
    def body(_: FunctionCall, text: Value) -> Value:
        return string(show(digest(algorithm, str(text.raw).encode())))

    return Function(name, STRING, (TEXT,), body)


md5 = _hash("md5", "md5", bytes.hex)
sha1 = _hash("sha1", "sha1", bytes.hex)
sha256 = _hash("sha256", "sha256", bytes.hex)
sha512 = _hash("sha512", "sha512", bytes.hex)
base64sha256 = _hash("base64sha256", "sha256", encode_base64)
base64sha512 = _hash("base64sha512", "sha512", encode_base64)


@function("uuid", STRING)
def uuid(_: FunctionCall) -> Value:
    """Unknown when planning, as in Terraform."""
    return unknown(STRING, Reason(ReasonKind.NEW_AT_EACH_APPLY, "uuid()"), refinement=NOT_NULL)


@native("uuidv5", STRING, Parameter("namespace", STRING), Parameter("name", STRING))
def uuidv5(namespace: str, name: str) -> str:
    """The identifier of a name in a namespace (RFC 4122)."""
    import uuid as library

    known = {
        "dns": library.NAMESPACE_DNS,
        "url": library.NAMESPACE_URL,
        "oid": library.NAMESPACE_OID,
        "x500": library.NAMESPACE_X500,
    }
    if namespace not in known:
        try:
            known[namespace] = library.UUID(namespace)
        except ValueError:
            raise EvaluationError(
                f"uuidv5() doesn't support namespace {namespace[:80]} (it is neither dns, oid, url, x500 nor a UUID)"
            ) from None
    return str(library.uuid5(known[namespace], name))


@function("bcrypt", STRING, TEXT, variadic=Parameter("cost", NUMBER))
def bcrypt(_: FunctionCall, _text: Value, *cost: Value) -> Value:
    """Unknown when planning, as in Terraform."""
    if len(cost) > 1:
        raise EvaluationError("bcrypt() takes no more than two arguments")
    for value in cost:
        whole(value.raw)
    return unknown(STRING, Reason(ReasonKind.NEW_AT_EACH_APPLY, "bcrypt()"), refinement=NOT_NULL)


@function("rsadecrypt", STRING, Parameter("ciphertext", STRING), Parameter("privatekey", STRING))
def rsadecrypt(_: FunctionCall, ciphertext: Value, key: Value) -> Value:
    """What was encrypted for an RSA key with PKCS #1 v1.5 padding."""
    from imdsguard.hcl.functions.rsa import decrypt, read_key

    try:
        data = decode_base64(str(ciphertext.raw))
    except EvaluationError:
        raise ArgumentProblem(0, "failed to decode input: cipher text must be base64-encoded") from None
    private = read_key(str(key.raw))
    if private is None:
        return unknown(STRING, Reason(ReasonKind.KEY_FORMAT, "rsadecrypt()"), refinement=NOT_NULL)
    return string(decrypt(data, private).decode("utf-8", "replace"))
