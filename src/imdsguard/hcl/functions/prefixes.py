"""IP addresses and prefixes, read and written as Go's `net` does, but for leading zeros, which Terraform allows."""

from __future__ import annotations

import re

from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.record import record

MAPPED = 0xFFFF
"""The upper 96 bits of an IPv4 address written as IPv6."""

_DOTTED = re.compile(r"\d+(?:\.\d+){3}", re.ASCII)
_GROUP = re.compile(r"[0-9a-fA-F]{1,4}", re.ASCII)


@record(frozen=True, slots=True)
class Prefix:
    """A network: its first address, the length of its prefix, and the width of its addresses (32 or 128 bits)."""

    network: int
    length: int
    width: int

    @property
    def mask(self) -> int:
        """The bits of the prefix."""
        return ((1 << self.length) - 1) << (self.width - self.length)

    @property
    def mapped(self) -> bool:
        """Whether it is one of IPv4 addresses written as IPv6, which Go's functions take for the one or the other."""
        return self.width == 128 and self.network >> 32 == MAPPED

    def __str__(self) -> str:
        length = max(self.length - 96, 0) if self.mapped else self.length
        return f"{show_address(self.network, self.width)}/{length}"


def parse_prefix(text: str) -> Prefix:
    """Read `address/length`; what the address has beyond the prefix is left out. Raises `EvaluationError`."""
    address, slash, size = text.partition("/")
    problem = EvaluationError(f"invalid CIDR expression: invalid CIDR address: {text[:100]}")
    if not slash or not re.fullmatch(r"[0-9]{1,4}", size):
        raise problem
    try:
        number, width = parse_address(address)
    except EvaluationError:
        raise problem from None
    length = int(size)
    if length > width:
        raise problem
    mask = (2**length - 1) << (width - length)
    return Prefix(number & mask, length, width)


def parse_address(text: str) -> tuple[int, int]:
    """Read an address, as a number and its width. Raises `EvaluationError`."""
    number = _dotted(text) if ":" not in text else None
    if number is not None:
        return number, 32
    groups = _groups(text) if ":" in text else None
    if groups is None:
        raise EvaluationError(f"invalid IP address: {text[:100]}")
    number = 0
    for group in groups:
        number = number << 16 | group
    return number, 128


def _dotted(text: str) -> int | None:
    if not _DOTTED.fullmatch(text) or len(text) > 100:
        return None
    number = 0
    for part in text.split("."):
        if int(part) > 255:
            return None
        number = number << 8 | int(part)
    return number


def _groups(text: str) -> list[int] | None:
    """The eight groups of an IPv6 address."""
    if len(text) > 200 or text.count("::") > 1 or ":::" in text:
        return None
    head, gap, tail = text.partition("::")
    before, after = _side(head), _side(tail)
    if before is None or after is None or (gap and "." in head):
        return None
    missing = 8 - len(before) - len(after)
    if missing < (1 if gap else 0) or (missing and not gap):
        return None
    return [*before, *([0] * missing), *after]


def _side(text: str) -> list[int] | None:
    if not text:
        return []
    parts = text.split(":")
    groups: list[int] = []
    for i, part in enumerate(parts):
        if "." in part and i == len(parts) - 1:
            embedded = _dotted(part)
            if embedded is None:
                return None
            groups += [embedded >> 16, embedded & 0xFFFF]
        elif _GROUP.fullmatch(part):
            groups.append(int(part, 16))
        else:
            return None
    return groups


def show_address(number: int, width: int) -> str:
    """Write an address; the longest run of zero groups as `::`."""
    if width == 32 or number >> 32 == MAPPED:
        return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    groups = [f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16)]
    start, length = _longest_zeros(groups)
    if length < 2:
        return ":".join(groups)
    return f"{':'.join(groups[:start])}::{':'.join(groups[start + length :])}"


def _longest_zeros(groups: list[str]) -> tuple[int, int]:
    best, length = 0, 0
    for start in range(len(groups)):
        end = start
        while end < len(groups) and groups[end] == "0":
            end += 1
        if end - start > length:
            best, length = start, end - start
    return best, length
