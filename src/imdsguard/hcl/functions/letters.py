"""Upper, lower and title case as Go has them: one code point for one code point, by Unicode's simple mappings."""

from __future__ import annotations

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's `unicode.IsSpace` accepts."""


def upper(text: str) -> str:
    """Upper case."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


def lower(text: str) -> str:
    """Lower case."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def title(text: str) -> str:
    """The first letter of each word in title case, the rest as it is. Go's idea of a word: what separators part."""
    result: list[str] = []
    previous = " "
    for letter in text:
        result.append(_title(letter) if _separates(previous) else letter)
        previous = letter
    return "".join(result)


def _separates(letter: str) -> bool:
    if letter.isascii():
        return not (letter.isalnum() or letter == "_")
    return letter in SPACES


def _upper(letter: str) -> str:
    mapped = letter.upper()
    # Python maps some letters to several ("ß" to "SS"). Those that have a simple mapping too (Greek with iota below)
    # show it as title case.
    return mapped if len(mapped) == 1 else _title(letter)


def _title(letter: str) -> str:
    mapped = letter.title()
    return mapped if len(mapped) == 1 else letter


def _lower(letter: str) -> str:
    # The one letter whose lower case is two code points in Python is "İ".
    return letter.lower()[0]
