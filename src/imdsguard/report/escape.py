"""The one way for text from scanned code into something that a person reads."""

from __future__ import annotations

import re

# Control characters, what changes the direction or the look of text around it, what cannot be seen, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What a CI runner takes for a command: GitHub's `::name` at the start of a line or after its spaces, and anywhere in it
# GitHub's older `##[name`, Azure's `##vso[` and TeamCity's `##teamcity[`.
_COMMAND = re.compile(r"\A(\s*):(?=:)|()#(?=#\w*\[)")
# As many as a letter of any living script has. Piled up, they cover the lines above and below.
_MOST_MARKS = 4
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str) -> str:
    r"""Write what a terminal or a CI runner would act on, or an eye would not see, as `\x1b`, `\u202e` and so on.

    What comes out is one line, and no command to a runner wherever in a line it is put.
    """
    text = _UNSAFE.sub(_written, text)
    if not text.isascii():
        text = _unstacked(text)
    return disarm(text)


def disarm(line: str) -> str:
    """Write a piece of escaped text that has become a line of its own so that it is no command to a runner."""
    return _COMMAND.sub(_disarmed, line) if "::" in line or "##" in line else line


def escape_json(document: str) -> str:
    """Write JSON so that no line of it is a command to a CI runner. It means what it meant."""
    return re.sub(r"#(?=#\w*\[)", r"\\u0023", document) if "##" in document else document


def escape_lines(text: str) -> str:
    """Escape each line of a text that is meant to have several."""
    return "\n".join(map(escape, text.split("\n")))


def shorten(text: str, longest: int) -> str:
    """Cut text that has been escaped to a length, and show that it was cut."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _unstacked(text: str) -> str:
    """Write the marks on a letter as codes, from the fifth on."""
    from unicodedata import category

    parts: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if category(character) in ("Mn", "Me") else 0
        parts.append(character if marks <= _MOST_MARKS else _code(character))
    return "".join(parts)


def _written(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or _code(match[0])


def _code(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _disarmed(match: re.Match[str]) -> str:
    return f"{match[1] or ''}\\x{ord(match[0][-1]):02x}"
