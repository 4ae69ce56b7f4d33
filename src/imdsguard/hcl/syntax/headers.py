"""The odd places of block headers and line ends: comments between the words, escapes in labels."""

from __future__ import annotations

import re

from imdsguard.hcl.syntax.extent import Broken
from imdsguard.hcl.syntax.words import ANY_NAME, QUOTED_TEXT, name_length

_INLINE = re.compile(r"(?:[ \t]+|/\*[\s\S]*?\*/)*").match
_LINE_END = re.compile(r"[ \t]*(?:(?:#|//)[^\n]*)?(?:\r?\n|\Z)").match
_NAME = re.compile(ANY_NAME).match
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))|\$\$\{|%%\{|(\\)')
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def skip_inline(text: str, at: int) -> int:
    """Step over spaces and comments that do not end the line."""
    match = _INLINE(text, at)
    assert match is not None
    if text.startswith("/*", match.end()):
        raise Broken("this comment is never closed", match.end(), lost=True)
    return match.end()


def end_of_item(text: str, at: int) -> int:
    """Step to the next line, which must follow a block's closing brace."""
    match = _LINE_END(text, at) or _LINE_END(text, skip_inline(text, at))
    if match is None:
        raise Broken('expected a new line behind the "}" of a block', at)
    return match.end()


def read_labels(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """Read a block's labels; gives them and the offset of its brace."""
    labels: list[str] = []
    while True:
        at = skip_inline(text, at)
        char = text[at : at + 1]
        if char == "{":
            return tuple(labels), at
        if char == '"':
            run = QUOTED_TEXT(text, at + 1)
            assert run is not None
            if not text.startswith('"', run.end()):
                raise Broken("a label must be closed on its line, and can hold no template sequence", at)
            labels.append(unescape_label(run[0], at))
            at = run.end() + 1
            continue
        match = _NAME(text, at)
        length = name_length(match[0]) if match else 0
        if not length:
            what = "the end of the line" if char in ("", "\n", "\r") else f'"{char}"'
            raise Broken(f'expected "=", a label or "{{" here, found {what}', at)
        labels.append(text[at : at + length])
        at += length


def unescape_label(text: str, offset: int) -> str:
    """Undo the escapes of a quoted label that starts at `offset`."""

    def plain(match: re.Match[str]) -> str:
        digits = match[1] or match[2]
        if digits:
            code = int(digits, 16)
            if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code)
        elif match[3]:
            return _SIMPLE_ESCAPES[match[3]]
        elif not match[4]:
            return match[0][1:]
        raise Broken(f'"{match[0]}" is no escape sequence', offset)

    return _ESCAPE.sub(plain, text)
