"""What a call to the instance metadata service looks like, in any language.

Source: EC2 User Guide, "FileUse the Instance Metadata Service to access instance metadata". The ECS task endpoint
(169.254.170.2), EKS Pod Identity (169.254.170.23) and the time service (169.254.169.123) are other services.
"""

from __future__ import annotations

import re
from enum import Enum

from imdsguard.aws.user_data.script import GAP


def _number(value: int) -> str:
    """Match a number of an address as inet_aton(3) takes it: decimal, octal after a 0, or hexadecimal after 0x."""
    return f"(?:{value}|0+{value:o}|0x0*{value:x})"


_A, _B, _C, _D = 169, 254, 169, 254
_IPV4 = "(?:{})".format(
    "|".join(
        r"\.".join(map(_number, numbers))
        for numbers in (
            (_A, _B, _C, _D),
            (_A, _B, _C << 8 | _D),  # the last number stands for all bytes that are left
            (_A, _B << 16 | _C << 8 | _D),
            (_A << 24 | _B << 16 | _C << 8 | _D,),
        )
    )
)
_IPV6 = (
    r"(?:fd00:0?ec2(?::0{1,4}){0,5}::?(?:0{1,4}:){0,5}(?:0?254|0\.0\.2\.84)|"
    r"(?:0{0,4}:){2,6}ffff:(?:169\.254\.169\.254|a9fe:a9fe))"
)
_NAME = r"instance-data(?:\.ec2\.internal)?\.?"
HOST = rf"(?:{_IPV4}|\[{_IPV6}(?:%\w+)?\]|{_NAME})"
"""The addresses and names, in every spelling that a client resolves (inet_aton(3), RFC 4291 section 2.2)."""
PORT = r"(?::(?:0*80)?)?"
"""Nothing else listens there; a port may be left out behind its colon."""
_TARGET = re.compile(
    rf"(?<![\w.-])(?:https?://)?{HOST}{PORT}(?=/|$|[\s\"'?#])(?P<path>/[^\s\"'<>|;)]*)?",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"^/+(?:latest|\d{4}-\d\d-\d\d|1\.0)(?:/+(?:meta-data|dynamic|user-data)\b|/*$|/+[^a-z])|^/+$", re.IGNORECASE
)
_TOKEN_PATH = re.compile(r"^/+(?:latest|\d{4}-\d\d-\d\d)/+api/+token", re.IGNORECASE)
_TOKEN_HEADER = re.compile(r"x-aws-ec2-metadata-token(?!-ttl)", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?<![\w.]){_IPV4}(?!\w|\.[\w])|"
    rf"(?<![\w:.]){_IPV6}(?!\w)|"
    rf"(?<![\w./-]){_NAME}(?![\w.-])|(?<=//){_NAME}(?![\w.-])",
    re.IGNORECASE,
)


class Target(Enum):
    """What a piece of text addresses."""

    NOTHING = "nothing"
    TOKEN = "token"  # noqa: S105
    DATA = "data"


def target_of(text: str) -> Target:
    """Tell what a word or string of a script addresses: metadata, the token, or neither."""
    best = Target.NOTHING
    for match in _TARGET.finditer(text):
        path = match["path"] or ""
        if _TOKEN_PATH.match(path):
            best = Target.TOKEN if best is Target.NOTHING else best
        elif _DATA.match(path) or path.startswith("/" + GAP) or (not path and match[0].lower().startswith("http")):
            best = Target.DATA
    return best


def has_token_header(text: str) -> bool:
    """Whether a header that carries a token (not the one that asks for its lifetime) is named in the text."""
    return _TOKEN_HEADER.search(text) is not None


def named_hosts(text: str) -> list[int]:
    """Where in the text the metadata service is named, by any of its addresses, whatever stands around it."""
    return [match.start() for match in _NAMED.finditer(text)]


def names_host(text: str) -> bool:
    """Whether the text names the metadata service at all."""
    return _NAMED.search(text) is not None
