"""The parts of a template: text, interpolations and directives, with strip markers and indents applied.

How text is cut into pieces decides what a strip marker or an indent reaches: HCL takes a quoted string's text as one
piece, that of heredocs and template files line by line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import LimitReached
from imdsguard.hcl.syntax.brackets import loop_names
from imdsguard.hcl.syntax.lexer import NAME
from imdsguard.hcl.syntax.words import GO_SPACES
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.syntax.parser import Parser

TEXT = "text"
INTERPOLATION = "interpolation"
MAX_SEQUENCES = 100_000
"""Interpolations and directives of one template: a tree of more takes seconds and hundreds of megabytes."""

IF, ELSE, ENDIF, FOR, ENDFOR = "if", "else", "endif", "for", "endfor"


@record(frozen=False, slots=True)
class Part:
    """One piece of text, one interpolation or one directive. `node` is the expression in it; `names` those of `for`."""

    kind: str
    start: int
    end: int
    text: str = ""
    node: Node | None = None
    names: tuple[str | None, str] = (None, "")


class Parts:
    """Collects the parts of one template. `height` is that of the highest expression in it."""

    __slots__ = ("_sequences", "_trim", "found", "height", "parser")

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.found: list[Part] = []
        self.height = 0
        self._sequences = 0
        self._trim = False

    def add_text(self, text: str, start: int, end: int) -> None:
        """Add one piece of text that is not empty in the source."""
        if self._trim:
            self._trim = False
            text = text.lstrip(GO_SPACES)
        self.found.append(Part(TEXT, start, end, text))

    def add_lines(self, start: int, end: int) -> None:
        """Add the text of a heredoc or template file between two offsets, a piece a line."""
        at = start
        text = self.parser.text
        while at < end:
            line_end = text.find("\n", at, end) + 1 or end
            self.add_text(unescape_bare(text[at:line_end]), at, line_end)
            at = line_end

    def add_sequence(self, start: int) -> int:
        """Read `${ ... }` or `%{ ... }`, which starts at `start`; gives the offset behind it. Raises `LimitReached`."""
        parser = self.parser
        self._sequences += 1
        if self._sequences > MAX_SEQUENCES:
            raise LimitReached(f"a template has more than {MAX_SEQUENCES} interpolations and directives")
        strip = parser.text.startswith("~", start + 2, parser.limit)
        if strip and self.found and self.found[-1].kind == TEXT:
            self.found[-1].text = self.found[-1].text.rstrip(GO_SPACES)
        newlines, parser.newlines = parser.newlines, False
        parser.resume(start + 3 if strip else start + 2)
        if parser.text[start] == "$":
            part = Part(INTERPOLATION, start, start, node=parser.expression())
            self.height = max(self.height, parser.height)
        else:
            part = self._directive(start)
        if parser.kind not in ("}", "~}"):
            kind = "interpolation" if part.kind == INTERPOLATION else f'"{part.kind}" directive'
            raise parser.problem(f'expected "}}" at the end of the {kind}, found {parser.describe()}')
        self._trim = parser.kind == "~}"
        part.end = parser.end
        parser.newlines = newlines
        self.found.append(part)
        return part.end

    def _directive(self, start: int) -> Part:
        parser = self.parser
        word = parser.word if parser.kind == NAME else ""
        if word == FOR:
            names = loop_names(parser)
            part = Part(FOR, start, start, node=parser.expression(), names=names)
            self.height = max(self.height, parser.height)
            return part
        if word not in (IF, ELSE, ENDIF, ENDFOR):
            raise parser.problem(f'expected "if", "else", "endif", "for" or "endfor", found {parser.describe()}')
        parser.advance()
        if word != IF:
            return Part(word, start, start)
        part = Part(IF, start, start, node=parser.expression())
        self.height = max(self.height, parser.height)
        return part


def unescape_bare(text: str) -> str:
    """Undo the escapes of text outside quotes: `$${` and `%%{`."""
    if "{" in text:
        return text.replace("$${", "${").replace("%%{", "%{")
    return text


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))|\$\$\{|%%\{")
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def unescape_quoted(parser: Parser, start: int, end: int) -> str:
    """Undo the escapes of text inside quotes. Raises `SyntaxProblem` for one that HCL does not know."""
    text = parser.text[start:end]
    if "\\" not in text and "{" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        digits = match[1] or match[2]
        if digits:
            code = int(digits, 16)
            if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code)
            reason = "is no Unicode character"
        elif match[3] is None:
            return match[0][1:]
        elif match[3] in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[match[3]]
        elif match[3] in ("u", "U"):
            reason = f"needs {4 if match[3] == 'u' else 8} hexadecimal digits"
        else:
            reason = 'is no escape sequence (write "\\\\" for a backslash)'
        raise parser.problem(f'"{match[0]}" {reason}', start + match.start(), start + match.end())

    return _ESCAPE.sub(plain, text)


def remove_indent(parts: list[Part]) -> None:
    """Apply `<<-`: take the smallest indent off all lines. Blank lines neither count nor lose anything.

    A line's indent counts in characters, a tab as one. An interpolation's result is not re-indented.
    """
    smallest: int | None = None
    first: list[Part] = []
    new_line = True
    for part in parts:
        if new_line:
            new_line = False
            indent: int | None = 0
            if part.kind == TEXT:
                indent = len(part.text) - len(part.text.lstrip(GO_SPACES))
                if indent == len(part.text) and part.text.endswith("\n"):
                    indent = None
                else:
                    first.append(part)
            if indent is not None:
                smallest = indent if smallest is None else min(smallest, indent)
        if part.kind == TEXT and part.text.endswith("\n"):
            new_line = True
    for part in first:
        part.text = part.text[smallest or 0 :]
