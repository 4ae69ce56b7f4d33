"""What counts as an identifier, a space and an escape: the smallest pieces, shared by scanner, lexer and templates."""

from __future__ import annotations

import re

NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
"""An ASCII identifier, as nearly all are."""

ANY_NAME = r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_-]|[^\x00-\x7f])*"
"""What may be an identifier: `name_length` tells how much of it is one."""

GO_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Go's `unicode.IsSpace` takes for a space; `str.strip` takes four control characters more."""

OPENING = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
"""The start of an interpolation or directive. `$${` and `%%{` are their escapes: text."""

HEREDOC = re.compile(rf"<<(-?)({ANY_NAME})\r?\n")
"""The start of a heredoc. The marker stands right behind `<<`, and nothing but the line's end behind the marker."""

QUOTED_TEXT = re.compile(r'[^"\\$%\r\n]*(?:(?:\\[^\r\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))[^"\\$%\r\n]*)*').match
"""The text of a quoted string up to its end, its next sequence, or what may not stand in it."""

_ONLY_ID_START = frozenset(
    "\u037a\u0e33\u0eb3\u309b\u309c\ufc5e\ufc5f\ufc60\ufc61\ufc62\ufc63\ufdfa\ufdfb\ufe70\ufe72\ufe74\ufe76\ufe78"
    "\ufe7a\ufe7c\ufe7e\uff9e\uff9f"
)
"""ID_Start without XID_Start (Unicode Standard Annex 31): HCL knows the first, Python the second."""


def name_length(text: str) -> int:
    """Tell how many characters of `text`, from its start, are an HCL identifier (ID_Start, ID_Continue and "-")."""
    if text.isascii():
        match = re.match(NAME, text)
        return match.end() if match else 0
    for at, char in enumerate(text):
        if char in _ONLY_ID_START or char.isidentifier() or (at and (char == "-" or ("a" + char).isidentifier())):
            continue
        return at
    return len(text)


def is_name(text: str) -> bool:
    """Whether `text` is an identifier, whole."""
    return bool(text) and name_length(text) == len(text)


def heredoc_end(text: str, line: int, limit: int, marker: str) -> tuple[int, int] | None:
    """Find the line, at or behind the line's start `line`, that holds nothing but `marker`.

    Gives where that line starts and where its marker ends, or None. Each line is looked at once.
    """
    while True:
        found = text.find(marker, line, limit)
        if found < 0:
            return None
        line_start = text.rfind("\n", line, found) + 1 or line
        line_end = text.find("\n", found, limit)
        if line_end < 0:
            line_end = limit
        if text[line_start:line_end].strip(GO_SPACES) == marker:
            return line_start, found + len(marker)
        if line_end == limit:
            return None
        line = line_end + 1
