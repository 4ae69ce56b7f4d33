"""The one engine behind every glob: RE2, whose work grows with the text and never with how a pattern is nested.

Each kind of glob (words of a policy, paths, `--exclude`, `fileset`) is turned into an RE2 expression where its syntax
is at home, and matched here. The package is imported at the first glob that is not a plain word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MEMORY = 32 * 1024 * 1024
"""Bytes that RE2 may take for one expression and what it remembers of it."""
NOTHING = r"[^\x00-\x{10FFFF}]"
"""What matches no character."""


class GlobTooLargeError(ValueError):
    """An expression for which RE2 does not have the memory."""


def literal(text: str) -> str:
    """Write text so that an expression means just that."""
    import re

    return re.escape(text)


def character_class(ranges: Iterable[tuple[str, str]], *, inverted: bool) -> str:
    """Write the characters of these ranges (both ends taken in), or all others. One the wrong way round is empty."""
    written = "".join(f"{_code(low)}-{_code(high)}" for low, high in ranges if low <= high)
    if not written:
        return r"[\x00-\x{10FFFF}]" if inverted else NOTHING
    return f"[{'^' if inverted else ''}{written}]"


@lru_cache(maxsize=8192)
def whole(expression: str) -> Callable[[str], bool]:
    """Give the function that says whether a whole text matches. Raises `GlobTooLargeError`."""
    import re2

    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.dot_nl = True
    options.never_capture = True
    try:
        compiled: Any = re2.compile(_bytes(expression), options)
    except re2.error as error:
        raise GlobTooLargeError(str(error)) from None
    return lambda text: compiled.fullmatch(_bytes(text)) is not None


def _bytes(text: str) -> bytes:
    """Lone surrogates, which stand for bytes of file names that are no UTF-8, are characters like others."""
    return text.encode("utf-8", "surrogatepass")


def _code(character: str) -> str:
    return f"\\x{{{ord(character):x}}}"
