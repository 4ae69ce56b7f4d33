"""Text from scanned code in GitHub Flavored Markdown: nothing of it is markup, a link, an image, a mention or HTML.

What GitHub makes of plain text after Markdown is done with it (`@name`, `#123`, commit ids, `:emoji:`) it leaves alone
in code, so whatever is not an ordinary word is shown as code.
"""

from __future__ import annotations

import re

from imdsguard.report.words import clean

_WORD = re.compile(r"\(?[^\W\d_]+(?:['-][^\W\d_]+)*\)?[.,;:!?]?|\d{1,6}[,;]?")
_HARMLESS_IN_HTML = frozenset(" _.,:;/()[]=+-")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9 _.,:;/\"'=()\[\]{}@#$%&<>+*!?~^-]+")


def prose(text: str) -> str:
    """Give text as Markdown: ordinary words as they are, everything between them as code."""
    parts: list[str] = []
    odd: list[str] = []
    for word in [*clean(text).split(" "), ""]:
        ordinary = not word or _WORD.fullmatch(word)
        if odd and (ordinary or odd[-1][-1] in ".,;:"):
            parts.append(_with_end(" ".join(odd)))
            odd = []
        if word:
            (parts if ordinary else odd).append(word)
    return " ".join(parts)


def code(text: str) -> str:
    """Give text as inline code. It may stand in a table."""
    return _code(clean(text))


def html(text: str) -> str:
    """Give text for use in an HTML block, within `code`: what could mean something as an entity."""
    return "".join(c if c.isalnum() or c in _HARMLESS_IN_HTML else f"&#{ord(c)};" for c in clean(text))


def block(text: str, language: str = "") -> str:
    """Give lines as a block of code. Its fence is longer than every run of backticks in it."""
    lines = [clean(line) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *lines, fence])


def _with_end(odd: str) -> str:
    """Leave the marks of the sentence around it out of the code."""
    start = "(" if odd[0] == "(" and len(odd) > 1 else ""
    core = odd[len(start) :]
    end = core[-1] if core[-1] in ".,;:" and len(core) > 1 else ""
    core = core[: len(core) - len(end)]
    if core[-1] == ")" and core.count(")") > core.count("(") and len(core) > 1:
        core, end = core[:-1], f"){end}"
    return f"{start}{_code(core)}{end}"


def _code(text: str) -> str:
    if _PLAIN_CODE.fullmatch(text) and text.strip():
        return f"`{text}`"
    return f"<code>{_entities(text)}</code>"


def _entities(text: str) -> str:
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in text)
