"""RSA decryption with PKCS #1 v1.5 padding, and the keys for it: PEM files, unencrypted, of PKCS #1 and PKCS #8."""

from __future__ import annotations

import re

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.encoding import decode_base64
from imdsguard.hcl.functions.function import ArgumentProblem
from imdsguard.model.record import record

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----")
_SEQUENCE = 0x30
MAX_BITS = 16_384
"""The longest modulus we compute with."""


@record(frozen=True, slots=True)
class Key:
    """A private key: modulus and private exponent."""

    modulus: int
    exponent: int


def read_key(text: str) -> Key | None:
    """Read a private key; None for a kind that we do not read. Raises `ArgumentProblem` for what is no key."""
    match = _PEM.search(text) if len(text) < 100_000 else None
    if match is None:
        if "-----BEGIN" in text:
            return None
        raise ArgumentProblem(1, "failed to parse key: no key found")
    kind = match.group(1)
    if kind not in ("RSA PRIVATE KEY", "PRIVATE KEY"):
        return None
    try:
        fields = _fields(decode_base64(re.sub(r"\s", "", match.group(2))))
        if kind == "PRIVATE KEY":
            fields = _fields(fields[2])
        modulus, exponent = (int.from_bytes(fields[i], "big") for i in (1, 3))
    except (EvaluationError, IndexError):
        raise ArgumentProblem(1, "failed to parse key: it is malformed") from None
    return Key(modulus, exponent) if 0 < modulus < 2**MAX_BITS and exponent.bit_length() <= MAX_BITS else None


def _fields(data: bytes) -> list[bytes]:
    """The contents of the members of a DER sequence. Raises `IndexError` if it is none."""
    tag, content, _ = _member(data, 0)
    if tag != _SEQUENCE:
        raise IndexError
    fields: list[bytes] = []
    position = 0
    while position < len(content):
        _, member, position = _member(content, position)
        fields.append(member)
    return fields


def _member(data: bytes, position: int) -> tuple[int, bytes, int]:
    """Tag, content and end of the DER element that starts at a position. Raises `IndexError`."""
    tag, length = data[position], data[position + 1]
    position += 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    if length > len(data) - position:
        raise IndexError
    return tag, data[position : position + length], position + length


def decrypt(data: bytes, key: Key) -> bytes:
    """Decrypt. Raises `EvaluationError` if the padding shows that the key is not the right one."""
    size = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(data, "big")
    if number >= key.modulus:
        raise EvaluationError("failed to decrypt: the cipher text does not belong to the key")
    block = pow(number, key.exponent, key.modulus).to_bytes(size, "big")
    end = block.find(b"\0", 2)
    if block[:2] != b"\0\x02" or end < 10:
        raise EvaluationError("failed to decrypt: the cipher text does not belong to the key")
    return block[end + 1 :]
