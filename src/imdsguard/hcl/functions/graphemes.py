"""What a person reads as one character: grapheme clusters, by the rules of Unicode 15 as Terraform has them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def clusters(text: str) -> Sequence[str]:
    """Cut a text into grapheme clusters."""
    if text.isascii() and "\r\n" not in text:
        return text
    cluster, inner = _patterns()
    found: list[str] = []
    for match in cluster.finditer(text):
        part = match.group()
        # Newer Unicode keeps Indic conjuncts together (rule GB9c, Unicode 15.1); Terraform's tables are older.
        found.extend(p for p in inner.split(part) if p) if len(part) > 2 and not part.isascii() else found.append(part)
    return found


def count(text: str) -> int:
    """How many grapheme clusters there are."""
    return len(clusters(text))


@cache
def _patterns() -> tuple[Any, Any]:
    import regex

    return regex.compile(r"\X"), regex.compile(r"(?V1)(?<=\P{GCB=Prepend})(?=[\p{GCB=Other}&&\p{Lo}])")
